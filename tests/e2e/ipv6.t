#!/bin/bash
# SPDX-License-Identifier: MIT
# An IPv6 client on a dual-stack socket.
. "$(dirname "$0")/lib.sh"

net_up c2 && certs c2
policy <<'E'
rules:
  - name: over-ipv4
    when: {family: ipv4}
    routes: [10.30.0.0/16]
  - name: over-ipv6
    when: {family: ipv6, form: native, peer: ["2001:db8:2::/64"], tunnel: dual}
    routes: [10.20.0.0/16, "2001:db8:20::/48"]
E
serve udp6 "$plugin"
client c2 udp6
connected c2
is "$(routes c2)" "10.20.0.0/16
2001:db8:20::/48" "its kernel has the routes for IPv6 peers, and only these"
reaches c2 "$INSIDE4"
ok $? "it reaches the IPv4 network inside"
reaches c2 "$INSIDE6"
ok $? "it reaches the IPv6 network inside"
logged authorised
is "$(peer_of c2)" "native ipv6 2001:db8:2::12 2001:db8:2::12 " "the log: native IPv6, no mismatch"
plan
