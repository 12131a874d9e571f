#!/bin/bash
# SPDX-License-Identifier: MIT
# v4mapd's worker is killed again and again while thousands of records come: each is in the log
# exactly once.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"

CLIENTS=2000 KILLS=6 RECORDS=$((1 + 4 * 2000))

{
	printf 'policy\n\trules:\n\t  - name: everyone\n\t    routes: [10.4.0.0/16]\nopen\n'
	for ((i = 0; i < CLIENTS; i++)); do
		printf 'client c1 udp6 198.51.100.11 %d\nconnect c1\ndisconnect c1\npause 2\n' \
			$((i + 1024))
	done
} | run >"$T/out" &
killed=0
for ((i = 0; i < 50 && killed < KILLS; i++)); do
	sleep 0.3
	pid=$(worker)
	[ -z "$pid" ] || ! kill -s KILL "$pid" || killed=$((killed + 1))
done
wait
daemon_gone
is "$killed" "$KILLS" "the worker was killed $KILLS times"
is "$(grep -c 'c1 CLIENT_CONNECT_V2: SUCCESS' "$T/out")" "$CLIENTS" "every client was admitted"
is "$(grep -vE ': SUCCESS|structor|^close|^open|wants|log.NOTE|push' "$T/out")" "" \
	"and nothing else happened"
is "$(jq -n '[inputs.event.sequence] | . == [range(1; length + 1)]' "$log")" true \
	"the log's sequence has no gap and nothing twice"
is "$(jq -n "[inputs.v4map.record | values] | . == [range(1; $RECORDS + 1)]" "$log")" true \
	"each of the $RECORDS records is there exactly once and in order"
is "$(jq -n '[inputs | select(.event.action == "gap")] | length' "$log")" 0 "no record found no room"
plan
