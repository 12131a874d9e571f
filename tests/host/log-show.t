#!/bin/bash
# SPDX-License-Identifier: MIT
# `v4map log show`: what a person sees, which records, and that no record can hurt its reader.
. "$(dirname "$0")/lib.sh"

here=$(realpath "$here")
cd "$T" || exit 1
show() {
	LC_ALL=C "$BUILD/v4map" log show "$@" 2>&1
}
# The times of the records, seconds only.
seconds() {
	show "$@" | sed -n 's/^2026-01-02 00:00:\(..\).*/\1/p' | tr '\n' ' '
}

"$BUILD/tests/make-log" -n 21 -r 16 -c 8 -g log
is "$(show log log.1)" "$(cat "$here/log-show.want")" "all actions, two files"
is "$(show - <log.1; show log)" "$(show log.1; show log)" "from a pipe"
gzip log.1
is "$(show log.1.gz log | cut -c -40)" "$(cut -c -40 "$here/log-show.want")" "a compressed file"
is "$(show --json log.1.gz log | sha256sum)" "$(zcat log.1.gz | cat - log | sha256sum)" \
	"as JSON: the lines as they are"
gunzip log.1.gz

# Filters.
set -- log.1 log
is "$(seconds --since 2026-01-02T00:00:18.123456Z "$@")" "18 19 20 21 " "since: that time included"
is "$(seconds --since 2026-01-02T00:00:18.123457Z "$@")" "19 20 21 " "since: one microsecond later"
is "$(seconds --until '2026-01-02 00:00:03' "$@")" "01 02 " "until"
is "$(seconds --since 2026-01-02T02:00:20+02:00 --until 2026-01-01T22:00:20.5-02:00 "$@")" "20 " \
	"times of other zones"
is "$(seconds --since '2026-01-02 00:01' "$@")" "" "nothing so late: no head either"
is "$(seconds --name dana "$@")" "11 12 14 " "a name"
is "$(seconds --name '[!a]*' --event refused --event abandoned "$@")" "" "a glob has * and ? only"
is "$(seconds --name 'd*a' --event refused --event abandoned "$@")" "14 " "a glob, and two events"
is "$(seconds --mismatch embedded-ipv4 --mismatch translated-peer "$@")" "10 11 12 14 " "two mismatches"
is "$(seconds --address 126.10.13.2 "$@")" "07 08 13 20 21 " "a canonical address"
is "$(seconds --address ::ffff:126.10.13.2 "$@")" "07 08 13 20 21 " "the same as v4-mapped"
is "$(seconds --address 192.0.2.0/24 "$@")" "11 12 14 " "a block: the translated peer is IPv4"
is "$(seconds --address 10.8.0.3 "$@")" "08 21 " "a tunnel address"
is "$(seconds --address fd00:8::/64 --name alice "$@")" "06 19 " "a block in the tunnel"
is "$(show --since yesterday log)" \
	"v4map log: --since: want a time like 2026-01-02T15:04:05Z or '2026-01-02 15:04', not 'yesterday'" "not a time"
is "$(show --since 2026-02-30 log)" \
	"v4map log: --since: want a time like 2026-01-02T15:04:05Z or '2026-01-02 15:04', not '2026-02-30'" \
	"a day that no month has"
is "$(show --event login log)" \
	"v4map log: --event: the log has no 'login'; \`v4map log show --help\` lists what it has" "not an event"
show --help | tr -d ',' >help
is "$(for word in authorised policy-rejected family-changed reserved-in-translator; do
	grep -cw -- "$word" help
done | tr '\n' ' ')" "1 1 1 1 " "help lists the words"

# What is no record.
{ head -1 log.1; echo '{"a":1}'; head -c 200 log; } >bad
is "$(show bad | grep "^v4map")" "v4map log: bad:2: not a record
v4map log: bad:3: a torn end, not a record" "what is no record is named"
show bad >/dev/null
is "$?" 1 "and is a finding"
show none >out
is "$? $(cat out)" "2 v4map log: cannot open 'none': No such file or directory" "no such file"
printf '\033[31m{}\n' >bad
show bad >out
is "$(LC_ALL=C grep -c "$(printf '\033')" out)" 0 "no control bytes of a bad line"

# Names that could hurt: three readers agree that each line is one object, the terminal sees none.
"$BUILD/tests/make-log" -n 200 -x hostile
is "$(jq -c .event.sequence hostile | wc -l)" 200 "hostile names: jq"
is "$(python3 -c 'import json, sys
print(sum(len(json.loads(line)) > 0 for line in sys.stdin.buffer))' <hostile)" 200 "hostile names: python"
is "$(show hostile | tail -n +2 | wc -l)" 200 "hostile names: v4map, one row each"
for locale in C C.UTF-8; do
	LC_ALL=$locale "$BUILD/v4map" log show hostile >out
	python3 - <<'P' "$locale"
import re, sys
text = open("out", encoding="utf-8").read()
bad = re.search("[\0-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069]", text)
sys.exit(bad is not None or (sys.argv[1] == "C" and not text.isascii()))
P
	ok $? "hostile names: nothing that moves a cursor or turns text around, $locale"
done
is "$(LC_ALL=C.UTF-8 "$BUILD/v4map" log show hostile | grep -c José)" 11 "but names keep their letters"

# Following, over a rotation of either kind.
"$BUILD/tests/make-log" -n 10 all
seen() {
	for _ in {1..100}; do
		[ "$(wc -l <out)" -lt "$1" ] || return 0
		sleep 0.05
	done
	return 1
}
head -n 2 all >live
"$BUILD/v4map" log show --json --follow live >out &
follower=$!
seen 2
ok $? "follow: what is there"
sed -n '3{s/,"host.*//;p}' all | tr -d '\n' >>live
sleep 0.3
is "$(wc -l <out)" 2 "follow: not half a line"
sed -n '3{s/.*,"host/,"host/;p}' all >>live
seen 3
ok $? "follow: the line when it is whole"
mv live live.1
sed -n 4p all >>live.1
sed -n 5p all >live
seen 5
ok $? "follow: a renamed log, its last line and the new file's"
: >live
sleep 0.5
sed -n 6p all >>live
seen 6
ok $? "follow: a truncated log"
kill "$follower"
is "$(cat out)" "$(head -n 6 all)" "follow: every line once"
plan
