#!/bin/bash
# SPDX-License-Identifier: MIT
# sample-configs/nat64-inside: clients with IPv6 alone inside the tunnel, over IPv4 and over IPv6, reach
# an IPv4-only host by name, and an IPv6 host as themselves; with the SNAT of the README's "what not
# to do" they reach neither.  Then the same with the well-known prefix, and a client that itself comes
# through such a NAT64.
. "$(dirname "$0")/sample.sh"

# host NS ADDRESS: a TCP server that says whom it sees.
host() {
	start "host-$1" "$1" python3 -u -c 'import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
server = socket.create_server((sys.argv[1], 7), family=family)
print("ready")
while True:
	client, address = server.accept()
	client.sendall(address[0].encode())
	client.close()' "$2"
	wait_for "$T/host-$1.log" ready 30
	ok $? "the host $2 is there"
}

# seen_by NS NAME: what such a host, dialled by name, sees NS as.
seen_by() {
	in_ns "$1" python3 -c 'import socket, sys
with socket.create_connection((sys.argv[1], 7), 2) as host:
	print(host.recv(99).decode())' "$2" 2>&1 | tail -n 1
}

# Its addresses, the one that programs take first.
first_of() {
	in_ns "$1" getent ahosts "$2" | awk 'NR == 1 { print $1 }'
}
resolves() {
	[ "$(first_of "$1" "$2")" = "$3" ]
}

# dropped FAMILY: by nftables.conf's forward chain.
dropped() {
	in_ns srv nft list table "$1" nat64 | sed -n 's/.*counter packets \([0-9]*\) .*/\1/p'
}

# gets_on NAME IPV4-HOST ITS-NAT64-ADDRESS SOURCE
gets_on() {
	is "$(first_of "$1" "$2")" "$3" "$1: DNS64 makes an IPv6 address of $2's"
	is "$(seen_by "$1" "$2")" "$4" "$1 reaches the IPv4-only host by name, which sees the server"
	in_ns "$1" ping -q -n -c 1 -W 1 -s 1452 "$2" >/dev/null
	ok $? "$1: packets as large as the tunnel's get there and back"
	is "$(seen_by "$1" wiki.example.org)" "$(inside "$1" -6)" "$1 reaches the IPv6 host as itself"
	reaches ins "$(inside "$1" -6)"
	ok $? "the IPv6 host reaches $1"
}

sample nat64-inside c1 c2
# An IPv4-only host beside the other one, on the same wire.
old=v4map-$$-old
ip netns add "$old" && ip -n "v4map-$$-ins" link add link eth0 name old type macvlan mode bridge &&
	ip -n "v4map-$$-ins" link set old netns "$old" name eth0 && in_ns old sh -c 'ip link set lo up
		echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6
		ip link set eth0 up && ip addr add 10.20.0.7/16 dev eth0 && ip addr add 192.175.48.7/24 dev eth0'
ok $? "a host without IPv6"
in_ns ins ip -4 addr add 10.20.0.53/16 dev eth0
printf '%s\n' server: 'interface: 10.20.0.53' 'access-control: 0.0.0.0/0 allow' 'username: ""' \
	'local-data: "printer.example.org. A 10.20.0.7"' \
	'local-data: "mirror.example.org. A 192.175.48.7"' \
	'local-data: "wiki.example.org. AAAA 2001:db8:20::1"' >"$T/office.conf"
start office ins unbound -ddp -c "$T/office.conf"
host old 0.0.0.0
host ins "$INSIDE6"
sample_translator srv

sample_server
sample_client c1 "$SERVER4"
sample_client c2 "$SERVER6"
connected c1
connected c2
for c in c1 c2; do
	is "$(given_routes $c)" "2001:db8:20::/48 2001:db8:64::/96 2001:db8:8::/64" \
		"$c has the policy's IPv6 routes"
	resolver=$(sed -nE '/PUSH_REPLY/s/.*,(dhcp-option DNS6?|dns server 0 address) ([0-9a-f:]+).*/\2/p' \
		"$T/$c.log")
	is "$resolver" 2001:db8:20::fe "$c was told the resolver"
done
echo "nameserver $resolver" >"$T/resolv.conf"
mount --bind "$T/resolv.conf" /etc/resolv.conf
wait_until 10 resolves c1 printer.example.org 2001:db8:64::a14:7
ok $? "the resolver is there"
gets_on c1 printer.example.org 2001:db8:64::a14:7 10.20.255.254
gets_on c2 printer.example.org 2001:db8:64::a14:7 10.20.255.254

