#!/bin/bash
# SPDX-License-Identifier: MIT
# durability each, on a disk that takes 300 ms to sync, and on one that does not answer at all: no
# client is in before its record is on the disk, and who is in feels nothing.
. "$(dirname "$0")/../e2e/lib.sh"

if [ "$(id -u)" != 0 ] || [ ! -e /dev/loop-control ] || ! has_users; then
	skip_all "needs root and loop devices"
fi
frozen=
thaw() {
	[ -z "$frozen" ] || fsfreeze -u "$T/disk"
	frozen=
}
trap 'thaw; finish' EXIT

# When the client got its configuration, and when its record was on the disk, in seconds.
pushed_at() {
	awk '/PUSH: Received control message/ { print $1; exit }' "$T/$1.log"
}
# The end of the first sync that was called after its record was written.
durable_at() {
	name="\\\"user\\\":{\\\"name\\\":\\\"$1\\\"" awk '
		/ write\(/ && /authorised/ && index($0, ENVIRON["name"]) { written = 1 }
		written && / fdatasync\(/ && /DELAYED/ {
			split($NF, took, /[<>]/)
			printf "%.6f\n", $2 + took[2]
			exit
		}
	' "$T/strace"
}

net_up c1 c2 c3
certs c1 c2 c3
mkdir "$T/disk" && truncate -s 64M "$T/disk.img" && mkfs.ext4 -q -F "$T/disk.img" &&
	mount -o loop "$T/disk.img" "$T/disk"
ok $? "a disk of our own"
log=$T/disk/v4map.jsonl
rules='rules:
  - {name: everyone, routes: [10.20.0.0/16]}'
audit='durability: each'
policy <<<"$rules"
serve udp4 "$plugin"
client c1 udp4 'explicit-exit-notify 1'
connected c1

ping_begins c1 "$INSIDE4"
strace -f -ttt -T -s 65536 -e trace=write,fdatasync -e inject=fdatasync:delay_enter=300000 \
	-o "$T/strace" -p "$(worker)" 2>"$T/strace.log" &
pid[strace]=$!
wait_for "$T/strace.log" attached
for c in c2 c3; do
	client $c udp4 machine-readable-output 'explicit-exit-notify 1'
done
for c in c2 c3; do
	connected $c
done
stop strace INT || stop strace
for c in c2 c3; do
	durable=$(durable_at $c) pushed=$(pushed_at $c)
	echo "# $c: on the disk at $durable, configured at $pushed"
	awk -v durable="$durable" -v pushed="$pushed" \
		'BEGIN { exit !(durable > 1e9 && pushed > durable) }'
	ok $? "$c is told nothing before its record is on the disk"
done
[ "$(grep -c 'fdatasync(.*DELAYED' "$T/strace")" -ge 2 ]
ok $? "the disk was as slow as that"
pinged "slow: who is in feels nothing"
stop c2
stop c3

# dead ON_FAILURE COUNT LINE: the disk does not answer for longer than anybody waits.
dead() {
	local begun

	audit="durability: each, on-failure: $1"
	policy <<<"$rules"
	logged policy-loaded "$2"
	ok $? "dead, $1: the policy"
	frozen=1
	ping_begins c1 "$INSIDE4"
	fsfreeze -f "$T/disk"
	begun=${EPOCHREALTIME/[.,]/}
	client c2 udp4 'explicit-exit-notify 1'
	wait_for "$T/c2.log" "$3" 25
	ok $? "dead, $1: $3"
	echo "# dead, $1: after $(((${EPOCHREALTIME/[.,]/} - begun) / 1000)) ms"
	[ $(((${EPOCHREALTIME/[.,]/} - begun) / 1000000)) -ge 10 ]
	ok $? "dead, $1: not before 10 s"
	thaw
	pinged "dead, $1: who is in feels nothing"
	kill "${pid[c2]}" 2>/dev/null
	wait_until 10 gone "${pid[c2]}"
}
dead allow 2 'Initialization Sequence Completed'
dead refuse 3 'AUTH_FAILED'
logged refused 1
is "$(events refused .event.reason)" log-failing "which the log says when it can"
stop c1
stop server
wait_until 15 has_events stopped 1
"$BUILD/v4map" log verify "$log" >"$T/verify.log"
ok $? "the log is proven"
plan
