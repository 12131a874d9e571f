#!/bin/bash
# SPDX-License-Identifier: MIT
# A renegotiation asks for the certificate again; that is no second session.
. "$(dirname "$0")/lib.sh"

net_up c1 && certs c1
policy <<'E'
rules:
  - name: everyone
    routes: [10.20.0.0/16]
E
serve udp6 "$plugin" 'reneg-sec 1'
client c1 udp4 'reneg-sec 0'
connected c1
renegotiated() {
	[ "$(grep -c 'VERIFY OK: depth=0' "$T/server.log")" -ge 3 ]
}
wait_until 15 renegotiated
ok $? "the certificate was asked for three times"
reaches c1 "$INSIDE4"
ok $? "alive"
stop server
logged stopped
is "$(events authorised .user.name | xargs)" c1 "the log: one admission"
is "$(events disconnected .user.name | xargs)" c1 "the log: one end"
is "$(events mismatch .)$(events refused .)" "" "the log: nothing else of it"
plan
