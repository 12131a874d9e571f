#!/bin/bash
# SPDX-License-Identifier: MIT
# sample-configs/nat64-client: a client without IPv4 dials a name and reaches, through DNS64 and
# NAT64, a server without IPv6.
. "$(dirname "$0")/sample.sh"

# tayga keeps documentation's addresses out of the well-known prefix (RFC 6052 3.1), so the server has
# one of AS112's, which are global and nobody's.
here=(-e 's/203\.0\.113\./192.31.196./g' "${here[@]}")
sample nat64-client c1
in_ns srv ip addr add 192.31.196.1/24 dev lan && in_ns rtr ip addr add 192.31.196.254/24 dev lan
in_ns c1 ip -4 addr flush dev eth0 && in_ns srv ip -6 addr flush dev lan
ok $? "the client has no IPv4, the server no IPv6"

# The internet's name service knows one address of vpn.example.org.
in_ns rtr ip addr add 192.31.196.53/32 dev lo
printf '%s\n' server: 'interface: 192.31.196.53' 'access-control: 0.0.0.0/0 allow' 'username: ""' \
	'local-data: "vpn.example.org. A 192.31.196.1"' >"$T/internet.conf"
start internet rtr unbound -ddp -c "$T/internet.conf"
sample_translator rtr
echo 'nameserver 2001:db8:2::fe' >"$T/resolv.conf"
mount --bind "$T/resolv.conf" /etc/resolv.conf
resolves() {
	[ "$(in_ns c1 getent ahostsv6 vpn.example.org | awk 'NR == 1 { print $1 }')" = 64:ff9b::c01f:c401 ]
}
wait_until 10 resolves
ok $? "DNS64 makes an IPv6 address of the server's IPv4 address"

sample_server
sample_client c1 vpn.example.org
connected c1
has "$T/c1.log" 'UDP(v6)? link remote: .*64:ff9b::c01f:c401' "c1 dialled the server's name, over IPv6"
is "$(given_routes c1)" "10.20.0.0/16 2001:db8:20::/48" "c1 has the policy's routes"
lives c1
logged authorised
is "$(peer_of c1)" "native ipv4 192.31.196.254 192.31.196.254 " "the log: the router's IPv4 address"
is "$(events authorised '[.v4map.routes.ipv4, .v4map.routes.ipv6] | join(" ")')" "1 1" \
	"the log: a route of each family"
plan
