#!/bin/bash
# SPDX-License-Identifier: MIT
# `v4map log verify`: what it proves, and that nothing gets past it.
. "$(dirname "$0")/lib.sh"

cd "$T" || exit 1
make_log() {
	"$BUILD/tests/make-log" "$@"
}
# verify STATUS ARGUMENT...: what it prints, and the status if it is another.
verify() {
	local want=$1 status
	shift
	"$BUILD/v4map" log verify "$@" 2>&1
	status=$?
	[ "$status" = "$want" ] || echo "status $status"
}
newer="whether newer lines were removed, only --checkpoints can tell"
# The findings alone.
findings() {
	verify "$@" | grep -E '^[^ ]*:([0-9]+:)? ' | grep -v ^proven:
}

# Every change of one byte, one line or the order, in a log of three files.
make_log -n 30 -r 10 -c 8 -g s
while read -r result _ _ name; do
	[ "$result" != '#' ] || { echo "# $name" && continue; }
	[ "$result" = ok ] || [ "$result" = not ] || continue
	[ "$result" = ok ]
	ok $? "mutations: ${name#- }"
done < <("$BUILD/tests/mutate-log" s.checkpoints s.1 s.2 s)
[ "$count" -ge 9 ]
ok $? "mutations: all kinds"

# What is proven.
is "$(verify 0 s s.1 s.2 --checkpoints s.checkpoints)" "files        3
lines        30
sequence     1 to 30
time         2026-01-02T00:00:01.123456Z to 2026-01-02T00:00:30.123456Z
last hash    $(tail -1 s | jq -r .event.hash)
server runs  1
gaps         1 (1 record lost)
keyed lines  0
checkpoints  3 agree
proven: lines 1 to 30, none changed, removed or reordered" "a good log in three files"
is "$(verify 0 --json s.2 s.1 s --checkpoints s.checkpoints | jq -c 'del(.last_hash)')" \
	"$(jq -cn '{proven: true, findings: 0, files: 3, lines: 30, first_sequence: 1, last_sequence: 30,
	first_time: "2026-01-02T00:00:01.123456Z", last_time: "2026-01-02T00:00:30.123456Z", runs: 1,
	gaps: 1, lost_records: 1, keyed_lines: 0, sealed_lines: 0, checkpoints_agree: 3}')" "as JSON, in another order"
gzip -k s.1 s.2
is "$(verify 0 s.2.gz s s.1.gz | tail -2)" "proven: lines 1 to 30, none changed, removed or reordered
$newer" \
	"rotated files may be compressed"
is "$(verify 0 - <s.1 | grep proven)" "proven: lines 1 to 10, none changed, removed or reordered" "from a pipe"
is "$(verify 0 s s.2 | grep -E '^sequence|proven')" "sequence     11 to 30
proven: lines 11 to 30, none changed, removed or reordered" "the oldest file is no longer kept"
make_log -n 200 -w 20 -g runs
is "$(verify 0 runs | grep -E 'runs|gaps|proven')" "server runs  9
gaps         9 (9 records lost)
proven: lines 1 to 200, none changed, removed or reordered" "several runs of the server"

# What is wrong, in words.
is "$(findings 1 s.1 s)" "s:1: missing before it: the lines with sequences 11 to 20" "a file is missing"
is "$(verify 1 s.1 s | tail -1)" "NOT PROVEN: 1 finding, the first: s:1: missing before it: the lines with$(
	) sequences 11 to 20" "and the last line says so"
sed '4d' s.1 >bad
is "$(findings 1 bad s.2 s)" "bad:4: missing before it: the line with sequence 4" "a line is missing"
sed '1d' s.1 >bad
is "$(findings 1 bad s.2 s)" "bad:1: missing before it: everything up to sequence 1" \
	"the first line is missing"
