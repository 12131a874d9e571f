#!/bin/bash
# SPDX-License-Identifier: MIT
# sample-configs/tunnel-families: with IPv4, IPv6 or both inside the tunnel one policy gives each
# client what fits, however it comes.
. "$(dirname "$0")/sample.sh"

lacks() {
	! reaches "$1" "$2"
	ok $? "$1 does not reach $2"
}

# tunnel CONF ROUTES FAMILIES LOG1 LOG2: what both clients' kernels have, over what they and the
# networks reach each other, and what the log has against each.
tunnel() {
	local c family

	sample_server "$1"
	sample_client c1 "$SERVER4"
	sample_client c2 "$SERVER6"
	for c in c1 c2; do
		connected $c
		is "$(given_routes $c)" "$2" "$1.conf: $c has '$2'"
		for family in $3; do
			lives $c "$family"
		done
		[[ $3 == *4* ]] || lacks $c "$INSIDE4"
		[[ $3 == *6* ]] || lacks $c "$INSIDE6"
	done
	logged authorised 2
	is "$(peer_of c1 | cut -d' ' -f5)" "$4" "$1.conf: the log: c1, over IPv4"
	is "$(peer_of c2 | cut -d' ' -f5)" "$5" "$1.conf: the log: c2, over IPv6"
	stop c1 && stop c2 && stop "$1"
	ok $? "$1.conf: all end"
	rm "$log"
}

sample tunnel-families c1 c2
tunnel server "10.20.0.0/16 2001:db8:20::/48" "4 6" mapped-peer ""
tunnel ipv4 10.20.0.0/16 4 mapped-peer,tunnel-lacks-ipv6 tunnel-lacks-ipv6,transport-only-ipv6
tunnel ipv6 2001:db8:20::/48 6 mapped-peer,tunnel-lacks-ipv4,transport-only-ipv4 tunnel-lacks-ipv4
plan
