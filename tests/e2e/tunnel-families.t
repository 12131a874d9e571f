#!/bin/bash
# SPDX-License-Identifier: MIT
# Routes of a family that the tunnel lacks are withheld, and the log says so.
. "$(dirname "$0")/lib.sh"

net_up c1 c2 && certs c1 c2
policy <<'E'
rules:
  - name: everyone
    routes: [10.20.0.0/16, "2001:db8:20::/48"]
E
tunnel=('server 10.8.0.0 255.255.255.0')
serve udp6 "$plugin"
client c1 udp4
client c2 udp6
connected c1
connected c2
is "$(routes c1)" 10.20.0.0/16 "IPv4 tunnel: c1 gets IPv4 routes only"
is "$(routes c2)" 10.20.0.0/16 "IPv4 tunnel: c2 gets IPv4 routes only"
hasnt "$T/c1.log" 'no IPv6 has been configured' "IPv4 tunnel: the client has nothing to warn of"
logged authorised 2
is "$(peer_of c1 | cut -d' ' -f5)" mapped-peer,tunnel-lacks-ipv6 "the log names it for c1"
is "$(peer_of c2 | cut -d' ' -f5)" tunnel-lacks-ipv6,transport-only-ipv6 "the log names it for c2"
stop c1 && stop c2 && stop server
ok $? "all end"

rm "$log"
tunnel=('server-ipv6 fd00:8::/64')
serve udp6 "$plugin"
client c1 udp4
connected c1
is "$(routes c1)" 2001:db8:20::/48 "IPv6 tunnel: c1 gets IPv6 routes only"
hasnt "$T/c1.log" 'failed to parse' "IPv6 tunnel: the client has nothing to dislike"
reaches c1 "$INSIDE6"
ok $? "IPv6 tunnel: alive"
logged authorised
is "$(peer_of c1 | cut -d' ' -f5)" mapped-peer,tunnel-lacks-ipv4,transport-only-ipv4 \
	"the log names it"
plan
