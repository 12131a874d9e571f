#!/bin/bash
# SPDX-License-Identifier: MIT
# OpenVPN is killed: v4mapd writes what is left and ends by itself.
. "$(dirname "$0")/lib.sh"

net_up c1 c2 && certs c1 c2
policy <<'E'
rules:
  - name: everyone
    routes: [10.20.0.0/16]
E
serve udp6 "$plugin"
client c1 udp4
client c2 udp6
connected c1
connected c2
pids=$(daemon_pids)
is "$(wc -w <<<"$pids")" 2 "v4mapd runs as supervisor and worker"
is "$(pgrep -P "${pid[server]}")" "" "neither is a child that the server would have to collect"
stop server KILL
ok $? "the server is killed"
srv_empty() {
	[ -z "$(ip netns pids "v4map-$$-srv")" ]
}
wait_until 5 srv_empty
ok $? "no process is left in its network"
is "$(events authorised .user.name | sort | xargs)" "c1 c2" "both admissions are in the log"
is "$(events address .v4map.tunnel.address | sort | xargs)" \
	"10.8.0.2 10.8.0.3 fd00:8::1000 fd00:8::1001" "and all addresses"
is "$(jq -s '[.[].event.sequence] == [range(1; length + 1)]' "$log")" true "without a gap"
is "$(events stopped .event.action)" stopped "and v4mapd's last word"
plan
