#!/bin/bash
# SPDX-License-Identifier: MIT
# The running worker is shut in, and with audit.user it is nobody; rotation, and a new worker in a
# killed one's place, work all the same.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || skip_all "needs root"

status() {
	awk -v word="$1:" '$1 == word { print $2 }' "/proc/$(worker)/status"
}
filters() {
	is "$(status NoNewPrivs) $(status Seccomp)" "1 2" "$1: no new privileges, a filter for system calls"
	[ "$(status Uid) $(status Gid)" = "$2" ] && [ "$(status CapEff)" = "$3" ]
	ok $? "$1: it is user and group $2, with capabilities $3" || grep -E 'Uid|Gid|Cap' "/proc/$(worker)/status"
}
filtered() {
	[ "$(status Seccomp)" = 2 ]
}
rotated() {
	[ "$(count_of rotated)" -ge "$1" ]
}

! sanitized || skip_all "a sanitizer needs more system calls"
policy
load -r 1000 -h 100000
filters "as root" "0 0" "$(awk '/^CapEff/ { print $2 }' /proc/self/status)"
kill_loader
ended

mkdir "$T/var"
chmod 711 "$T"
nobody=$(id -u nobody) group=$(id -g nobody)
chown nobody "$T/var"
log=$T/var/v4map.jsonl
policy 'user: nobody'
load -r 1000 -h 100000
filters "audit.user" "$nobody $group" 0000000000000000
is "$(stat -c %u:%g:%a "$log")" "$nobody:$group:640" "audit.user: the log is its own"
first=$(worker) supervisor=$(supervisor)
kill -KILL "$first"
wait_until 5 worker_of "$supervisor" >"$T/second"
ok $? "a new worker comes in a killed one's place"
wait_until 5 filtered
filters "the second" "$nobody $group" 0000000000000000
mv "$log" "$log.1"
wait_until 5 rotated 1
ok $? "a renamed log is followed by a new one"
is "$(stat -c %u:%a "$log")" "$nobody:640" "which is its own too"
kill_loader
ended
ok $? "v4mapd ends"
verified "$log.1" "$log"
plan
