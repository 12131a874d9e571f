#!/bin/bash
# SPDX-License-Identifier: MIT
# Every kind of line that is ever rendered, fed to a real server and to a real client: a line that
# either dislikes would be dropped without a word to anybody.
. "$(dirname "$0")/lib.sh"

net_up c1 c2 && certs c1 c2
policy <<'E'
server-addresses: [192.0.2.1, "2001:db8:1::1"]
replace-pushed-routes: true
rules:
  - name: blocks
    routes: [0.0.0.0/1, 128.0.0.0/1, 10.20.0.0/16, 203.0.113.7/32, 203.0.113.8/31,
      "::ffff:10.99.0.0/112", "2000::/3", "2001:db8:20::/48", "2001:db8:99::7/128", "fc00::/7"]
  - name: options
    push:
      - dhcp-option DNS 10.20.0.53
      - dhcp-option DNS6 2001:db8:20::53
      - dhcp-option DOMAIN example.org
      - route-metric 7
      - ping 2
      - block-ipv6
      - explicit-exit-notify 1
E
serve udp6 "$plugin" 'push "route 10.30.0.0 255.255.0.0"' 'push "route-ipv6 2001:db8:30::/48"'
client c1 udp4
client c2 udp6
connected c1
connected c2
dislikes='Options error|[Uu]nrecognized option|No closing quotation|CONFIG-STRING|push-remove'
dislikes+='|failed to parse|needs a gateway|must be a valid|cannot be used|undefined|rtnl'
hasnt "$T/server.log" "$dislikes" "the server disliked nothing"
for name in c1 c2; do
	hasnt "$T/$name.log" "$dislikes" "$name disliked nothing"
	is "$(routes $name | grep -c '^10\.30\.\|^2001:db8:30')" 0 "$name: server.conf's routes are gone"
	for option in 'dhcp-option DNS 10.20.0.53' 'dhcp-option DNS6 2001:db8:20::53' \
		'dhcp-option DOMAIN example.org' 'route-metric 7' 'ping 2' block-ipv6 'explicit-exit-notify 1'; do
		has "$T/$name.log" "PUSH_REPLY.*,${option}[,']" "$name was sent '$option'"
	done
	reaches $name "$INSIDE4"
	ok $? "$name is alive"
done
plan
