#!/bin/bash
# SPDX-License-Identifier: MIT
# v4mapd that is not there, or is something else: the server does not start and says why.
. "$(dirname "$0")/lib.sh"

net_up && certs
policy <<<'rules: []'

# refused V4MAPD REGEX NAME
refused() {
	server_start udp6 "plugin $BUILD/v4map.so $T/policy.yaml v4mapd=$1"
	wait_until 15 gone "${pid[server]}"
	ok $? "$3: the server does not start"
	has "$T/server.log" "v4map: .*$2" "$3: it says why"
	hasnt "$T/server.log" 'Initialization Sequence Completed' "$3: it never was up"
}

refused /nonexistent/v4mapd "cannot start '/nonexistent/v4mapd': No such file" "missing"
refused "$T/policy.yaml" "cannot start '$T/policy.yaml': Permission denied" "not a program"
refused /bin/false 'v4mapd ended before it was ready' "another program"
refused v4mapd "want an absolute path, found 'v4mapd'" "a relative path"
wait_until 5 nobody_left
ok $? "no process is left"
plan
