#!/bin/bash
# SPDX-License-Identifier: MIT
# sample-configs/6in4: the server has IPv6 only through a 6in4 tunnel from the router.  c1 dials it
# over that, c2 over IPv4 and has no IPv6 but the VPN's.  What fits into the tunnel passes, what does
# not is told so, and no packet of the VPN goes in pieces.
. "$(dirname "$0")/sample.sh"

# tunnel NS DEVICE: by the README's command, or where the kernel has no sit by a stand-in that puts the
# same bytes on the wire.
tunnel() {
	local add why

	read -ra add < <(sed "${here[@]}" "$folder/README.md" | grep -m 1 "^    ip tunnel add $2 ")
	if why=$(in_ns "$1" "${add[@]}" 2>&1); then
		echo "# $2: the kernel's sit"
		return
	fi
	[[ $why == *"No such device"* ]] || return
	echo "# $2: tests/e2e/sit.py, since the kernel has no sit"
	start "$2" "$1" python3 "$(dirname "$0")/sit.py" "${add[@]:3}"
	wait_for "$T/$2.log" ready 30
}

# sized NS BYTES ADDRESS: ping with a packet so large.
sized() {
	local headers=28

	[[ $3 != *:* ]] || headers=48
	in_ns "$1" ping -n -c 1 -W 0.5 -M "do" -s $(($2 - headers)) "$3" 2>&1
}

# fits NS BYTES ADDRESS: and a byte more does not, for which ping is told the limit.
fits() {
	sized "$1" "$2" "$3" >/dev/null
	ok $? "from $1 $2 bytes to $3"
	has <(sized "$1" $(($2 + 1)) "$3") "(mtu: ?|mtu=|mtu = )$2\\b" "from $1 not one more to $3"
}

# carries FROM TO ADDRESS: 4 MB over TCP, with an MSS that only the sender's ways limit.
carries() {
	start sender "$1" python3 -c 'import socket, sys
near = socket.create_server((sys.argv[1], 8000), family=socket.AF_INET6)
print("ready", flush=True)
with near.accept()[0] as to:
	to.sendfile(open(sys.argv[2], "rb"))' "$3" "$T/4m"
	wait_for "$T/sender.log" ready 30
	in_ns "$2" timeout 30 bash -c "cat </dev/tcp/$3/8000" | cmp - "$T/4m"
	ok $? "4 MB from $1 to $2"
}

INTERNET=2001:db8:2::fe
here+=(-e 's/2001:db8::fe\b/2001:db8:1::fe/')
sample 6in4 c1 c2
in_ns srv ip -6 route del default && in_ns srv ip -6 addr flush dev lan &&
	 in_ns rtr ip -6 addr flush dev lan
! reaches c1 "$SERVER6"
ok $? "the server's network has no IPv6"
tunnel srv he6 && tunnel rtr vpn6
ok $? "the tunnel's ends" || exit 1
sample_steps srv 'ip link set he6' 'ip -6 route'
sample_steps rtr 'ip link set vpn6' 'ip route'
in_ns rtr nft -f - <<'E'
table ip6 watch {
	chain in {
		type filter hook prerouting priority -450
		exthdr frag exists counter
	}
}
E
fits c2 1480 "$SERVER6"
fits srv 1480 2001:db8:2::12
in_ns c2 ip -6 addr flush dev eth0 scope global
ok $? "c2 has no IPv6 of its own"

sample_server
sample_client c1 "$SERVER6"
sample_client c2 "$SERVER4"
connected c1
connected c2
is "$(given_routes c1)" "10.20.0.0/16 192.0.2.0/24 2001:db8:20::/48 2001:db8:8::/64" \
	"c1 has the policy's routes, and the tunnel's own"
for c in c1 c2; do
	fits $c 1400 "$INSIDE4"
	fits $c 1400 "$INSIDE6"
	fits ins 1400 "$(inside $c -6)"
done
head -c 4000000 /dev/urandom >"$T/4m"
carries ins c1 "$INSIDE6"
carries c1 ins "$(inside c1 -6)"
has <(in_ns rtr nft list table ip6 watch) 'counter packets 0 ' "no packet goes in pieces"
is "$(way c2 $INTERNET)" tun0 "c2: the internet's IPv6 is in the VPN"
reaches c2 $INTERNET && reaches rtr "$(inside c2 -6)"
ok $? "c2 and the internet reach each other over IPv6"
fits rtr 1400 "$(inside c2 -6)"

logged authorised 2
is "$(peer_of c1)" "native ipv6 2001:db8:2::11 2001:db8:2::11 " "the log: c1 is native IPv6"
is "$(peer_of c2)" "mapped ipv6 ::ffff:198.51.100.12 198.51.100.12 mapped-peer,route-covers-server" \
	"the log: c2 came over IPv4"
stop c1 && stop c2 && stop server
ok $? "all end"
plan
