#!/bin/bash
# SPDX-License-Identifier: MIT
# The policy changes under a running server: the next client gets the new one, no call of
# OpenVPN's is needed, and a wrong one changes nothing but is told.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"

policy() {
	ask policy "  rules:" "  - name: $1" "    routes: [$2]" >/dev/null
}

begin
policy first 10.1.0.0/16
ask open >/dev/null
is "$(routed c1)" 'push "route 10.1.0.0 255.255.0.0"' "the policy at the start"

policy second 10.2.0.0/16
logged policy-loaded 2
ok $? "a changed policy is loaded by itself"
got=$(ask "verify c1" "verify c1")
is "$got" "c1 TLS_VERIFY 1 CN=ca: SUCCESS
  log[NOTE] v4map: policy generation 2 is in force
c1 TLS_VERIFY 0 CN=c1: SUCCESS
c1 TLS_VERIFY 1 CN=ca: SUCCESS
c1 TLS_VERIFY 0 CN=c1: SUCCESS" "OpenVPN's log says so, once"
is "$(routed c2)" 'push "route 10.2.0.0 255.255.0.0"' "the next client gets the new one"
is "$(ask "again c1" | sed -n 's/^    //p')" 'push "route 10.2.0.0 255.255.0.0"' \
	"and whoever is asked about again"

policy second 10.2.0.1/16
logged policy-rejected 1
ok $? "a wrong one is rejected"
: >"$T/policy.yaml"
logged policy-rejected 2
ok $? "and an empty one, which a full disk may leave"
is "$(routed c3)" 'push "route 10.2.0.0 255.255.0.0"' "and the old one stays"

rm "$T/policy.yaml"
logged policy-rejected 3
ok $? "a deleted one is rejected as well"
policy third 10.3.0.0/16
logged policy-loaded 3
ok $? "a right one is loaded"
is "$(routed c4)" 'push "route 10.3.0.0 255.255.0.0"' "and in force"
end
is "$(events | sed -n 's/^[0-9]* authorised.*name=\(c.\) .*rules=\([a-z]*\) .*generation=\([0-9]*\)/\1 \2 \3/p')" \
	"c1 first 1
c2 second 2
c3 second 2
c4 third 3" "the log tells which policy decided"
plan
