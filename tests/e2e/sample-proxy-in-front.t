#!/bin/bash
# SPDX-License-Identifier: MIT
# sample-configs/proxy-in-front: c1 comes over IPv4 and c2 over IPv6 to HAProxy, which goes on to an
# IPv4-only server; c3 comes to the server itself.  Both logs together say who had which address.
. "$(dirname "$0")/sample.sh"

PROXY4=192.0.2.80 PROXY6=2001:db8:1::80
here=(-e 's/2001:db8::80/2001:db8:1::80/' "${here[@]}")

# proxied NAME: what HAProxy's log has of the peer in v4map's, by the port.
proxied() {
	local peer

	peer=$(events authorised "select(.user.name == \"$1\") | \"\(.source.ip):\(.source.port)\"")
	grep "peer=$peer\$" "$T/proxy.log"
}

# seconds NAME: between its line in HAProxy's log and the one in v4map's.
seconds() {
	local began

	began=$(date -d "$(proxied "$1" | cut -d' ' -f1)" +%s) &&
		echo $(($(date -d "$(events authorised "select(.user.name == \"$1\") | .[\"@timestamp\"]")" +%s) - began))
}

sample proxy-in-front c1 c2 c3
ip netns add "v4map-$$-prx" &&
	ip link add prx netns "v4map-$$-rtr" type veth peer name eth0 netns "v4map-$$-prx" &&
	plug rtr prx "192.0.2.254 peer $PROXY4" "2001:db8:1::fe peer $PROXY6" &&
	plug prx eth0 $PROXY4/24 $PROXY6/64 192.0.2.254 2001:db8:1::fe &&
	in_ns rtr sh -c 'echo 1 >/proc/sys/net/ipv4/conf/prx/proxy_arp &&
		echo 1 >/proc/sys/net/ipv4/conf/lan/proxy_arp' && in_ns srv ip -6 addr flush dev lan
ok $? "the proxy has both families, the server IPv4 alone"
sample_over haproxy.cfg /etc/haproxy/haproxy.cfg
sample_server
start proxy prx haproxy -db -f /etc/haproxy/haproxy.cfg
bound() {
	[ "$(in_ns prx ss -Htln 'sport = 443' | wc -l)" = 2 ]
}
wait_until 10 bound
ok $? "the proxy listens to both"
sample_client c1 $PROXY4
sample_client c2 $PROXY6
sample_client c3 "$SERVER4"
for c in c1 c2 c3; do
	connected $c
	is "$(given_routes $c)" "10.20.0.0/16 192.0.2.0/24 2001:db8:20::/48" "$c has the policy's routes"
	lives $c
done
is "$(way c1 $PROXY4) $(way c2 $PROXY6) $(way c3 "$SERVER4")" "eth0 eth0 eth0" \
	"their own connections stay outside"

logged authorised 3
for c in c1 c2; do
	is "$(peer_of $c)" "native ipv4 $PROXY4 $PROXY4 route-covers-server,proxied" "v4map's log: $c is the proxy"
done
is "$(peer_of c3)" "native ipv4 198.51.100.13 198.51.100.13 route-covers-server" \
	"v4map's log: c3 is itself, and not proxied"
is "$(events authorised .network.transport | sort -u)" tcp "v4map's log: all over TCP"
hasnt "$log" '198\.51\.100\.11|2001:db8:2::12' "v4map's log: the clients behind the proxy are nowhere in it"
is "$(proxied c1 | wc -l) $(proxied c2 | wc -l) $(proxied c3 | wc -l)" "1 1 0" \
	"HAProxy's log has each of their ports once, and not c3's"
has <(proxied c1) ' client=\[198\.51\.100\.11\]:[0-9]+ ' "both logs: c1's IPv4 address"
has <(proxied c2) ' client=\[2001:db8:2::12\]:[0-9]+ ' "both logs: c2's IPv6 address"
for c in c1 c2; do
	is "$(($(seconds $c) >= 0 && $(seconds $c) <= 10))" 1 "both logs: $c's times fit"
done
stop c1 && stop c2 && stop c3
logged disconnected 3
is "$(events disconnected 'select(.v4map.mismatches // [] | index("proxied")) | .user.name' | sort | xargs)" "c1 c2" \
	"v4map's log: so it is at their ends"
stop proxy && stop server
ok $? "all end"
plan
