#!/bin/bash
# SPDX-License-Identifier: MIT
# An IPv4 client on a dual-stack socket: the kernel shows ::ffff:a.b.c.d, v4map treats it as IPv4.
. "$(dirname "$0")/lib.sh"

net_up c1 && certs c1
policy <<'E'
rules:
  - name: over-ipv4
    when: {family: ipv4, form: mapped, listener: ipv6, peer: [198.51.100.0/24]}
    routes: [10.20.0.0/16, "2001:db8:20::/48"]
  - name: over-ipv6
    when: {family: ipv6}
    routes: [10.30.0.0/16]
E
serve udp6 "$plugin"
client c1 udp4
connected c1
has "$T/server.log" '\[AF_INET6\]::ffff:198\.51\.100\.11' "the peer really was v4-mapped"
is "$(routes c1)" "10.20.0.0/16
2001:db8:20::/48" "its kernel has the routes for IPv4 peers, and only these"
reaches c1 "$INSIDE4"
ok $? "it reaches the IPv4 network inside"
reaches c1 "$INSIDE6"
ok $? "it reaches the IPv6 network inside"
logged authorised
is "$(peer_of c1)" "mapped ipv6 ::ffff:198.51.100.11 198.51.100.11 mapped-peer" \
	"the log: mapped, the plain address, the mismatch"
is "$(events authorised '.v4map.rules | join(" ")')" over-ipv4 "the log: the rule that matched"
logged address 2
is "$(events address .v4map.tunnel.address | sort)" "10.8.0.2
fd00:8::1000" "the log: the tunnel addresses it was given"
plan
