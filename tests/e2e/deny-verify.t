#!/bin/bash
# SPDX-License-Identifier: MIT
# Refused while the certificate is looked at: to the client it looks like a network that is dead.
. "$(dirname "$0")/lib.sh"

net_up c1 c2 && certs c1 c2
policy <<'E'
rules:
  - name: not-from-there
    when: {peer: [198.51.100.11]}
    deny: this address is closed
    deny-at: verify
  - name: everyone
    routes: [10.20.0.0/16]
E
serve udp6 "$plugin" 'hand-window 2'
client c1 udp4 'hand-window 2'
client c2 udp6
connected c2
reaches c2 "$INSIDE4"
ok $? "another client gets in"
logged refused
is "$(events refused '[.event.reason, .source.ip, .user.name, .v4map.deny.rule, .v4map.deny.text] |
	join("|")' | head -n 1)" "rule|198.51.100.11|c1|not-from-there|this address is closed" \
	"the log: who, which rule and why"
wait_for "$T/c1.log" 'TLS key negotiation failed to occur within 2 seconds'
ok $? "the client waits in vain"
wait_for "$T/c1.log" 'SIGUSR1\[soft,tls-error\]'
ok $? "and tries again"
hasnt "$T/c1.log" 'AUTH_FAILED|Initialization Sequence Completed' "it was told nothing and is not in"
is "$(events authorised .user.name)" c2 "the log: only the other one was admitted"
plan
