#!/bin/bash
# SPDX-License-Identifier: MIT
# A million records: the server's memory does not grow and v4mapd's stays small.
. "$(dirname "$0")/lib.sh"

RECORDS=1000000 LIMIT_KIB=32768
! sanitized || skip_all "a sanitizer's memory is not ours"
policy
load -h $RECORDS
wait_until 60 put_is_at_least $RECORDS
ok $? "$RECORDS records"
wait_until 5 grep -q "at $RECORDS" "$T/load.log"
read -r early late < <(awk '/ resident / { print $4 }' "$T/load.log" | xargs)
[ $((late - early)) -le 256 ]
ok $? "the server's memory does not grow: $early KiB after a hundredth, $late KiB at the end"
pids=$(daemon_pids)
is "$(wc -w <<<"$pids")" 2 "v4mapd is supervisor and worker"
for pid in $pids; do
	peak=$(awk '/^VmHWM:/ { print $2 }' "/proc/$pid/status")
	[ "$peak" -le $LIMIT_KIB ]
	ok $? "v4mapd's memory is at most $LIMIT_KIB KiB: $peak KiB"
done
kill_loader
ended
ok $? "v4mapd ends"
is "$(grep -c '"record":' "$log")" $RECORDS "all of them are in the log"
grep 'a record took' "$T/load.log" | sed 's/^/# /'
plan
