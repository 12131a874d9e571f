#!/bin/bash
# SPDX-License-Identifier: MIT
# A full tunnel of IPv4 only: the client's IPv6 is blocked, not left to go around it; unless the
# client comes over IPv6, where the log says so instead.
. "$(dirname "$0")/lib.sh"

OUTSIDE6=2001:db8:1::fe
# outside NAME: what comes of asking a host on the IPv6 internet.
outside() {
	in_ns "$1" ping -n -c 1 -W 1 $OUTSIDE6 2>&1 | grep -oE 'bytes from|[Uu]nreachable|No route|not permitted' |
		head -n 1
}
# What the router saw of it.
count_outside() {
	in_ns rtr nft -j list counter inet watch seen | jq '.nftables[].counter? | .packets // empty'
}

net_up c1 c2 c3 && certs c1 c2 c3
tunnel=('server 10.8.0.0 255.255.255.0')
in_ns rtr nft -f - <<E
table inet watch {
	counter seen { }
	chain in { type filter hook prerouting priority 0; ip6 daddr $OUTSIDE6 icmpv6 type echo-request counter name seen; }
}
E
policy <<'E'
rules: [{name: all, default-route: ipv4}]
E
serve udp6 "$plugin"
is "$(outside c1)" "bytes from" "before: IPv6 goes where it likes"
is "$(count_outside)" 1 "before: the router sees it"
client c1 udp4
connected c1
is "$(outside c1 | tr '[:upper:]' '[:lower:]')" unreachable "in the tunnel: IPv6 gets an error at once"
is "$(count_outside)" 1 "in the tunnel: the router sees nothing of it"
is "$(in_ns c1 timeout 2 bash -c "exec 3<>/dev/tcp/$OUTSIDE6/9" 2>&1 | grep -om 1 'unreachable')" \
	unreachable "in the tunnel: so does a connection over it"
reaches c1 "$INSIDE4"
ok $? "in the tunnel: IPv4 works"
logged authorised
is "$(peer_of c1 | cut -d' ' -f5)" mapped-peer "the log has nothing against it"

# From 2.7 on a client without IPv6 would end if it were given an address.
in_ns c3 sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
client c3 udp4
connected c3
reaches c3 "$INSIDE4"
ok $? "IPv6 switched off: IPv4 works"
stop c3

client c2 udp6
connected c2
is "$(outside c2)" "bytes from" "over IPv6: not blocked"
logged authorised 3
is "$(peer_of c2 | cut -d' ' -f5)" transport-only-ipv6,ipv6-leaks "over IPv6: the log says so"
stop c2
policy <<'E'
leak-guard: always
rules: [{name: all, default-route: ipv4}]
E
logged policy-loaded 2
client c2 udp6
connected c2
is "$(outside c2 | tr '[:upper:]' '[:lower:]')" unreachable "always: blocked"
reaches c2 "$INSIDE4"
ok $? "always: its own connection lives"
logged authorised 4
is "$(peer_of c2 | tail -n 1 | cut -d' ' -f5)" transport-only-ipv6 "always: the log has nothing of a leak"
stop c1
is "$(outside c1)" "bytes from" "after the tunnel IPv6 is there again"
plan
