#!/bin/bash
# SPDX-License-Identifier: MIT
# SIGHUP makes OpenVPN close the plugin and open it again, as whoever it is by then.
. "$(dirname "$0")/lib.sh"

net_up c1 && certs c1
rules='
rules:
  - name: everyone
    routes: [10.20.0.0/16]'

# hup WHO: one round with the server that runs.
hup() {
	client c1 tcp4-client
	connected c1
	logged authorised
	before=$(supervisor)
	policy <<<"${rules/10.20/10.21}"
	kill -s HUP "${pid[server]}"
	logged authorised 2
	ok $? "$1: after SIGHUP the client is admitted again"
	wait_until 5 reaches c1 10.8.0.1
	ok $? "$1: alive"
	is "$(routes c1)" 10.21.0.0/16 "$1: by the new policy"
	is "$(supervisor)" "$before" "$1: v4mapd is the one it was"
	policy <<<"rules: 1"
	kill -s HUP "${pid[server]}"
	logged authorised 3
	ok $? "$1: SIGHUP with a bad policy does not cost the server"
	is "$(events policy-rejected .event.outcome | sort -u)" failure "$1: the log says so"
	wait_until 5 reaches c1 10.8.0.1
	ok $? "$1: alive again"
	is "$(routes c1)" 10.21.0.0/16 "$1: the old policy stays in force"
	stop c1 && stop server
	ok $? "$1: all end"
	wait_until 5 nobody_left
	ok $? "$1: v4mapd too"
	is "$(jq -s '[.[].event.sequence] == [range(1; length + 1)]' "$log")" true \
		"$1: the log's sequence has no gap"
}

policy <<<"$rules"
serve tcp6-server "$plugin"
hup root

# OpenVPN 2.6 keeps CAP_NET_ADMIN as nobody, so it can go on where its files let it.
why=
server_has 2.6 || why="OpenVPN before 2.6 keeps no CAP_NET_ADMIN, so nobody cannot go on"
has_users || why="needs root: there is but one user here"
if [ -n "$why" ]; then
	skip "after SIGHUP as nobody" "$why"
	plan
fi
mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200
cp "$BUILD/v4map.so" "$BUILD/v4mapd" "$T"
chmod 644 "$T"/*.key
rm "$log"
policy <<<"$rules"
serve tcp6-server "plugin $T/v4map.so $T/policy.yaml v4mapd=$T/v4mapd" \
	'user nobody' 'group nogroup'
hup nobody
plan
