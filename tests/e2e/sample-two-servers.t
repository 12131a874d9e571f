#!/bin/bash
# SPDX-License-Identifier: MIT
# sample-configs/two-servers: UDP and TCP on one machine with one policy, each with its own log, and
# a client that falls back to TCP where UDP does not get through.
. "$(dirname "$0")/sample.sh"

sample two-servers c1 c2
sample_server udp
sample_server tcp
in_ns c2 ip rule add ipproto udp dport 1194 blackhole
in_ns c2 ip -6 rule add ipproto udp dport 1194 blackhole
sample_client c1 "$SERVER4"
sample_client c2 "$SERVER6"
for c in c1 c2; do
	wait_for "$T/$c.log" 'Initialization Sequence Completed' 20
	ok $? "$c connects"
	is "$(given_routes $c)" "10.20.0.0/16 2001:db8:20::/48" "$c has the policy's routes"
	lives $c
done
log=/var/log/openvpn/udp.jsonl
logged authorised
is "$(peer_of c1)" "mapped ipv6 ::ffff:198.51.100.11 198.51.100.11 mapped-peer" "udp.jsonl has c1"
is "$(events authorised '[.user.name, .network.transport] | join(" ")')" "c1 udp" "and nobody else"
log=/var/log/openvpn/tcp.jsonl
logged authorised
is "$(peer_of c2)" "native ipv6 2001:db8:2::12 2001:db8:2::12 " "tcp.jsonl has c2"
is "$(events authorised '[.user.name, .network.transport] | join(" ")')" "c2 tcp" "and nobody else"

sed 's|10\.20|10.21|' /etc/openvpn/v4map.yaml >"$T/new.yaml" && mv "$T/new.yaml" /etc/openvpn/v4map.yaml
for log in /var/log/openvpn/{udp,tcp}.jsonl; do
	logged policy-loaded 2
	ok $? "${log##*/}: a changed policy is in force"
done
stop c1 && stop c2 && stop udp && stop tcp
wait_until 10 nobody_left
ok $? "all end"
"$BUILD/v4map" log verify /var/log/openvpn/udp.jsonl >/dev/null
ok $? "udp.jsonl is whole"
"$BUILD/v4map" log verify /var/log/openvpn/tcp.jsonl >/dev/null
ok $? "tcp.jsonl is whole"
plan
