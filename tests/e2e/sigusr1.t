#!/bin/bash
# SPDX-License-Identifier: MIT
# SIGUSR1 restarts the server with the plugin loaded: every client comes again, v4mapd stays.
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
logged authorised
before=$(daemon_pids)
for round in 1 2; do
	kill -s USR1 "${pid[server]}"
	logged authorised $((round + 1))
	ok $? "SIGUSR1 $round: the client is admitted again"
	wait_until 5 reaches c1 "$INSIDE4"
	ok $? "SIGUSR1 $round: alive"
done
is "$(daemon_pids)" "$before" "v4mapd is the one it was"
is "$(events disconnected .user.name | xargs)" "c1 c1" "each old session was closed once"
is "$(events authorised .v4map.session | sort -u | wc -l)" 3 "each session has an id of its own"
stop server
ok $? "the server ends"
wait_until 5 has_events stopped 1
ok $? "v4mapd's last word is in the log"
is "$(jq -s '[.[].event.sequence] == [range(1; length + 1)]' "$log")" true \
	"the log's sequence has no gap"
plan
