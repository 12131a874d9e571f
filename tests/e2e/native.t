#!/bin/bash
# SPDX-License-Identifier: MIT
# An IPv4 client on an IPv4 socket: nothing to map, nothing to report.
. "$(dirname "$0")/lib.sh"

net_up c1 && certs c1
policy <<'E'
rules:
  - name: everyone
    routes: [10.20.0.0/16, "2001:db8:20::/48"]
E
serve udp4 "$plugin"
client c1 udp4
connected c1
is "$(routes c1)" "10.20.0.0/16
2001:db8:20::/48" "its kernel has the policy's routes"
reaches c1 "$INSIDE4"
ok $? "it reaches the IPv4 network inside"
reaches c1 "$INSIDE6"
ok $? "it reaches the IPv6 network inside"
logged authorised
is "$(peer_of c1)" "native ipv4 198.51.100.11 198.51.100.11 " "the log: native, no mismatch"
is "$(events authorised '[.network.type, .network.transport, (.v4map.rules | join(" ")),
	.v4map.routes.ipv4, .v4map.routes.ipv6] | join(" ")')" "ipv4 udp everyone 1 1" \
	"the log: family, transport, rule and routes"
plan
