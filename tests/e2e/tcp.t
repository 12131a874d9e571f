#!/bin/bash
# SPDX-License-Identifier: MIT
# TCP: a dual-stack socket with both families on it, then an IPv4 socket.
. "$(dirname "$0")/lib.sh"

net_up c1 c2 && certs c1 c2
policy <<'E'
rules:
  - name: over-ipv4
    when: {family: ipv4}
    routes: [10.20.0.0/16]
  - name: over-ipv6
    when: {family: ipv6}
    routes: ["2001:db8:20::/48"]
E
serve tcp6-server "$plugin"
client c1 tcp4-client
client c2 tcp6-client
connected c1
connected c2
is "$(routes c1)" 10.20.0.0/16 "c1's kernel has the routes for IPv4 peers"
is "$(routes c2)" 2001:db8:20::/48 "c2's kernel has the routes for IPv6 peers"
reaches c1 "$INSIDE4"
ok $? "c1 reaches the inside"
reaches c2 "$INSIDE6"
ok $? "c2 reaches the inside"
logged authorised 2
is "$(peer_of c1)" "mapped ipv6 ::ffff:198.51.100.11 198.51.100.11 mapped-peer" "the log: c1 mapped"
is "$(peer_of c2)" "native ipv6 2001:db8:2::12 2001:db8:2::12 " "the log: c2 native"
is "$(events authorised .network.transport | sort -u)" tcp "the log: over TCP"
stop c1 && stop c2 && stop server
ok $? "all end"

rm "$log"
serve tcp4-server "$plugin"
client c1 tcp4-client
connected c1
logged authorised
is "$(peer_of c1)" "native ipv4 198.51.100.11 198.51.100.11 " "the log: native on an IPv4 socket"
plan