is "$(dropped ip) $(dropped ip6)" "0 0" "nothing of this was dropped"
reaches c1 2001:db8:64::192.0.2.254
is $? 1 "NAT64 leads to the office alone"
in_ns rtr ip route add 2001:db8:64::/96 via $SERVER6 && stop c2
reaches c2 2001:db8:64::10.20.0.7
is $? 1 "NAT64 is for VPN clients alone"
is "$(dropped ip) $(dropped ip6)" "1 1" "nftables.conf drops it"

# What not to do.
in_ns ins nft 'table netdev wire {
	counter mapped { }
	chain in {
		type filter hook ingress device eth0 priority 0
		ip6 saddr ::ffff:0:0/96 counter name mapped
	}
}'
mapped() {
	in_ns ins nft -j list counter netdev wire mapped | jq '.nftables[].counter? | .packets // empty'
}
sample_steps srv 'nft add table ip6 wrong' 'nft add rule'
has <(seen_by c1 wiki.example.org) 'timed out|unreachable' "the wrong SNAT: the IPv6 host is gone"
[ "$(mapped)" -gt 0 ]
ok $? "the wrong SNAT: what arrives there is IPv6 from a v4-mapped address"
has <(seen_by c1 2001:db8:64::10.20.0.7) 'timed out|unreachable' "the wrong SNAT: the IPv4-only host is gone"
in_ns srv nft delete table ip6 wrong
ok $? "the wrong SNAT is taken away"
gets_on c1 printer.example.org 2001:db8:64::a14:7 10.20.255.254

logged authorised 2
is "$(peer_of c1)" "mapped ipv6 ::ffff:198.51.100.11 198.51.100.11 mapped-peer,tunnel-lacks-ipv4,transport-only-ipv4" \
	"the log: c1, over IPv4"
is "$(peer_of c2)" "native ipv6 2001:db8:2::12 2001:db8:2::12 tunnel-lacks-ipv4" "the log: c2, over IPv6"
is "$(events authorised '[.v4map.rules[], .v4map.routes.ipv4, .v4map.routes.ipv6] | join(" ")' | uniq)" \
	"everyone nat64 0 2" "the log: both rules, no IPv4 route"
stop c1 && stop server && stop unbound && stop tayga
ok $? "all end"

# The well-known prefix, for global IPv4 (tayga: RFC 6052 3.1): one of AS112's networks is the office's,
# the other one the server's.  c2 has IPv6 alone and comes through the NAT64 of its own network, which
# is set up as nat64-client says; c1's network has a NAT64, too, and tells of it.
rm "$log"
in_ns srv sh -c 'nft flush ruleset && tayga --rmtun && ip addr add 192.175.48.254/24 dev inside &&
	ip addr add 192.31.196.1/24 dev lan' >/dev/null &&
	in_ns rtr ip addr add 192.31.196.254/24 dev lan && in_ns c2 ip -4 addr flush dev eth0
ok $? "the client has no IPv4"
inside=$folder folder=$root/sample-configs/nat64-client
sample_file tayga.conf "$T/outside.conf" && sample_file nftables.conf "$T/outside.nft" &&
	in_ns rtr sh -ec "tayga --config $T/outside.conf --mktun && ip link set nat64 up
		ip route add 192.168.255.0/24 dev nat64 && ip route add 64:ff9b::/96 dev nat64
		nft -f $T/outside.nft" >/dev/null
ok $? "the NAT64 of its network"
start outside rtr tayga --nodetach --config "$T/outside.conf"
in_ns c1 ip route add 64:ff9b::/96 via 2001:db8:2::fe proto ra metric 100 # NetworkManager does

folder=$inside
here+=(-e 's/2001:db8:64::/64:ff9b::/; s|10\.20\.0\.0/16|192.175.48.0/24|')
sample_file v4map.yaml /etc/openvpn/v4map.yaml
sample_translator srv
sample_server
sample_client c1 "$SERVER4"
sample_client c2 64:ff9b::192.31.196.1
connected c1
connected c2
for c in c1 c2; do
	is "$(given_routes $c)" "2001:db8:20::/48 2001:db8:8::/64 64:ff9b::/96" "$c has the policy's routes"
done
wait_until 10 resolves c2 mirror.example.org 64:ff9b::c0af:3007
gets_on c2 mirror.example.org 64:ff9b::c0af:3007 192.175.48.254
is "$(way c2 64:ff9b::192.175.48.7) $(way c2 64:ff9b::192.31.196.1)" "tun0 eth0" \
	"c2: its own connection, to such an address, stays outside"
is "$(way c1 64:ff9b::192.175.48.7)" eth0 "c1: what its network has a route for goes there"
logged authorised 2
is "$(peer_of c2)" "mapped ipv6 ::ffff:192.31.196.254 192.31.196.254 mapped-peer,tunnel-lacks-ipv4,transport-only-ipv4" \
	"the log: c2, behind NAT64, is its network's IPv4 address"
plan
