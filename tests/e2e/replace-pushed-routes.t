#!/bin/bash
# SPDX-License-Identifier: MIT
# replace-pushed-routes takes server.conf's own routes away and leaves its other pushes alone.
. "$(dirname "$0")/lib.sh"

net_up c1 && certs c1
rules='
rules:
  - name: everyone
    routes: [10.20.0.0/16, "2001:db8:20::/48"]'
own=('push "route 10.30.0.0 255.255.0.0"' 'push "route-ipv6 2001:db8:30::/48"'
	'push "dhcp-option DOMAIN example.org"')

policy <<<"$rules"
serve udp6 "$plugin" "${own[@]}"
client c1 udp4
connected c1
is "$(routes c1 | xargs)" "10.20.0.0/16 10.30.0.0/16 2001:db8:20::/48 2001:db8:30::/48" \
	"by default the policy adds to server.conf's routes"
stop c1 && stop server
ok $? "all end"

policy <<<"replace-pushed-routes: true$rules"
serve udp6 "$plugin" "${own[@]}"
client c1 udp4
connected c1
is "$(routes c1 | xargs)" "10.20.0.0/16 2001:db8:20::/48" "then only the policy's routes are left"
has "$T/c1.log" "PUSH_REPLY.*,route-gateway 10\.8\.0\.1," "route-gateway is still pushed"
has "$T/c1.log" "PUSH_REPLY.*dhcp-option DOMAIN example\.org" "and so are other options"
reaches c1 "$INSIDE4"
ok $? "alive"
plan
