#!/bin/bash
# SPDX-License-Identifier: MIT
# sample-configs/full-tunnel: all of a client's traffic goes into the tunnel and none around it, also
# where the tunnel has IPv4 alone.
. "$(dirname "$0")/sample.sh"

OUTSIDE4=192.0.2.254 OUTSIDE6=2001:db8:1::fe
# What the router saw of pings from clients' own addresses.
leaked() {
	in_ns rtr nft -j list counter inet watch leaked | jq '.nftables[].counter? | .packets // empty'
}

sample full-tunnel c1 c2
in_ns rtr nft -f - <<E
table inet watch {
	counter leaked { }
	chain in {
		type filter hook prerouting priority 0
		ip saddr 198.51.100.0/24 icmp type echo-request counter name leaked
		ip6 saddr 2001:db8:2::/64 icmpv6 type echo-request counter name leaked
	}
}
E
reaches c1 $OUTSIDE4 && reaches c1 $OUTSIDE6
ok $? "before: the internet is there, for both families"
is "$(leaked)" 2 "before: the router sees it"

sample_server
sample_client c1 "$SERVER4"
sample_client c2 "$SERVER6"
for c in c1 c2; do
	connected $c
	is "$(way $c 203.0.113.9) $(way $c 2001:db8:77::9) $(way $c 64:ff9b::cb00:7109)" "tun0 tun0 tun0" \
		"$c: everything goes into the tunnel"
	lives $c
	reaches $c $OUTSIDE4
	reaches $c $OUTSIDE6
done
is "$(leaked)" 2 "the router sees nothing more"
is "$(way c1 "$SERVER4") $(way c2 "$SERVER6")" "eth0 eth0" "their own connections stay outside"
logged authorised 2
is "$(peer_of c1 | cut -d' ' -f5)" mapped-peer "the log has no more against c1"
is "$(peer_of c2 | cut -d' ' -f5)" "" "nor against c2"
stop c1 && stop c2 && stop server
ok $? "all end"

rm "$log"
sample_server ipv4
sample_client c1 "$SERVER4"
connected c1
lives c1 4
! reaches c1 $OUTSIDE6
ok $? "IPv4 alone inside: IPv6 does not"
is "$(leaked)" 2 "the router sees nothing of it"
logged authorised
is "$(peer_of c1 | cut -d' ' -f5)" mapped-peer,tunnel-lacks-ipv6 "the log says that there is no IPv6"
stop c1
reaches c1 $OUTSIDE6
ok $? "after the tunnel IPv6 is there again"
plan
