#!/bin/bash
# SPDX-License-Identifier: MIT
# The disk is full, fails, or becomes read-only: nothing is lost while the ring has room, what has
# none is named, and v4mapd recovers by itself.
. "$(dirname "$0")/lib.sh"
needs_disks

log=$T/var/v4map.jsonl
begin() { # POLICY LOAD-OPTION...
	rm -f "$log"*
	policy "$1"
	load "${@:2}" -h 100000000
}
logged() {
	cat "$log"* | grep -c '"record":'
}
# finish NAME TEST-OF-WHAT-FOUND-NO-ROOM
finish() {
	kill_loader
	ended
	verified "$log"*
	[ "$(logged)" -ge "$(put)" ] && test "$(lost)" "$2" 0
	ok $? "$1: nothing is lost but what is named" ||
		echo "# $(put) put, $(lost) found no room, $(logged) logged"
	is "$(sed -n 's/^gaps .*(\([0-9]*\) records lost)/\1/p' "$T/verify")" "$(lost)" \
		"$1: the gaps name as many as found no room"
}
grows() {
	[ "$(stat -c %s "$log")" -gt "$1" ]
}
# fails CALL:error=NAME:when=N..M: these calls of the worker fail, counted from now on.
fails() {
	local worker

	worker=$(worker)
	# In the failing call's place another one is made that the sandbox lets through.
	strace -qq -e "trace=${1%%:*}" -e "inject=$1:syscall=getpid" -o "$T/strace" \
		-p "$worker" 2>"$T/strace.err" &
	wait_until 5 grep -qs INJECTED "$T/strace"
	sleep 0.5
	kill -TERM $!
	wait $!
	! gone "$worker"
}

disk var 64
ok $? "a disk" || plan
begin '' -r 400
room=$(($(stat -c %b "$log") * 512 - $(stat -c %s "$log")))
[ "$room" -gt 500000 ]
ok $? "the log has blocks for what is on its way" || echo "# $room bytes of room"
cat /dev/zero >"$T/var/fill" 2>/dev/null
size=$(stat -c %s "$log")
wait_until 5 grows $((size + 100000))
ok $? "full: there is room for some hundred lines"
stands_still() {
	size=$(stat -c %s "$log")
	sleep 0.5
	[ "$(stat -c %s "$log")" = "$size" ]
}
wait_until 15 stands_still
ok $? "full: then the log stands still"
is "$(tail -c 1 "$log" | od -An -c | tr -d ' ')" '\n' "full: it ends in a whole line"
rm "$T/var/fill"
wait_until 5 grows "$size"
ok $? "full: with room it goes on by itself"
finish full -eq

begin '' -r 10000
cat /dev/zero >"$T/var/fill" 2>/dev/null
sleep 1
rm "$T/var/fill"
sleep 0.5
finish "full for longer than the ring has room" -gt

for error in EIO EDQUOT ENOSPC EINTR EFBIG; do
	for when in 1 1+2 2..4; do
		begin '' -r 400
		fails "write:error=$error:when=$when"
		ok $? "write, $error at $when: v4mapd lives"
		finish "write, $error at $when" -eq
	done
done

begin 'sync-interval: 100ms' -r 400
fails fdatasync:error=EIO:when=1
ok $? "fdatasync, EIO: v4mapd lives"
wait_until 5 test -s "$log.suspect-1" && wait_until 5 test -s "$log"
ok $? "fdatasync, EIO: the file is set aside and a new one begun"
is "$(head -n 1 "$log" | jq -r '"\(.event.action) \(.event.reason) \(.v4map.previous.file)"')" \
	"rotated io-error $log.suspect-1" "fdatasync, EIO: which says so"
finish "fdatasync, EIO" -eq

begin 'sync-interval: 100ms' -r 400
fails fdatasync:error=EIO:when=1..30
sleep 2
[ "$(compgen -G "$log.suspect-*" | wc -l)" -le 5 ]
ok $? "fdatasync, EIO for long: not a file for each attempt"
finish "fdatasync, EIO for long" -eq

begin 'sync-interval: 100ms' -r 400
worker=$(worker)
limit=$(($(stat -c %s "$log") + 300000)) # it has grown by then
prlimit --pid "$worker" --fsize=$limit:unlimited
sleep 2.5
! gone "$worker" && [ "$(stat -c %s "$log")" -le $limit ]
ok $? "a limit for the size of files: v4mapd lives and keeps it"
prlimit --pid "$worker" --fsize=unlimited
wait_until 5 grows $limit
ok $? "a limit for the size of files: without it it goes on"
finish "a limit for the size of files" -eq

begin 'sync-interval: 100ms' -r 100
mount -o remount,errors=remount-ro "$T/var"
device=$(findmnt -nro SOURCE "$T/var")
echo 1 >"/sys/fs/ext4/${device#/dev/}/trigger_fs_error"
! touch "$T/var/new" 2>/dev/null
ok $? "read-only: it is"
sleep 0.5
mount -t tmpfs tmpfs "$T/var"
wait_until 5 test -s "$log"
ok $? "read-only: with another disk in its place v4mapd goes on"
kill_loader
ended
verified "$log"
plan
