#!/bin/bash
# SPDX-License-Identifier: MIT
# A full tunnel in the client's kernel: everything of the families that the tunnel has goes into it,
# but for what is excluded, and the client's own connection stays where it is.
. "$(dirname "$0")/lib.sh"

alive() {
	reaches "$1" "$INSIDE4"
	ok $? "$1 $2: reaches the IPv4 network"
	reaches "$1" "$INSIDE6"
	ok $? "$1 $2: reaches the IPv6 network"
}
# both WHAT: c1 over IPv4 and c2 over IPv6.
both() {
	client c1 udp4 'explicit-exit-notify 1'
	client c2 udp6 'explicit-exit-notify 1'
	connected c1
	connected c2
}

net_up c1 c2 && certs c1 c2
policy <<'E'
server-addresses: [192.0.2.1, "2001:db8:1::1"]
nat64-guard: true
rules:
  - {name: all, default-route: [ipv4, ipv6], dns: [10.20.0.53, "2001:db8:20::53"]}
E
# From 2.7 on a client knows an option for name servers, and is sent that.
dns=('dhcp-option DNS 10.20.0.53' 'dhcp-option DNS6 2001:db8:20::53')
! client_has 2.7 || dns=('dns server 0 address 10.20.0.53' 'dns server 0 address 2001:db8:20::53')
serve udp6 "$plugin"
both
for c in c1 c2; do
	is "$(way $c 203.0.113.9) $(way $c 2001:db8:77::9)" "tun0 tun0" "$c: everything goes into the tunnel"
	is "$(in_ns $c ip -6 route show dev tun0 | grep -c '^64:ff9b::.*/97 ')" 2 "$c: what DNS64 makes, too"
	for option in 'redirect-gateway def1 ipv6' "${dns[@]}"; do
		has "$T/$c.log" "PUSH_REPLY.*,${option}[,']" "$c was sent '$option'"
	done
	alive $c "in a full tunnel"
done
is "$(way c1 192.0.2.1) $(way c2 2001:db8:1::1)" "eth0 eth0" "their own connections do not"
logged authorised 2
is "$(events authorised '.v4map.mismatches | join(",")' | xargs)" mapped-peer "the log has nothing more against it"
stop c1 && stop c2

policy <<'E'
server-addresses: [192.0.2.1, "2001:db8:1::1"]
rules:
  - name: but-some
    default-route: [ipv4, ipv6]
    exclude: [203.0.113.0/24, "2001:db8:77::/48"]
E
logged policy-loaded 2
both
for c in c1 c2; do
	is "$(way $c 203.0.112.255) $(way $c 203.0.114.0) $(way $c 2001:db8:76:ffff::9) $(
		)$(way $c 2001:db8:78::)" "tun0 tun0 tun0 tun0" "$c: everything beside what is excluded"
	is "$(way $c 203.0.113.9) $(way $c 2001:db8:77::9)" "eth0 eth0" "$c: what is excluded does not"
	alive $c "beside what is excluded"
done
is "$(way c1 192.0.2.1) $(way c2 2001:db8:1::1)" "eth0 eth0" "their own connections do not either"
stop c1 && stop c2 && stop server
ok $? "all end"

tunnel=('server-ipv6 fd00:8::/64')
policy <<'E'
rules: [{name: all, default-route: [ipv4, ipv6]}]
E
rm "$log"
serve udp6 "$plugin"
client c1 udp4
connected c1
is "$(way c1 203.0.113.9) $(way c1 2001:db8:77::9)" "eth0 tun0" "an IPv6 tunnel takes IPv6 and leaves IPv4"
reaches c1 "$INSIDE6"
ok $? "and it works"
logged authorised
is "$(peer_of c1 | cut -d' ' -f5)" mapped-peer,tunnel-lacks-ipv4,transport-only-ipv4 "the log names what it lacks"
plan
