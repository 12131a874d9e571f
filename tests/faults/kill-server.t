#!/bin/bash
# SPDX-License-Identifier: MIT
# OpenVPN is killed under load at any moment, 200 times: each record that was put is in the log
# exactly once.
. "$(dirname "$0")/lib.sh"

ROUNDS=200
policy
begun=0 left=0 wrong=0
touch "$log"
for ((round = 1; round <= ROUNDS; round++)); do
	size=$(stat -c %s "$log")
	if load -r $((RANDOM + 1)) 1000000; then
		begun=$((begun + 1))
		sleep_random 60
	else
		sed "s/^/# round $round: /" "$T/load.log"
	fi
	kill_loader
	ended || left=$((left + 1))
	put=$(put)
	logged=$(tail -c "+$((size + 1))" "$log" | grep -c '"record":')
	# The record being put at that very moment may be there or not.
	if [ "$logged" -lt "$put" ] || [ "$logged" -gt $((put + 1)) ]; then
		wrong=$((wrong + 1))
		echo "# round $round: $put put, $logged logged"
	fi
done
is "$begun" "$ROUNDS" "$ROUNDS times the server is killed"
is "$wrong" 0 "each time what was put is in the log"
is "$left" 0 "and v4mapd ends by itself"
is "$(count_of stopped)" "$ROUNDS" "with its last word"

left=0
for ((round = 1; round <= 20; round++)); do
	start_load 1000000
	sleep_random 20
	kill_loader
	ended || left=$((left + 1))
done
is "$left" 0 "killed while it starts it leaves nobody either"
verified "$log"
echo "# $(grep -c . "$log") lines"
plan
