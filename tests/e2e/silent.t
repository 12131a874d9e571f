#!/bin/bash
# SPDX-License-Identifier: MIT
# v4mapd is gone for good, supervisor and worker: OpenVPN's log says so, established clients live,
# and with `on-failure: refuse` nobody new comes in.
. "$(dirname "$0")/lib.sh"

net_up c1 c2 && certs c1 c2
# shellcheck disable=SC2034 # the library's
audit='on-failure: refuse'
policy <<'E'
rules:
  - name: everyone
    routes: [10.20.0.0/16]
E
serve udp6 "$plugin"
client c1 udp4
connected c1
# shellcheck disable=SC2046 # words are meant
kill -s KILL $(daemon_pids)
sleep 3.5 # the time after which it is missed
client c2 udp6
wait_for "$T/c2.log" 'AUTH_FAILED|Initialization Sequence Completed'
has "$T/c2.log" AUTH_FAILED "a new client is refused"
has "$T/server.log" 'PLUGIN v4map: v4mapd has not come by' "OpenVPN's log says that v4mapd is missing"
is "$(grep -c 'has not come by' "$T/server.log")" 1 "once"
reaches c1 "$INSIDE4"
ok $? "the first client is alive"
plan
