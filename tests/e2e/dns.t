#!/bin/bash
# SPDX-License-Identifier: MIT
# Name servers as a script of the client's finds them: of each family that the client has inside the
# tunnel, in the order of the rules, each once.
. "$(dirname "$0")/lib.sh"

# resolving NAME PROTO: a client with a script of its own, which keeps what it is told.
resolving() {
	# shellcheck disable=SC2016 # the script expands
	printf '%s\n' '#!/bin/sh' 'env >"$0.env"' >"$T/$1-up"
	chmod 755 "$T/$1-up"
	rm -f "$T/$1-up.env"
	client "$1" "$2" 'script-security 2' "up $T/$1-up"
}

# found NAME: the name servers that its script was told, in words of 2.7 or of before.
found() {
	sort -V "$T/$1-up.env" | sed -nE 's/^foreign_option_[0-9]+=dhcp-option DNS6? //p
		s/^dns_server_0_address_[0-9]+=//p' | xargs
}

lacks() {
	peer_of "$1" | grep -o 'tunnel-lacks-ipv[46]'
}

net_up c1 c2 && certs c1 c2
policy <<'E'
rules:
  - {name: everyone, dns: [10.20.0.53, "2001:db8:20::53"]}
  - {name: once-more, when: {common-name: c2}, dns: ["2001:db8:20::54", 10.20.0.53, 10.20.0.52]}
E
serve udp6 "$plugin"
resolving c1 udp4
resolving c2 udp6
connected c1
connected c2
is "$(found c1)" "10.20.0.53 2001:db8:20::53" "both families"
is "$(found c2)" "10.20.0.53 2001:db8:20::53 2001:db8:20::54 10.20.0.52" "of two rules, each once"
logged authorised 2
is "$(lacks c1)$(lacks c2)" "" "the log has nothing against it"
stop c1 && stop c2 && stop server
ok $? "all end"

# half FAMILY WANT LACKS: a tunnel of one family.
half() {
	rm "$log"
	serve udp6 "$plugin"
	resolving c1 udp4
	connected c1
	is "$(found c1)" "$2" "an $1 tunnel: of its family only"
	logged authorised
	is "$(lacks c1)" "$3" "an $1 tunnel: the log names the other"
	stop c1 && stop server
	ok $? "an $1 tunnel: all end"
}

tunnel=('server 10.8.0.0 255.255.255.0')
half IPv4 10.20.0.53 tunnel-lacks-ipv6
tunnel=('server-ipv6 fd00:8::/64')
half IPv6 2001:db8:20::53 tunnel-lacks-ipv4
plan
