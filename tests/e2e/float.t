#!/bin/bash
# SPDX-License-Identifier: MIT
# A client that floats from IPv4 to IPv6 in mid-session, behind a relay that changes its way: no
# hook tells; the end of the session does.
. "$(dirname "$0")/lib.sh"

net_up c1 && certs c1
policy <<'E'
rules:
  - name: everyone
    routes: [10.20.0.0/16]
E
start relay rtr python3 "$(dirname "$0")/relay.py"
wait_for "$T/relay.log" ready 30
ok $? "the relay is there"
serve udp6 "$plugin" 'verb 4'
remote=198.51.100.254 client c1 udp4
connected c1
reaches c1 "$INSIDE4"
ok $? "alive by IPv4"
kill -s USR1 "${pid[relay]}"
wait_until 5 reaches c1 "$INSIDE4"
ok $? "alive by IPv6"
has "$T/server.log" 'c1.* floated from .*192\.0\.2\.254' "it really floated"
stop server
logged disconnected
is "$(peer_of c1)" "mapped ipv6 ::ffff:192.0.2.254 192.0.2.254 mapped-peer" "the log: how it began"
is "$(events disconnected '.v4map.mismatches | join(",")')" \
	mapped-peer,ambiguous-peer,family-changed "the log: what had happened by its end"
plan
