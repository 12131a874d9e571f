#!/bin/bash
# SPDX-License-Identifier: MIT
# What v4mapd keeps when the server gives up its user and its root: a new policy and a rotated log
# are taken up without a signal.
. "$(dirname "$0")/lib.sh"
has_users || skip_all "needs root: there is but one user here"

net_up c1 c2 && certs c1 c2
mkdir -p "$T/jail/tmp"
chmod 1777 "$T/jail/tmp"
rules='
rules:
  - name: everyone
    routes: [10.20.0.0/16]'
policy <<<"$rules"
serve udp6 "$plugin" "chroot $T/jail" 'user nobody' 'group nogroup' persist-key
client c1 udp4
connected c1
is "$(routes c1)" 10.20.0.0/16 "by the policy of the start"
logged authorised

policy <<<"${rules/10.20/10.21}"
logged policy-loaded 2
ok $? "a changed policy is read by itself"
mv "$log" "$log.1"
logged rotated
ok $? "a log that was moved away is begun again"
client c2 udp6
connected c2
is "$(routes c2)" 10.21.0.0/16 "the next client gets what it says"
is "$(routes c1)" 10.20.0.0/16 "the other one keeps what it has"
logged authorised
is "$(events authorised .user.name)" c2 "its admission is in the new log"

policy <<<"rules: 1"
logged policy-rejected
ok $? "a policy that is wrong is rejected"
stop c2
client c2 udp6
connected c2
is "$(routes c2)" 10.21.0.0/16 "and the one before stays in force"
stop c1 && stop c2 && stop server && wait_until 5 nobody_left
ok $? "all end"
is "$(jq -s '[.[].event.sequence] == [range(1; length + 1)]' "$log.1" "$log")" true \
	"both files together have no gap"
"$BUILD/v4map" log verify "$log.1" "$log" >"$T/verify.log"
ok $? "and are one chain"
plan
