#!/bin/bash
# SPDX-License-Identifier: MIT
# sample-configs/siit-server: a client over IPv4 through the translator, one over IPv6 past it; then
# the same with the well-known prefix, where tayga wants addresses that are not documentation's
# (RFC 6052 3.1): one of AS112's, which are global and nobody's.
. "$(dirname "$0")/sample.sh"

# large NAME: packets as large as the tunnel's, both ways.
large() {
	in_ns "$1" ping -q -n -c 1 -W 1 -s 1472 "$INSIDE4" >/dev/null
	ok $? "$1's large packets reach the IPv4 network"
	in_ns ins ping -q -n -c 1 -W 1 -s 1472 "$(inside "$1" -4)" >/dev/null
	ok $? "the IPv4 network's reach $1"
}

# around NAME SERVER: the server's own address does not go into the tunnel.
around() {
	is "$(way "$1" "$2")" eth0 "$1 keeps its way to the server"
}

sample siit-server c1 c2
in_ns srv ip -4 addr flush dev lan && in_ns c1 ip -6 addr flush dev eth0
ok $? "the server has no IPv4, c1 no IPv6"
sample_translator rtr
sample_server
sample_client c1 "$SERVER4"
sample_client c2 "$SERVER6"
connected c1
connected c2
is "$(given_routes c1)" "10.20.0.0/16 192.0.2.0/24 2001:db8:20::/48" "c1 has the office's routes"
is "$(given_routes c2)" "192.0.2.0/24 2001:db8:20::/48" "c2 has everyone's"
around c1 "$SERVER4"
lives c1
large c1
lives c2 6
logged authorised 2
is "$(peer_of c1)" \
	"translated ipv6 2001:db8:64::c633:640b 198.51.100.11 translated-peer,route-covers-server" \
	"the log: c1 is its IPv4 address"
is "$(peer_of c2)" "native ipv6 2001:db8:2::12 2001:db8:2::12 " "the log: c2 is what it is"
in_ns c2 ip addr add 2001:db8:64::c633:640d/128 dev eth0 nodad
in_ns c2 ping -q -n -c 1 -W 0.2 -I 2001:db8:64::c633:640d "$SERVER6" >/dev/null
has <(in_ns rtr nft list table ip6 siit) 'counter packets 1 ' "nobody else sends from the prefix"
stop c1 && stop c2 && stop server && stop tayga
wait_until 10 nobody_left
ok $? "all end"

rm "$log"
in_ns rtr nft delete table ip6 siit
in_ns rtr tayga --rmtun >/dev/null
here+=(-e 's/2001:db8:64::/64:ff9b::/')
in_ns c1 sh -c 'ip -4 addr flush dev eth0 && ip addr add 192.31.196.11/32 dev eth0 &&
	ip route add 198.51.100.254 dev eth0 && ip route add default via 198.51.100.254' &&
	in_ns rtr ip route add 192.31.196.11 dev c1
ok $? "c1 has a global address"
sample_file v4map.yaml /etc/openvpn/v4map.yaml
sample_translator rtr
sample_server
sample_client c1 "$SERVER4"
connected c1
is "$(given_routes c1)" "10.20.0.0/16 192.0.2.0/24 2001:db8:20::/48" "c1 has the office's routes again"
around c1 "$SERVER4"
lives c1
large c1
logged authorised
is "$(peer_of c1)" \
	"translated ipv6 64:ff9b::c01f:c40b 192.31.196.11 translated-peer,route-covers-server" \
	"the log: c1 is its IPv4 address again"
plan
