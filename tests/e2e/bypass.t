#!/bin/bash
# SPDX-License-Identifier: MIT
# `bypass: never` and `always` say what `auto` (covers-server.t) would find out.
. "$(dirname "$0")/lib.sh"

net_up c1 && certs c1
policy <<'E'
bypass: never
rules:
  - name: everyone
    routes: [10.20.0.0/16, 192.0.2.0/24]
E
serve udp6 "$plugin"
client c1 udp4
connected c1
is "$(in_ns c1 ip -4 route show 192.0.2.1)" "" "never: no way around the tunnel"
! reaches c1 "$INSIDE4"
ok $? "never: the client has cut itself off"
stop c1 && stop server
ok $? "all end"

policy <<'E'
bypass: always
rules:
  - name: everyone
    routes: [10.20.0.0/16]
E
serve udp6 "$plugin"
client c1 udp4
connected c1
is "$(in_ns c1 ip -4 route show 192.0.2.1 | xargs)" "192.0.2.1 via 198.51.100.254 dev eth0" \
	"always: a way around the tunnel though nothing covers the server"
reaches c1 "$INSIDE4"
ok $? "always: alive"
plan
