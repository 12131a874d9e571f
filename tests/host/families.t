#!/bin/bash
# SPDX-License-Identifier: MIT
# The families of as many certificates are known as the table holds; of more, the one that was not
# seen for longest is forgotten.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"

HELD=1024

# come NUMBER ADDRESS: a session of that certificate, from there.
come() {
	local zeros

	printf -v zeros '%.0s00:' {1..30}
	printf 'client c%d-%s udp6 %s 1194\ncert c%d-%s c%d 01 %s%02x:%02x\nconnect c%d-%s\ndisconnect c%d-%s\n' \
		"$1" "$2" "$2" "$1" "$2" "$1" "$zeros" $(($1 / 256)) $(($1 % 256)) "$1" "$2" "$1" "$2"
	[ $(($1 % 10)) != 0 ] || echo "pause 1"
}

{
	printf 'policy\n\trules: []\nopen\n'
	for ((i = 0; i < HELD; i++)); do
		come $i 198.51.100.11
	done
	come 0 2001:db8:2::11       # known, and now the newest
	come $HELD 198.51.100.11    # takes the place of 1
	come 2 2001:db8:2::11       # known
	come 1 2001:db8:2::11       # forgotten; takes the place of 3
	come 3 2001:db8:2::11       # forgotten; takes the place of 4
	come 5 2001:db8:2::11       # known
	come $HELD 2001:db8:2::11   # known
} | run >"$T/out"
daemon_gone
is "$(jq -r 'select(.event.action == "authorised").user.name' "$log" | wc -l)" $((HELD + 7)) \
	"all are in the log"
is "$(jq -r 'select(.event.action == "authorised" and
	(.v4map.mismatches | index("family-changed"))).user.name' "$log" | xargs)" \
	"c0 c2 c5 c$HELD" "those that are remembered have changed their family"
plan
