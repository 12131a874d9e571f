#!/bin/bash
# SPDX-License-Identifier: MIT
# The server has gone and the log cannot be written, or its worker dies again and again: v4mapd
# tries for a while, and ends.
. "$(dirname "$0")/lib.sh"

# The server is killed while the log cannot grow any more.
stuck() {
	rm -f "$log"*
	policy
	load -r 400 -h 100000000
	wait_until 5 test -s "$log"
	prlimit --pid "$(worker)" --fsize=0:unlimited
	sleep 0.5
	kill_loader
	gone_us=${EPOCHREALTIME/[.,]/}
}
took() {
	ended
	ok $? "$1: v4mapd ends"
	took_ms=$(((${EPOCHREALTIME/[.,]/} - gone_us) / 1000))
}

stuck
took "a log that cannot be written"
[ "$took_ms" -ge 4000 ] && [ "$took_ms" -le 7000 ]
ok $? "after five seconds in all" || echo "# after $took_ms ms"
is "$(count_of stopped)" 0 "without its last word"
verified "$log"

stuck
sleep 2
is "$(count_of stopped)" 0 "a log that can be written again: after a while"
prlimit --pid "$(worker)" --fsize=unlimited
took "a log that can be written again"
is "$(count_of stopped)" 1 "a log that can be written again: the last word is there"
[ "$(grep -c '"record":' "$log")" -ge "$(put)" ]
ok $? "and what had waited, too" || echo "# $(put) put"
[ $(($(stat -c %b "$log") * 512)) -lt $(($(stat -c %s "$log") + 100000)) ]
ok $? "and the blocks it did not need are given back"
verified "$log"

# Ten times a worker is replaced at once; the eleventh time it takes a second, in which the server
# can go.
rm "$log"
load -r 400 -h 100000000
supervisor=$(supervisor)
for ((kill = 1; kill <= 10; kill++)); do
	kill -KILL "$(worker_of "$supervisor")"
	wait_until 1 worker_of "$supervisor" >"$T/worker" || break
done
is "$kill" 11 "ten workers are replaced at once"
kill -KILL "$(worker_of "$supervisor")"
sleep 0.5
! worker_of "$supervisor" >"$T/worker"
ok $? "the eleventh is not"
wait_until 3 worker_of "$supervisor" >"$T/worker"
ok $? "but a little later"
kill -KILL "$(worker_of "$supervisor")"
kill_loader
ended
ok $? "when the server goes meanwhile there is no more to come"
plan
