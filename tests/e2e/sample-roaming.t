#!/bin/bash
# SPDX-License-Identifier: MIT
# sample-configs/roaming: c1 comes through a relay that changes its way in mid-session, then over IPv4,
# over IPv6, and over IPv6 again; c2, of the fixed port, is killed and started anew.
. "$(dirname "$0")/sample.sh"

# routed NAME
routed() {
	is "$(given_routes "$1")" "10.20.0.0/16 192.0.2.0/24 2001:db8:20::/48" "$1 has the policy's routes"
	lives "$1"
}

here_by() {
	sample_client c1 "$1"
	connected c1
	routed c1
}

# nth ACTION N: the mismatches of the log's Nth event of that kind.
nth() {
	events "$1" 'select(.user.name == "c1") | [.network.type, (.v4map.mismatches // [] | join(","))] | join(" ")' | sed -n "$2p"
}

sample roaming c1 c2
start relay rtr python3 "$(dirname "$0")/relay.py"
wait_for "$T/relay.log" ready 30
ok $? "the relay is there"
sample_server
sample_client c2 "$SERVER6" fixed-port
connected c2
routed c2

here_by 198.51.100.254
kill -s USR1 "${pid[relay]}"
wait_until 5 reaches c1 "$INSIDE4"
ok $? "c1 lives on by IPv6"
stop c1
logged disconnected
is "$(events mismatch)" "" "no hook saw it float"
is "$(nth authorised 1)" "ipv4 mapped-peer,route-covers-server" "the log: how it began"
is "$(nth disconnected 1)" "ipv4 mapped-peer,ambiguous-peer,family-changed,route-covers-server" \
	"the log: what had happened by its end"

here_by "$SERVER4"
logged authorised 3
is "$(nth authorised 2)" "ipv4 mapped-peer,family-changed,route-covers-server" \
	"the log: it was last seen over IPv6"
stop c1
here_by "$SERVER6"
logged authorised 4
is "$(nth authorised 3)" "ipv6 family-changed" "the log: it was last seen over IPv4"
stop c1
here_by "$SERVER6"
logged authorised 5
is "$(nth authorised 4)" "ipv6 " "the log: as before"
stop c1

# For half a minute after a PUSH_REPLY OpenVPN thinks of another request as of the same.
stop c2 KILL
sample_client c2 "$SERVER6" fixed-port
wait_for "$T/c2.log" 'Initialization Sequence Completed' 40
ok $? "c2 connects again"
routed c2
stop c2 && stop server
logged stopped
is "$(events authorised .user.name | sort | xargs), $(events disconnected .user.name | sort | xargs)" \
	"c1 c1 c1 c1 c2, c1 c1 c1 c1 c2" "the log: from the same port c2 went on in its session"
is "$(events authorised .tls.client.hash.sha256 | sort -u | wc -l)" 2 "the log: two certificates"
"$BUILD/v4map" log show --name c1 --mismatch family-changed "$log" >"$T/show.log"
is "$(awk 'NR > 1 { print $3 }' "$T/show.log" | xargs)" \
	"disconnected authorised address address disconnected authorised address address disconnected" \
	"log show tells c1's story"
"$BUILD/v4map" log verify "$log" >"$T/verify.log"
ok $? "the log is whole"
plan
