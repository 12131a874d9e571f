#!/bin/bash
# SPDX-License-Identifier: MIT
# sample-configs/dual-stack: UDP and TCP, on one socket for both families and, from OpenVPN 2.7 on, on
# a socket for each: what the clients get is the same, and the log tells the sockets apart.
. "$(dirname "$0")/sample.sh"

# both CONF SERVER TRANSPORT: a client over each family, as that file of the folder says.
both() {
	local c

	sample_client c1 "$SERVER4" "$1"
	sample_client c2 "$SERVER6" "$1"
	for c in c1 c2; do
		connected $c
		is "$(given_routes $c)" "10.20.0.0/16 2001:db8:20::/48" "$c has the policy's routes"
		lives $c
	done
	logged authorised 2
	is "$(events authorised '.network.transport // "-"' | xargs)" "$3 $3" "$2.conf: the log has transport $3"
	is "$(peer_of c1)" "${one_or_two[$2]}" "$2.conf: the log has c1's form and socket"
	is "$(peer_of c2)" "native ipv6 2001:db8:2::12 2001:db8:2::12 " "$2.conf: and c2's"
	stop c1 && stop c2 && stop "$2"
	ok $? "$2.conf: all end"
	rm "$log"
}
declare -A one_or_two=(
	[server]='mapped ipv6 ::ffff:198.51.100.11 198.51.100.11 mapped-peer'
	[tcp]='mapped ipv6 ::ffff:198.51.100.11 198.51.100.11 mapped-peer'
	[sockets]='native ipv4 198.51.100.11 198.51.100.11 '
)

sample dual-stack c1 c2
sample_server
both client server udp
sample_server tcp
both tcp-client tcp tcp
if "${OPENVPN:-openvpn}" --version | grep -qE '^OpenVPN 2\.([7-9]|[1-9][0-9])'; then
	sample_server sockets
	both client sockets -
	sample_server sockets
	both tcp-client sockets -
else
	ok 0 "sockets.conf # SKIP this OpenVPN is older than 2.7, which brought several 'local' lines"
fi
plan
