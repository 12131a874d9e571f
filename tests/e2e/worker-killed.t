#!/bin/bash
# SPDX-License-Identifier: MIT
# v4mapd's worker is killed: its supervisor starts another, nothing is lost, the server feels
# nothing.
. "$(dirname "$0")/lib.sh"

net_up c1 c2 && certs c1 c2
policy <<'E'
rules:
  - name: everyone
    routes: [10.20.0.0/16]
E
serve udp6 "$plugin"
client c1 udp4
connected c1
logged authorised
supervisor=$(supervisor)
first=$(worker)
another() {
	[ -n "$(worker)" ] && [ "$(worker)" != "$1" ]
}
kill -s KILL "$first"
wait_until 5 another "$first"
ok $? "another worker is there"
second=$(worker)
kill -s STOP "$second"
client c2 udp6
connected c2
reaches c1 "$INSIDE4"
ok $? "the server goes on while the worker does not run"
kill -s KILL "$second"
wait_until 5 another "$second"
ok $? "yet another worker is there"
logged authorised 2
is "$(events authorised .user.name | xargs)" "c1 c2" "both admissions are in the log, once each"
is "$(supervisor)" "$supervisor" "the supervisor is the one it was"
is "$(jq -s '[.[].event.sequence] == [range(1; length + 1)]' "$log")" true \
	"the log's sequence has no gap and nothing twice"
is "$(jq -s '[.[].v4map.record | values] | . == (unique | sort)' "$log")" true \
	"nor have the records"
stop server
ok $? "the server ends"
wait_until 5 has_events stopped 1
ok $? "v4mapd's last word is in the log"
plan
