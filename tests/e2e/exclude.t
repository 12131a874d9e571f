#!/bin/bash
# SPDX-License-Identifier: MIT
# `exclude` in the client's kernel: taken out of what all rules give, of both families, also by a
# rule other than the one that gives; what it does not match is not taken out.
. "$(dirname "$0")/lib.sh"

net_up c1 c2 && certs c1 c2
policy <<'E'
rules:
  - {name: everyone, routes: [10.20.0.0/16, 10.30.0.0/24, "2001:db8:20::/48"]}
  - name: but
    when: {common-name: c2}
    exclude: [10.20.128.0/17, 10.30.0.0/24, 10.40.0.0/16, "2001:db8:20:8000::/49"]
E
serve udp6 "$plugin"
client c1 udp4
client c2 udp6
connected c1
connected c2
is "$(routes c1 | xargs)" "10.20.0.0/16 10.30.0.0/24 2001:db8:20::/48" "c1 gets it all"
is "$(routes c2 | xargs)" "10.20.0.0/17 2001:db8:20::/49" "c2 gets what is left"
for name in c1 c2; do
	for to in $INSIDE4 $INSIDE6; do
		reaches "$name" "$to"
		ok $? "$name reaches $to"
	done
done
logged authorised 2
is "$(events authorised 'select(.user.name == "c2") | .v4map.rules | join(" ")')" "everyone but" \
	"the log names both rules"
plan