sed '4{h;d};5G' s.1 >bad
is "$(findings 1 bad s.2 s)" "bad:4: missing before it: the line with sequence 4
bad:5: out of order: it has sequence 4 where 6 should stand" "two lines swapped"
sed '5s/alice/malice/' s.1 >bad
is "$(findings 1 bad s.2 s)" "bad:5: edited: its hash does not fit" "a line is edited"
sed '5s/"hash":"./"hash":"g/' s.1 >bad
is "$(findings 1 bad s.2 s)" "bad:5: not a record" "a hash that is none"
sed '5s/"hash":"./"hash":"_/; 5y/_0123456789/x1234567890/' s.1 | sed '5s/.*/nonsense/' >bad
is "$(findings 1 bad s.2 s)" "bad:5: not a record" "a line is no record"
head -c -40 s >bad
is "$(findings 1 s.1 s.2 bad)" "bad:10: a torn end: not a whole line" "a torn end"
is "$(findings 1 s.1 s.1.gz s.2 s)" "s.1.gz:1: a log begins here anew, or this is a copy of a file read before" \
	"a file given twice"
is "$(findings 1 s.1 s.2 s runs | head -1)" "s.1:1: a log begins here anew, or this is a copy of a file read before" \
	"two logs at once"
head -c 900 s.2.gz >bad.gz
findings 1 s.1 bad.gz s >out
has_damage=$(grep -c 'bad.gz:[0-9]*: the gzip file is damaged or cut here' out)
is "$has_damage" 1 "a damaged gzip file"
printf 'x\n%.0s' {1..50} >bad
is "$(verify 1 bad | grep -c 'not a record')" 21 "no more than 20 findings and the first again"
is "$(verify 1 bad | grep -o '\.\.\. and 30 more findings')" "... and 30 more findings" "and how many more"
is "$(verify 1 --json bad | jq -s 'length, .[0], .[50].findings' -c)" '51
{"file":"bad","line":1,"finding":"not a record"}
50' "as JSON: all of them"
head -c 100000 /dev/zero >bad
is "$(findings 1 s.1 s.2 s bad | head -1)" "bad:1: a torn end: not a whole line" "zeros after a power cut"
: >bad
is "$(verify 0 bad s.1 | grep -c ^proven)" 1 "an empty file beside another"
is "$(findings 1 bad)" "bad: there is no line" "an emptied log"
is "$(verify 2 none s)" "v4map log: cannot open 'none': No such file or directory" "no such file"
is "$(verify 2)" "v4map log: verify: want a log to read; see \`v4map log verify --help\`" "no file at all"
for command in show verify sessions who rotate keygen; do
	is "$("$BUILD/v4map" log $command --no-such s 2>&1; echo $?)" \
		"v4map log $command: there is no option '--no-such'; see \`v4map log $command --help\`
2" "no such option of $command"
	is "$("$BUILD/v4map" log $command --json --help | head -1 | cut -d ' ' -f -4; echo "${PIPESTATUS[0]}")" \
		"usage: v4map log $command
0" "the help of $command"
done
is "$(verify 2 --key-file 2>&1)" "v4map log verify: a value is missing behind '--key-file'; see \`v4map log verify --help\`" \
	"no value of an option"

# Checkpoints.
{ cat s.1 && head -n 3 s.2; } >short
is "$(findings 1 short --checkpoints s.checkpoints)" \
	"s.checkpoints:3: the log ends with sequence 13, this checkpoint is of 24: its newest lines were removed" \
	"the newest lines are gone"
is "$(findings 0 short)" "" "which without checkpoints nobody can see"
sed 's/.* v4map checkpoint/Jan  2 00:00:08 vpn1 v4mapd[42]: v4map checkpoint/' s.checkpoints >syslog
echo "Jan  2 00:00:09 vpn1 openvpn[43]: something else" >>syslog
printf 'Jan  2 00:00:09 vpn1 v4mapd[44]: v4map checkpoint /var/log/other.jsonl 9 %064d\n' 1 >>syslog
is "$(verify 0 s s.1 s.2 --checkpoints syslog | grep checkpoints)" "checkpoints  3 agree" \
	"from syslog, among another log's"
mkdir moved && cp s moved/a && cp s.1 moved/b && cp s.2 moved/c
is "$(verify 0 moved/? --checkpoints syslog | grep checkpoints)" "checkpoints  3 agree" \
	"of a log that has other names now"
sed '2s/[0-9a-f]$/x/; 2y/x/0/' s.checkpoints | sed '2s/..$/zz/; 2s/zz$/00/' >bad
is "$(findings 1 s s.1 s.2 --checkpoints bad)" \
	"bad:2: the line with sequence 16 has another hash than this checkpoint" "a checkpoint disagrees"
grep other syslog >bad
is "$(findings 1 s s.1 s.2 --checkpoints bad)" "bad: no checkpoint of this log is in it" \
	"only another log's checkpoints"

