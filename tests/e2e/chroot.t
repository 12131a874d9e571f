#!/bin/bash
# SPDX-License-Identifier: MIT
# A server in a chroot: v4mapd stays outside.
. "$(dirname "$0")/lib.sh"

net_up c1 && certs c1
mkdir -p "$T/jail/tmp"
policy <<'E'
rules:
  - name: everyone
    routes: [10.20.0.0/16]
E
serve tcp6-server "$plugin" "chroot $T/jail" persist-key
client c1 tcp4-client
connected c1
reaches c1 "$INSIDE4"
ok $? "alive"
logged authorised
is "$(peer_of c1)" "mapped ipv6 ::ffff:198.51.100.11 198.51.100.11 mapped-peer" \
	"the admission is in the log, outside the chroot"
kill -s USR1 "${pid[server]}"
logged authorised 2
ok $? "after SIGUSR1 the client is admitted again"
stop c1
stop server
ok $? "all end"
logged stopped
ok $? "v4mapd's last word is in the log"
is "$(find "$T/jail" -type f)" "" "no file was left in the chroot"
plan
