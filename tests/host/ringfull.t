#!/bin/bash
# SPDX-License-Identifier: MIT
# v4mapd's worker stands still until the ring is full: the hooks go on, what found no room is
# named by a gap, and who was admitted still has room for the end of the session.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"

begin
ask policy "  rules:" "  - name: everyone" "    routes: [10.4.0.0/16]" open \
	"client early udp6 198.51.100.1 1" "connect early" >/dev/null
kill -s STOP "$(worker)"
for ((i = 0; i < 1500; i++)); do
	printf 'client c1 udp6 198.51.100.11 %d\nconnect c1\ndisconnect c1\n' $((i + 1024))
done >"$T/clients"
mapfile -t lines <"$T/clients"
ask "${lines[@]}" >"$T/out"
is "$(grep -c 'CLIENT_CONNECT_V2: SUCCESS' "$T/out")" 1500 "every client is admitted all the same"
ask "disconnect early" >/dev/null
kill -s CONT "$(worker)"
for _ in {1..50}; do
	sleep 0.1
	! events | grep -q ' disconnected .* name=early ' || break
done
ask "client late udp6 198.51.100.12 1" "connect late" "disconnect late" >/dev/null
end
is "$(events | grep -cE '^[0-9]+ (authorised|disconnected) .* name=(early|late) ')" 4 \
	"those who came before and after are there, from beginning to end"
log_is_whole
ok $? "the log's sequence has no gap"
is "$(jq -s '[.[] | select(.event.action == "gap") | .v4map.gap.last - .v4map.gap.first + 1] | add > 1000' \
	"$log")" true "a gap says that records are missing"
is "$(jq -s '[.[].v4map | .record // empty, (.gap // empty | range(.first; .last + 1))]
	| sort == [range(1; max + 1)]' "$log")" true \
	"every number is that of a line or inside of one gap, never both"
plan
