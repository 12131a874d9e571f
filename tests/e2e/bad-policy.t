#!/bin/bash
# SPDX-License-Identifier: MIT
# A policy that is wrong: the server does not start, and one line says where and what.
. "$(dirname "$0")/lib.sh"

net_up && certs

# refused REGEX NAME: the server ends and its log has one such line.
refused() {
	server_start udp6 "$plugin"
	wait_until 10 gone "${pid[server]}"
	ok $? "$2: the server does not start"
	is "$(grep -cE "v4map: .*$1" "$T/server.log")" 1 "$2: one line says why" ||
		sed 's/^/# /' "$T/server.log"
	hasnt "$T/server.log" 'Initialization Sequence Completed' "$2: it never was up"
}

policy <<'E'
rules:
  - name: everyone
    routs: [10.20.0.0/16]
E
refused "$T/policy\\.yaml:4:5: .*routs" "unknown key"
policy <<'E'
rules:
  - name: everyone
    routes: [10.20.0.1/16]
E
refused "$T/policy\\.yaml:4:14: .*10\\.20\\.0\\.0/16" "host bits"
policy <<'E'
rules: [
E
refused "$T/policy\\.yaml:[0-9]+:[0-9]+: " "not YAML"
policy <<<'rules: []'
chmod g+w "$T/policy.yaml"
refused "$T/policy\\.yaml.*group" "writable by the group"
rm "$T/policy.yaml"
refused "$T/policy\\.yaml.*No such file" "no file"
policy <<<'rules: []'
log=$T/no/such/v4map.jsonl policy <<<'rules: []'
refused "$T/no/such/v4map\\.jsonl.*No such file" "no place for the log"
wait_until 5 nobody_left
ok $? "no process is left"
plan
