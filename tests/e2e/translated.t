#!/bin/bash
# SPDX-License-Identifier: MIT
# Peers behind translators: ours is IPv4 by another name, a stranger's stays IPv6 with a note.
. "$(dirname "$0")/lib.sh"

net_up c1 c2 && certs c1 c2
policy <<'E'
translators: ["2001:db8:64::/96"]
rules:
  - name: over-ipv4
    when: {family: ipv4, peer: [198.51.100.11]}
    routes: [10.20.0.0/16]
  - name: over-ipv6
    when: {family: ipv6, form: 6to4}
    routes: ["2001:db8:20::/48"]
E
# behind NAME ADDRESS: give it that address too, and have it use it.
behind() {
	in_ns rtr ip route add "$2" dev "$1" &&
		in_ns "$1" ip addr add "$2/128" dev eth0 nodad &&
		in_ns "$1" ip route replace default via 2001:db8:2::fe src "$2"
}
behind c1 2001:db8:64::c633:640b && behind c2 2002:c633:640c::1
ok $? "c1 has an address of our translator, c2 one of 6to4"
serve udp6 "$plugin"
client c1 udp6
client c2 udp6
connected c1
connected c2
is "$(routes c1)" 10.20.0.0/16 "c1's kernel has the routes for IPv4 peers"
is "$(routes c2)" 2001:db8:20::/48 "c2's kernel has the routes for IPv6 peers"
logged authorised 2
is "$(peer_of c1)" "translated ipv6 2001:db8:64::c633:640b 198.51.100.11 translated-peer" \
	"the log: c1 is IPv4"
is "$(peer_of c2)" "6to4 ipv6 2002:c633:640c::1 2002:c633:640c::1 embedded-ipv4" \
	"the log: c2 is IPv6"
is "$(events authorised 'select(.user.name == "c2") | .v4map.embedded')" 198.51.100.12 \
	"the log: and what is in it"
plan