# Keys.
"$BUILD/v4map" log keygen key >/dev/null
make_log -n 30 -r 10 -k key k
is "$(verify 0 --key-file key k k.1 k.2 | grep -E 'keyed|proven')" "keyed lines  30
proven: lines 1 to 30, none changed, removed or reordered" "a sealed log"
is "$(verify 2 k k.1 k.2 | tail -1)" "NOT PROVEN: this log is sealed with a key from k.1:1 on, 30 lines; give --key-file with the key as it was made" \
	"is not to be proven without the key"
is "$(findings 2 k k.1 k.2)" "" "but nothing is said against it"
is "$(verify 2 --json k k.1 k.2 | jq -c '[.proven, .findings, .keyed_lines, .sealed_lines]')" "[false,0,0,30]" "the same as JSON"
is "$(verify 2 k k.2 | tail -1 | grep -o 'from .* lines')" "from k.2:1 on, 20 lines" "nor are its later files alone"
is "$(findings 2 k k.1)" "k:1: missing before it: the lines with sequences 11 to 20" "what is missing is found all the same"
is "$(verify 2 k k.1 | tail -2 | grep -o '^NOT PROVEN: [^:,]*')" "NOT PROVEN: 1 finding
NOT PROVEN: this log is sealed with a key from k.1" "and both are said"
# A log that went on with a key.
make_log -n 10 half
"$BUILD/v4map" log keygen --log half second >/dev/null
make_log -n 30 -r 10 -k second m
is "$(verify 0 --key-file second m m.1 m.2 | grep -E 'keyed|proven')" "keyed lines  20
proven: lines 1 to 30, none changed, removed or reordered" "a log that went on with a key"
is "$(verify 2 m m.1 m.2 | tail -1 | grep -o 'from .* lines')" "from m.2:1 on, 20 lines" "without it the later files are named"
is "$(verify 0 m.1 | grep -c ^proven)" 1 "and the first file alone is proven"
sed '5s/alice/malice/' m.1 >bad
is "$(findings 2 m bad m.2)" "bad:5: edited: its hash does not fit" "an edit before the seal is found"
is "$(verify 2 --key-file second k k.1 k.2 | tail -1 | grep -o 'with an earlier key from .* lines')" \
	"with an earlier key from k.1:1 on, 10 lines" "a key that begins later does for what comes then"
sed '5s/"record":[0-9]*/"sealed":true/' s.1 >bad
is "$(verify 2 bad s.2 s | tail -1 | grep -o 'from .* line')" "from bad:5 on, 1 line" "who forges the mark has a log that is not proven"
"$BUILD/v4map" log keygen other >/dev/null
is "$(findings 1 --key-file other k k.1 k.2 | head -1)" \
	"k.1:1: edited: its hash does not fit, or it was sealed without the key" "nor with another"
is "$(findings 1 --key-file key s s.1 s.2 | head -1)" \
	"s.1:1: edited: its hash does not fit, or it was sealed without the key" "a log whose seal was taken off"
is "$(verify 0 --key-file key k k.2 | grep -E 'keyed|proven')" "keyed lines  20
proven: lines 11 to 30, none changed, removed or reordered" "the key of the first line opens a later file"
sed '5s/vpn1/vpn2/' k.2 >bad
is "$(findings 1 --key-file key k.1 bad k)" \
	"bad:5: edited: its hash does not fit, or it was sealed without the key" "an edited line is one finding"
chmod 644 key
is "$(verify 2 --key-file key k)" \
	"v4map log: the key file 'key' has mode 0644: want 0600, nobody else may read it" "a key that others may read"

# A bar on a terminal, nothing else there.
if command -v script >/dev/null; then
	script -qec "'$BUILD/v4map' log verify s.1 s.2 s" /dev/null </dev/null >out
	is "$(grep proven out | tr -d '\r' | cat -v)" "^[[32mproven: lines 1 to 30, none changed, removed or reordered^[[0m" "green on a terminal"
	NO_COLOR=1 script -qec "'$BUILD/v4map' log verify s.1 s.2 s" /dev/null </dev/null >out
	is "$(grep proven out | tr -d '\r')" "proven: lines 1 to 30, none changed, removed or reordered" "unless NO_COLOR"
fi
plan
