#!/bin/bash
# SPDX-License-Identifier: MIT
# `nat64-guard`: a full IPv6 tunnel takes what DNS64 makes even from a client whose network has a
# route of its own for it, whatever its metric; and that route is still there afterwards.
. "$(dirname "$0")/lib.sh"

net_up c1 c2 && certs c1 c2
LOW=64:ff9b::192.0.2.33 HIGH=64:ff9b::203.0.113.33 NAT64=64:ff9b::192.0.2.1

# ways NAME: the devices that the client's kernel sends such addresses to.
ways() {
	echo "$(way "$1" $LOW) $(way "$1" $HIGH)"
}

# As from a router advertisement: the kernel's own metric, and NetworkManager's.
ip -n "v4map-$$-c1" route add 64:ff9b::/96 via 2001:db8:2::fe proto ra
ip -n "v4map-$$-c2" route add 64:ff9b::/96 via 2001:db8:2::fe proto ra metric 100
own1=$(in_ns c1 ip -6 route show 64:ff9b::/96) own2=$(in_ns c2 ip -6 route show 64:ff9b::/96)
# c2 reaches the server's IPv4 address through NAT64, which here the server does itself.
ip -n "v4map-$$-srv" addr add $NAT64/128 dev lan nodad
ip -n "v4map-$$-rtr" route add $NAT64/128 via $SERVER6

policy <<'E'
rules: [{name: all, default-route: ipv6}]
E
serve udp6 "$plugin" multihome
client c1 udp4 'explicit-exit-notify 1'
connected c1
is "$(ways c1)" "eth0 eth0" "without the guard the client's network has it"
stop c1

policy <<'E'
nat64-guard: true
rules: [{name: all, default-route: ipv6}]
E
logged policy-loaded 2
client c1 udp4 'explicit-exit-notify 1'
remote=$NAT64 client c2 udp6 'explicit-exit-notify 1'
connected c1
connected c2
for c in c1 c2; do
	is "$(ways $c)" "tun0 tun0" "$c: with the guard the tunnel has it"
	reaches $c "$INSIDE6"
	ok $? "$c is alive"
done
is "$(way c2 $NAT64)" eth0 \
	"c2: its own connection, to such an address, stays outside"
logged authorised 3
is "$(peer_of c2 | cut -d' ' -f5)" "" "the log has nothing against it"
stop c1 && stop c2
ok $? "both end"
is "$(in_ns c1 ip -6 route show 64:ff9b::/96)" "$own1" "c1: the route of its network is what it was"
is "$(in_ns c2 ip -6 route show 64:ff9b::/96)" "$own2" "c2: the route of its network is what it was"
plan
