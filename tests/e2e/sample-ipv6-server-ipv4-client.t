#!/bin/bash
# SPDX-License-Identifier: MIT
# sample-configs/ipv6-server-ipv4-client: an IPv4 client on an IPv6 socket gets the routes of the
# families that the tunnel has, and no others.
. "$(dirname "$0")/sample.sh"

# c1 in the log: its form and socket, and what is amiss.
c1_is() {
	logged authorised
	is "$(peer_of c1)" "mapped ipv6 ::ffff:198.51.100.11 198.51.100.11 $1" "the log: mapped; $1"
}

sample ipv6-server-ipv4-client c1
sample_server
sample_client c1 "$SERVER4"
connected c1
is "$(given_routes c1)" "10.20.0.0/16 2001:db8:20::/48" "both families inside: both are routed"
lives c1
c1_is mapped-peer
stop c1 && stop server
ok $? "all end"

rm "$log"
sample_server ipv4-tunnel
sample_client c1 "$SERVER4"
connected c1
is "$(given_routes c1)" 10.20.0.0/16 "IPv4 alone inside: IPv6 is withheld"
hasnt "$T/c1.log" 'route-ipv6|no IPv6 has been configured' "it was not even sent"
lives c1 4
! reaches c1 "$INSIDE6"
ok $? "and not the IPv6 network"
c1_is mapped-peer,tunnel-lacks-ipv6
plan
