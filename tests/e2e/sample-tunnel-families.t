#!/bin/bash
# SPDX-License-Identifier: MIT
# sample-configs/tunnel-families: with IPv4, IPv6 or both inside the tunnel one policy gives each
# client what fits, however it comes.
. "$(dirname "$0")/sample.sh"

# tunnel CONF ROUTES IPV4 IPV6 LOG1 LOG2: what both clients' kernels have, whether they reach the
# networks (0 or 1), and what the log has against each.
tunnel() {
	local c

	sample_server "$1"
	sample_client c1 "$SERVER4"
	sample_client c2 "$SERVER6"
	for c in c1 c2; do
		connected $c
		is "$(given_routes $c)" "$2" "$1.conf: $c has '$2'"
		reaches $c "$INSIDE4"
		is $? "$3" "$1.conf: $c: the IPv4 network"
		reaches $c "$INSIDE6"
		is $? "$4" "$1.conf: $c: the IPv6 network"
	done
	logged authorised 2
	is "$(peer_of c1 | cut -d' ' -f5)" "$5" "$1.conf: the log: c1, over IPv4"
	is "$(peer_of c2 | cut -d' ' -f5)" "$6" "$1.conf: the log: c2, over IPv6"
	stop c1 && stop c2 && stop "$1"
	ok $? "$1.conf: all end"
	rm "$log"
}

sample tunnel-families c1 c2
tunnel server "10.20.0.0/16 2001:db8:20::/48" 0 0 mapped-peer ""
tunnel ipv4 10.20.0.0/16 0 1 mapped-peer,tunnel-lacks-ipv6 tunnel-lacks-ipv6,transport-only-ipv6
tunnel ipv6 2001:db8:20::/48 1 0 mapped-peer,tunnel-lacks-ipv4,transport-only-ipv4 tunnel-lacks-ipv4
plan
