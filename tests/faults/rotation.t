#!/bin/bash
# SPDX-License-Identifier: MIT
# The log is renamed, copied and cut, deleted, swapped for a link, written by others, and loses its
# folder, all under load.
. "$(dirname "$0")/lib.sh"

mkdir "$T/var"
log=$T/var/v4map.jsonl
rotated=0
is_new() {
	[ -s "$log" ] && [ "$(head -n 1 "$log" | jq -r .event.action)" = rotated ]
}
has_rotated() {
	[ "$(count_of rotated)" -gt "$rotated" ]
}
# As logrotate's `create` does.
create() {
	(set -C && : >"$log") 2>/dev/null
}
grows() {
	local size

	size=$(stat -c %s "$log") && sleep 0.2 && [ "$(stat -c %s "$log")" -gt "$size" ]
}
finish() {
	kill_loader
	ended
	ok $? "v4mapd ends"
}

policy
load -r 3000 -h 100000000
longest=0
for ((i = 1; i <= 15; i++)); do
	mv "$log" "$log.$i"
	((i % 2)) || create
	begun=${EPOCHREALTIME/[.,]/}
	wait_until 5 is_new || break
	took=$(((${EPOCHREALTIME/[.,]/} - begun) / 1000))
	((took <= longest)) || longest=$took
done
[ "$longest" -le 1000 ] && [ "$i" = 16 ]
ok $? "a renamed log is followed by a new one within a second"
echo "# after $longest ms at most"
for ((i = 16; i <= 100; i++)); do
	mv "$log" "$log.$i" 2>/dev/null
	((i % 2)) || create
	sleep 0.05
done
wait_until 5 is_new
ok $? "nor does it mind being renamed faster than it looks"
worker=$(worker)
mv "$log" "$log.101"
kill -KILL "$worker"
wait_until 5 is_new
ok $? "nor while its worker is killed"
finish
mapfile -t files < <(find "$T/var" -type f -size +0)
verified "${files[@]}"
[ "$(cat "${files[@]}" | grep -c '"record":')" -ge "$(put)" ]
ok $? "all records are there"
rm "${T:?}"/var/*

# Debian's logrotate, as README.md has it.
load -r 3000 -h 100000000
sed -n '/^    \/var\/log.*{$/,/^    }$/p' "$here/../../README.md" |
	sed -e "s|/var/log/openvpn/v4map.jsonl|$log|" >"$T/logrotate.conf"
for _ in 1 2 3 4 5; do
	logrotate -f -s "$T/logrotate.state" "$T/logrotate.conf" || break
	wait_until 5 is_new || break
done
is "$(compgen -G "$log.*" | wc -l)" 5 "logrotate rotates it"
finish
verified "$log" "$log".*
rm "${T:?}"/var/*

load -r 100 -h 100000000
cp "$log" "$log.1"
: >"$log"
wait_until 5 has_rotated
ok $? "a log that is copied and cut says so"
is "$(jq -r 'select(.event.action == "rotated") | .event.reason' "$log")" truncated "by its reason"
rm "$log"
wait_until 5 is_new
ok $? "a deleted log is made anew"
is "$(head -n 1 "$log" | jq -r .v4map.previous.file)" "$log (deleted)" "and says what became of the old one"

echo secret >"$T/secret"
mv "$log" "$log.2"
ln -s "$T/secret" "$log"
sleep 1.5
is "$(cat "$T/secret")" secret "a link in the log's place is not followed"
size=$(stat -c %s "$log.2")
sleep 0.3
[ "$(stat -c %s "$log.2")" -gt "$size" ]
ok $? "records go on into the renamed file"
rm "$log"
wait_until 5 is_new
ok $? "until the link has gone"

printf 'half a line of somebody else' >>"$log"
wait_until 5 grows
ok $? "somebody else's bytes in it stop nothing"
"$BUILD/v4map" log verify "$log" >"$T/verify"
is "$(grep -c "^$log:.*: not a record" "$T/verify")" 1 "and are found"

rm -r "${log%/*}"
mkdir -m 750 "$T/var"
wait_until 5 is_new
ok $? "a folder that was deleted and made anew has a log again"
rm -r "${log%/*}"
wait_until 5 is_new
ok $? "so has one that was only deleted"
grep -q '^Seccomp:[[:space:]]*2' "/proc/$(worker)/status"
ok $? "whose worker is shut in"
finish
verified "$log"
plan
