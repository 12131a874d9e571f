#!/bin/bash
# SPDX-License-Identifier: MIT
# `v4map log rotate` and `v4map log keygen` with a real v4mapd: the log goes on and stays proven.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"

v4map() {
	"$BUILD/v4map" log "$@" 2>&1
}

# A server whose log is sealed, and whose checkpoints go to a file as well.
umask 077
v4map keygen "$T/key" >"$T/out"
is "$? $(cat "$T/out")" "0 $T/key seals from the line with sequence 1 on.
Copy it away now: v4mapd will change it." "keygen"
cp -p "$T/key" "$T/auditors-key"
is "$(v4map keygen "$T/key"; cmp "$T/key" "$T/auditors-key" && echo same)" \
	"v4map log: keygen: cannot make the key file '$T/key': File exists
same" "keygen never replaces a key"
begin
ask "file policy.yaml" "  audit: {file: @DIR@/log.jsonl, key-file: @DIR@/key, checkpoint-file: @DIR@/checkpoints}" \
	"  rules: [{name: everyone, routes: [10.4.0.0/16]}]" open >"$T/out"
logged started 1
ok $? "the server runs" || sed 's/^/# /' "$T/out"

# one COUNT: a client comes and goes
client() {
	ask "client c$1 udp6 198.51.100.11 $((1024 + $1))" "connect c$1" "disconnect c$1" >/dev/null
}
client 1
logged disconnected 1
v4map rotate "$log" >"$T/out"
is "$? $(sed 's/[0-9]\{8\}-[0-9]\{6\}$/STAMP/' "$T/out")" "0 $log.STAMP" "rotate prints the old file's name"
old=$(cat "$T/out")
is "$(head -n 1 "$log" | jq -r '.event.action, .v4map.previous.file')" "rotated
$old" "the new file says what it goes on from"
client 2
logged disconnected 1
v4map rotate "$log" >/dev/null
v4map rotate --json "$log" >"$T/out"
is "$? $(jq -r 'keys | join(" ")' "$T/out")" "0 file" "two rotations in one second, JSON"
is "$(find "$T" -name 'log.jsonl.2*' | wc -l)" 3 "and no file is replaced"

# What logrotate does by default, and the one thing it had better not do.
mv "$log" "$log.1"
client 3
logged rotated 1
client 4
cp "$log" "$log.2" && : >"$log"
logged rotated 1
is "$(head -n 1 "$log" | jq -r '.event.reason')" truncated "copytruncate is told"
client 5
end
is "$(v4map verify --key-file "$T/auditors-key" --checkpoints "$T/checkpoints" "$log"* |
	sed -n 's/^proven: lines \([0-9]*\) to .*/proven from \1/p; s/^keyed lines  //p')" \
	"$(cat "$log"* | wc -l)
proven from 1" "all files together are proven, each line sealed"
v4map verify "$log"* >"$T/out"
is "$? $(tail -n 1 "$T/out" | grep -o 'sealed with a key from .* lines')" \
	"2 sealed with a key from $old:1 on, $(cat "$log"* | wc -l) lines" "without the key that is what is said"
is "$(v4map sessions "$log"* | grep -c ' disconnected')" 5 "and all sessions are in them"
head -c -1 "$log" | sed '$d' >"$T/short"
v4map verify --key-file "$T/auditors-key" --checkpoints "$T/checkpoints" "$log".* "$T/short" >"$T/out"
is "$?" 0 "the last checkpoint's own record may go"
head -n -3 "$log" >"$T/short"
v4map verify --key-file "$T/auditors-key" --checkpoints "$T/checkpoints" "$log".* "$T/short" >"$T/out"
is "$? $(grep -c 'newest lines were removed' "$T/out")" "1 2" "but none that it speaks of"
v4map verify --key-file "$T/key" "$log"* >"$T/out"
is "$(grep '^keyed' "$T/out")" "keyed lines  0" "what stays on the machine opens none of its lines"

# The next server goes on where this one ended.
v4map rotate "$log" >"$T/out"
is "$? $(cat "$T/out")" "1 v4map log: rotate: no v4mapd has begun a new '$log' in 10 s: does its server run? The log is where it was" \
	"rotate without a server"
[ -s "$log" ]
ok $? "and the log keeps its name"
begin
ask open >/dev/null
logged started 1
client 6
end
is "$(v4map verify --key-file "$T/auditors-key" --checkpoints "$T/checkpoints" "$log"* | grep -c ^proven)" 1 \
	"two runs of the server"

# A key for a log that is there already.
"$BUILD/tests/make-log" -n 9 "$T/plain"
v4map keygen --log "$T/plain" --json "$T/second" >"$T/out"
is "$(jq -c . "$T/out")" "{\"file\":\"$T/second\",\"sequence\":10}" "keygen for a log of nine lines"
is "$(v4map keygen --log "$T/none" "$T/third"; [ -e "$T/third" ] || echo "no key")" \
	"v4map log: cannot open '$T/none': No such file or directory
no key" "keygen for no log"
is "$(v4map keygen)" "v4map log: keygen: want one file to make; see \`v4map log keygen --help\`" "keygen for nothing"
# A signal while it waits: nobody writes to this log.
for signal in INT TERM HUP; do
	rm -f "$T"/plain.2*
	before=$(sha256sum "$T/plain")
	(trap - INT && exec "$BUILD/v4map" log rotate "$T/plain") >"$T/out" 2>&1 &
	for _ in {1..100}; do
		[ -e "$T/plain" ] || break
		sleep 0.02
	done
	[ ! -e "$T/plain" ]
	ok $? "rotate waits"
	kill -s "$signal" $!
	wait $!
	is "$? $(cat "$T/out")" "1 v4map log: rotate: no v4mapd has begun a new '$T/plain' until the signal came. The log is where it was" \
		"$signal: it says what became of the log"
	is "$(sha256sum "$T/plain") $(compgen -G "$T/plain.2*")" "$before " "$signal: and that is so"
done
echo secret >"$T/secret"
: >"$T/empty"
for name in secret empty; do
	is "$(v4map rotate "$T/$name")" "v4map log: rotate: '$T/$name' does not begin as a log of v4map" "rotate another file"
done
is "$(find "$T" -name 'secret*' -o -name 'empty*' | wc -l)" 2 "which keeps its name"
is "$(v4map rotate "$T")" "v4map log: rotate: '$T' is not a regular file" "rotate a folder"
plan
