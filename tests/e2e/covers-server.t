#!/bin/bash
# SPDX-License-Identifier: MIT
# Pushed routes that cover the server itself: without a way around the tunnel an IPv4 client cuts
# off its own transport; an IPv6 client looks after itself and must not be bothered.
. "$(dirname "$0")/lib.sh"

net_up c1 c2 && certs c1 c2
policy <<'E'
server-addresses: [192.0.2.1, "2001:db8:1::1"]
rules:
  - name: everyone
    routes: [10.20.0.0/16, 192.0.2.0/24, "2001:db8:20::/48", "2001:db8:1::/64"]
E
serve udp6 "$plugin"
client c1 udp4
client c2 udp6
connected c1
connected c2
reaches c1 "$INSIDE4"
ok $? "the IPv4 client is alive"
reaches c2 "$INSIDE4"
ok $? "the IPv6 client is alive"
is "$(in_ns c1 ip -4 route show 192.0.2.1 | xargs)" "192.0.2.1 via 198.51.100.254 dev eth0" \
	"the IPv4 client's kernel goes to the server around the tunnel"
is "$(in_ns c2 ip -4 route show 192.0.2.1)" "" "the IPv6 client's kernel has no such route"
hasnt "$T/c2.log" "remote_host " "the IPv6 client was not told to go around"
logged authorised 2
is "$(peer_of c1 | cut -d' ' -f5)" mapped-peer,route-covers-server "the log names it for c1"
is "$(peer_of c2 | cut -d' ' -f5)" "" "the log has nothing against c2"
stop c1 && stop c2 && stop server
ok $? "all end"

policy <<'E'
server-addresses: [192.0.2.1]
rules:
  - name: just-the-server
    routes: [10.20.0.0/16, 192.0.2.1/32]
E
rm "$log"
serve udp6 "$plugin"
client c1 udp4
connected c1
reaches c1 "$INSIDE4"
ok $? "alive with a route to just the server's address"
logged authorised
is "$(peer_of c1 | cut -d' ' -f5)" mapped-peer,route-covers-server "the log names that too"
hasnt "$T/c1.log" 'Options error|rtnl: generic error|failed to parse' "the client disliked nothing"
plan
