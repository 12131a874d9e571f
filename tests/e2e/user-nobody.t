#!/bin/bash
# SPDX-License-Identifier: MIT
# A server that drops its rights: v4mapd keeps its own and goes on writing.
. "$(dirname "$0")/lib.sh"
has_users || skip_all "needs root: there is but one user here"

net_up c1 && certs c1
policy <<'E'
rules:
  - name: everyone
    routes: [10.20.0.0/16]
E
serve tcp6-server "$plugin" 'user nobody' 'group nogroup' persist-key
is "$(stat -c %U "/proc/${pid[server]}")" nobody "the server runs as nobody"
client c1 tcp4-client
connected c1
reaches c1 "$INSIDE4"
ok $? "alive"
logged authorised
ok $? "the admission is in the log"
stop c1
logged disconnected
ok $? "the end is in the log"
stop server
ok $? "the server ends"
wait_until 5 nobody_left
ok $? "and so does v4mapd"
logged stopped
ok $? "its last word is in the log"
is "$(stat -c '%U %a' "$log")" "root 640" "the log is root's"
plan
