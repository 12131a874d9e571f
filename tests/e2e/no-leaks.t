#!/bin/bash
# SPDX-License-Identifier: MIT
# Twenty sessions later server and v4mapd have as many descriptors open as before.
. "$(dirname "$0")/lib.sh"

net_up c1 && certs c1
policy <<'E'
rules:
  - name: everyone
    routes: [10.20.0.0/16]
E
serve tcp6-server "$plugin"

# connect N: the Nth session, from beginning to end.
connect() {
	client c1 tcp4-client
	wait_for "$T/c1.log" 'Initialization Sequence Completed' && stop c1 && logged disconnected "$1"
}

descriptors() {
	local process

	for process in ${pid[server]} $(daemon_pids); do
		find "/proc/$process/fd" -mindepth 1 | wc -l
	done | xargs
}

connect 1
ok $? "a first session"
before=$(descriptors) children=$(daemon_pids)
for i in {2..20}; do
	connect "$i" || break
done
is "$i" 20 "nineteen more"
is "$(descriptors)" "$before" "descriptors of server, supervisor and worker as before ($before)"
is "$(daemon_pids)" "$children" "the processes as before"
plan
