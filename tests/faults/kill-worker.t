#!/bin/bash
# SPDX-License-Identifier: MIT
# v4mapd's worker is killed under load at any moment, 200 times: nothing is lost, nothing is there
# twice, and its supervisor goes on.
. "$(dirname "$0")/lib.sh"

# After ten kills the supervisor takes its time.
RUNS=20 KILLS=10
policy
killed=0 left=0 wrong=0 other=0 total=0
touch "$log"
for ((run = 1; run <= RUNS; run++)); do
	size=$(stat -c %s "$log")
	rate=() # every other run as much as the ring takes
	((run % 2)) || rate=(-r 4000)
	load "${rate[@]}" 10000000 || sed "s/^/# run $run: /" "$T/load.log"
	supervisor=$(supervisor)
	for ((kill = 1; kill <= KILLS; kill++)); do
		sleep_random 60
		kill -KILL "$(worker_of "$supervisor")" && killed=$((killed + 1))
		wait_until 5 worker_of "$supervisor" >"$T/worker" || break
	done
	[ "$(supervisor)" = "$supervisor" ] || other=$((other + 1))
	kill_loader
	ended || left=$((left + 1))
	put=$(put)
	logged=$(tail -c "+$((size + 1))" "$log" | grep -c '"record":')
	if [ "$logged" -lt "$put" ] || [ "$logged" -gt $((put + 1)) ] || [ "$(lost)" != 0 ]; then
		wrong=$((wrong + 1))
		echo "# run $run: $put put, $(lost) found no room, $logged logged"
	fi
	total=$((total + logged))
done
is "$killed" $((RUNS * KILLS)) "$((RUNS * KILLS)) workers are killed"
is "$other" 0 "the supervisors stay"
is "$wrong" 0 "what was put is in the log"
is "$left" 0 "v4mapd ends when the server does"
is "$(count_of stopped)" "$RUNS" "with its last word"
is "$(compgen -G "$log.*")" "" "nothing had to be moved away"
verified "$log"
echo "# $total records"
plan
