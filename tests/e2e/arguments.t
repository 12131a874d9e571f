#!/bin/bash
# SPDX-License-Identifier: MIT
# Two plugin lines, each with its own policy and log; then SIGHUP with other arguments: neither may
# cost the server, and each policy's log goes on by itself.
. "$(dirname "$0")/lib.sh"

net_up c1 && certs c1
# policy_for NAME NETWORK: a policy with a log of its own.
policy_for() {
	log=$T/$1.jsonl policy <<<"rules: [{name: $1, routes: [$2]}]"
	mv "$T/policy.yaml" "$T/$1.yaml"
}
line() {
	echo "plugin $BUILD/v4map.so $T/$1.yaml v4mapd=$BUILD/v4mapd"
}
# again WHAT: SIGHUP, and a client that comes then.
again() {
	local times

	times=$(grep -c 'Initialization Sequence Completed' "$T/server.log")
	stop c1
	kill -s HUP "${pid[server]}"
	up_again() {
		[ "$(grep -c 'Initialization Sequence Completed' "$T/server.log")" -gt "$times" ]
	}
	wait_until 10 up_again
	ok $? "$1: the server is up again"
	client c1 udp4
	connected c1
}
policy_for one 10.21.0.0/16
policy_for two 10.22.0.0/16
policy_for three 10.23.0.0/16

serve udp6 "$(line one)" "$(line two)"
client c1 udp4
connected c1
is "$(routes c1 | xargs)" "10.21.0.0/16 10.22.0.0/16" "both policies are in force"
before=$(daemon_pids | wc -l)
sed -i 's|/one\.yaml|/three.yaml|' "$T/server.conf"
again "another policy on the first line"
is "$(routes c1 | xargs)" "10.22.0.0/16 10.23.0.0/16" "it is in force, and the second one still"
is "$(daemon_pids | wc -l)" "$before" "by the same v4mapd"
stop c1 && stop server
wait_until 5 nobody_left
ok $? "all end"
for name in one two three; do
	"$BUILD/v4map" log verify "$T/$name.jsonl" >/dev/null
	ok $? "the log of $name is whole"
done

policy_for one 10.21.0.0/16
serve udp6 "$(line one) log=$T/first.jsonl" "$(line one) log=$T/second.jsonl"
client c1 udp4
connected c1
sed -i 's|/second\.jsonl|/third.jsonl|' "$T/server.conf"
again "one policy, each line with its log, and another log on the second line"
stop c1 && stop server
wait_until 5 nobody_left
ok $? "all end"
for name in first:2 second:1 third:1; do
	log=$T/${name%:*}.jsonl
	is "$(events authorised .user.name | wc -l)" "${name#*:}" "admitted in the ${name%:*} log"
	"$BUILD/v4map" log verify "$log" >/dev/null
	ok $? "which is whole"
done

server_start udp6 "$(line one)" "$(line one)"
wait_until 20 gone "${pid[server]}"
ok $? "the same policy twice: the server does not start"
has "$T/server.log" "v4map: .*belongs to another" "and says why"
plan
