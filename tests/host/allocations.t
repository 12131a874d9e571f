#!/bin/bash
# SPDX-License-Identifier: MIT
# A hook allocates what OpenVPN itself will free and nothing else: three pieces for a client's
# configuration, one for a client.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"
sanitized && skip_all "the sanitizers' allocations are not counted"

# Each call in one line, with how many it made.
got=$(
	run <<-'E' | awk '/^  allocations/ { print call ": " $2; call = "" } /^[^ ]/ { call = $1 " " $2; sub(":$", "", call) }'
		show-allocations
		policy
		  rules:
		    - name: not-from-there
		      when: {peer: ["2001:db8:bad::/48"]}
		      deny: not from there
		    - name: everyone
		      routes: [10.4.0.0/16, "2001:db8:4::/48"]
		open
		client c1 udp6 198.51.100.11 53779
		connect c1
		again c1
		client c2 udp6 2001:db8:bad::1 53779
		connect c2
	E
)
is "$(grep -v '^open' <<<"$got" | sort -u)" \
	"c1 CLIENT_CONNECT_DEFER_V2: 3
c1 CLIENT_CONNECT_V2: 3
c1 CLIENT_DISCONNECT: 0
c1 IPCHANGE: 0
c1 LEARN_ADDRESS: 0
c1 TLS_VERIFY: 0
c1 constructor: 1
c2 CLIENT_CONNECT_V2: 2
c2 CLIENT_DISCONNECT: 0
c2 IPCHANGE: 0
c2 TLS_VERIFY: 0
c2 constructor: 1
server constructor: 1" "three for a text, two for a refusal, one for a client, else none"
plan
