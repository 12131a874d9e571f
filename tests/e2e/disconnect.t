#!/bin/bash
# SPDX-License-Identifier: MIT
# A session from its admission to its end, told by one id, with what went through it.
. "$(dirname "$0")/lib.sh"

net_up c1 && certs c1
policy <<'E'
rules:
  - name: everyone
    routes: [10.20.0.0/16]
E
serve tcp6-server "$plugin"
client c1 tcp4-client
connected c1
in_ns c1 ping -q -n -c 10 -i 0.02 -s 1000 "$INSIDE4" >"$T/ping.log"
ok $? "traffic passes"
sleep 1.1 # the duration is counted in seconds
stop c1
logged disconnected
ok $? "the end is in the log"
is "$(events disconnected '[.user.name, .source.ip, .v4map.form, .event.outcome] | join(" ")')" \
	"c1 198.51.100.11 mapped success" "the log: who, from where"
is "$(events disconnected '.source.bytes > 10000 and .destination.bytes > 10000')" true \
	"the log: bytes in both directions"
is "$(events disconnected '.event.duration >= 1000000000 and .event.duration < 20000000000')" true \
	"the log: a duration in nanoseconds"
is "$(jq -r 'select(.v4map.session) | .v4map.session' "$log" | sort -u | wc -l)" 1 \
	"admission, addresses and end have one session id"
is "$(jq -r 'select(.v4map.session) | .event.action' "$log" | xargs)" \
	"authorised address address disconnected" "and come in this order"
plan
