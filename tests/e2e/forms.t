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
stop c1 && stop c2 && stop server
ok $? "all end"

# sent NAME OPTION...: was, was not told a word more of routes, and disliked nothing.
sent() {
	local name=$1

	shift
	is "$(sed -n "s/.*PUSH_REPLY//p" "$T/$name.log" | tr , '\n' | sed "s/'.*//" |
		grep -E '^(route |route-ipv6|redirect|block|dhcp|dns )')" "$(printf '%s\n' "$@")" "$name was sent just that"
	hasnt "$T/$name.log" "$dislikes" "$name disliked nothing"
	reaches "$name" 10.8.0.1
	ok $? "$name is alive"
}

# full: the policy from standard input, for c1 over IPv4 and c2 over IPv6.
full() {
	policy
	serve udp6 "$plugin"
	client c1 udp4
	client c2 udp6
	connected c1
	connected c2
	hasnt "$T/server.log" "$dislikes" "the server disliked nothing"
}

dns=('dhcp-option DNS 10.20.0.53' 'dhcp-option DNS6 2001:db8:20::53')
! client_has 2.7 || dns=('dns server 0 address 10.20.0.53' 'dns server 0 address 2001:db8:20::53')
full <<'E'
server-addresses: [192.0.2.1]
nat64-guard: true
rules:
  - {name: all, when: {common-name: c1}, default-route: [ipv4, ipv6], dns: [10.20.0.53, "2001:db8:20::53"]}
  - {name: half, when: {common-name: c2}, default-route: ipv6}
E
sent c1 'redirect-gateway def1 ipv6' 'route-ipv6 64:ff9b::/97' 'route-ipv6 64:ff9b::8000:0/97' "${dns[@]}"
sent c2 'redirect-gateway ipv6 !ipv4' 'route-ipv6 64:ff9b::/97' 'route-ipv6 64:ff9b::8000:0/97'
stop c1 && stop c2 && stop server
ok $? "all end"

tunnel=('server 10.8.0.0 255.255.255.0')
guard=(block-ipv6 'route-ipv6 ::/3' 'route-ipv6 2000::/4' 'route-ipv6 3000::/4' 'route-ipv6 fc00::/7')
full <<'E'
server-addresses: [192.0.2.1]
leak-guard: always
rules:
  - {name: all, default-route: ipv4}
  - {name: but, when: {common-name: c1}, exclude: [0.0.0.0/1]}
E
sent c1 'route remote_host 255.255.255.255 net_gateway' "${guard[@]}" 'route 128.0.0.0 128.0.0.0'
sent c2 'redirect-gateway def1' "${guard[@]}"
plan
