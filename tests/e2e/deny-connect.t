#!/bin/bash
# SPDX-License-Identifier: MIT
# A rule that refuses: the client is told, does not get in, and the log has rule and reason.
. "$(dirname "$0")/lib.sh"

net_up c1 c2 && certs c1 c2
policy <<'E'
rules:
  - name: everyone
    routes: [10.20.0.0/16]
  - name: no-mapped-peers
    when: {form: mapped}
    deny: mapped peers are not accepted
E
serve udp6 "$plugin"
client c1 udp4
wait_for "$T/c1.log" 'AUTH_FAILED'
ok $? "the client hears AUTH_FAILED"
wait_until 5 gone "${pid[c1]}"
ok $? "and ends"
hasnt "$T/c1.log" 'Initialization Sequence Completed' "it never got in"
logged refused
is "$(events refused '[.event.reason, .event.outcome, .source.ip, .user.name, .v4map.form,
	.v4map.deny.rule, .v4map.deny.text] | join("|")')" \
	"rule|failure|198.51.100.11|c1|mapped|no-mapped-peers|mapped peers are not accepted" \
	"the log: who, which rule and why"
client c2 udp6
connected c2
reaches c2 "$INSIDE4"
ok $? "another client gets in"
logged authorised
is "$(events authorised .user.name)" c2 "the log: only that one was admitted"
plan
