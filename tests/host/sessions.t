#!/bin/bash
# SPDX-License-Identifier: MIT
# More sessions at once than the ring has slots: every record is kept all the same.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"

SESSIONS=5000

{
	printf 'policy\n  rules:\n  - name: everyone\n    routes: [10.4.0.0/16]\nopen\n'
	for ((i = 0; i < SESSIONS; i++)); do
		printf 'client c%d udp6 198.51.100.11 %d\nadmit c%d\n' "$i" $((i + 1024)) "$i"
		[ $((i % 10)) != 0 ] || echo "pause 1"
	done
	for ((i = 0; i < SESSIONS; i++)); do
		echo "disconnect c$i"
		[ $((i % 10)) != 0 ] || echo "pause 1"
	done
} | run >"$T/out"
daemon_gone
is "$(grep -c 'CLIENT_CONNECT_V2: SUCCESS' "$T/out")" $SESSIONS "$SESSIONS sessions at once"
is "$(jq -s 'map(.event.action | select(. != "checkpoint")) | group_by(.) | map([.[0], length | tostring] | join(" ")) | join(", ")' "$log")" \
	'"authorised 5000, disconnected 5000, policy-loaded 1, started 1, stopped 1"' \
	"each is in the log from beginning to end"
plan
