#!/bin/bash
# SPDX-License-Identifier: MIT
# All of v4mapd is killed: the server goes on with the policy it has, and a SIGHUP starts v4mapd
# again; one that cannot be started then does not cost the server either.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"

# The supervisor first, or it starts another worker.
kill_daemon() {
	local worker pid

	worker=$(worker)
	for pid in $(daemon_pids | grep -vx "$worker") "$worker"; do
		kill -s KILL "$pid"
	done
	for _ in {1..100}; do
		[ -n "$(daemon_pids)" ] || return 0
		sleep 0.05
	done
}

# admitted NAME: a client comes and goes.
admitted() {
	ask "client $1 udp6 198.51.100.11 53779" "connect $1" "disconnect $1" |
		grep -A1 'CLIENT_CONNECT_V2'
}

begin
ask policy "  rules:" "  - name: everyone" "    routes: [10.1.0.0/16]" \
	"open $T/policy.yaml v4mapd=$BUILD/v4mapd" >/dev/null
is "$(admitted c1)" 'c1 CLIENT_CONNECT_V2: SUCCESS
    push "route 10.1.0.0 255.255.0.0"' "a client while all is well"
logged disconnected 1
kill_daemon
is "$(admitted c2)" 'c2 CLIENT_CONNECT_V2: SUCCESS
    push "route 10.1.0.0 255.255.0.0"' "a client when v4mapd is gone: as before"
got=$(ask sighup)
is "$(sed -n '/^close/,/^open/{/^close/d;s/v4map: v4map [0-9.]*,/v4map:/;p}' <<<"$got")" \
	"  log[NOTE] v4map: policy generation 1, 1 rules
open: SUCCESS" "SIGHUP: another v4mapd is started"
is "$(admitted c3)" 'c3 CLIENT_CONNECT_V2: SUCCESS
    push "route 10.1.0.0 255.255.0.0"' "a client after that"
logged disconnected 2
ok $? "and it is recorded"
is "$("$BUILD/v4map" log sessions --json "$log" | jq -r '[.name, .end] | join(" ")')" "c1 disconnected
c3 disconnected" "what waited when the old one was killed is lost"
is "$(events | grep -c ' started ')" 2 "and the log shows another run" || events
kill -s STOP "$(worker)"
begun=${EPOCHREALTIME/[.,]/}
got=$(ask sighup)
took_ms=$(((${EPOCHREALTIME/[.,]/} - begun) / 1000))
is "$(grep -o 'v4mapd did not answer in 4 s' <<<"$got") $(grep ^open: <<<"$got")" \
	"v4mapd did not answer in 4 s open: SUCCESS" "SIGHUP while v4mapd is stopped: the server goes on"
[ "$took_ms" -ge 4000 ] && [ "$took_ms" -le 6000 ]
ok $? "after 4 s" || echo "# after $took_ms ms"
admitted c5 >"$T/out"
kill -s CONT "$(worker)"
logged disconnected 3
ok $? "and what waited meanwhile is recorded"
logged policy-loaded 3
kill_daemon
ask policy "  rulez: []" >/dev/null
got=$(ask sighup)
is "$(sed -n '/^close/,/^open/{/^close/d;s/v4map: v4map [0-9.]*,/v4map:/;s/: v4mapd has gone.*/: v4mapd has gone .../;p}' \
	<<<"$got")" "  log[ERR] v4map: v4mapd has gone ...
  log[NOTE] v4map: policy generation 2, 1 rules
open: SUCCESS" "SIGHUP while the policy is wrong, too: the server lives, and is told"
is "$(admitted c4)" 'c4 CLIENT_CONNECT_V2: SUCCESS
    push "route 10.1.0.0 255.255.0.0"' "with the policy it had"
end
plan
