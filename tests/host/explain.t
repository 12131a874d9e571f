#!/bin/bash
# SPDX-License-Identifier: MIT
# `v4map explain`: the plugin's own answers, for programs and for people.
. "$(dirname "$0")/lib.sh"

full=$here/../data/policy-full.yaml

# explain STATUS ARGUMENT...: what it prints, and the status on the last line if it is another.
explain() {
	local want=$1 status
	shift
	"$BUILD/v4map" explain --policy "$T/policy.yaml" "$@" 2>&1
	status=$?
	[ "$status" = "$want" ] || echo "status $status"
}

cp "$full" "$T/policy.yaml"
is "$(explain 0 --peer ::ffff:192.0.2.7 --port 53779 --common-name partner-7)" \
	"peer        192.0.2.7, as it arrived: ::ffff:192.0.2.7
            family ipv4, form mapped, listener ipv6, tunnel dual, common name partner-7
            client version 2.6.0, platform unknown
verdict     allowed
rules       everyone                   matches
            over-ipv4                  matches
            partners                   matches
            no-transition_addresses.1  not asked: partners ends it
            not-from-there             not asked: partners ends it
            hints-and-all              not asked: partners ends it
config      push-remove \"route \"
            push-remove \"route-ipv6 \"
            push \"route remote_host 255.255.255.255 net_gateway\"
            push \"route 10.20.0.0 255.255.0.0\"
            push \"route 126.10.13.0 255.255.255.0\"
            push \"route 126.10.14.0 255.255.255.0\"
            push \"route 203.0.113.0 255.255.255.0\"
            push \"route-ipv6 2001:db8:20::/48\"
            push \"dhcp-option DOMAIN example.org\"
            push \"ping 10\"
mismatches  mapped-peer              an IPv4 peer on an IPv6 socket
            route-covers-server      its routes cover the server: a host route goes around the tunnel" \
	"a page: allowed"
is "$(explain 0 --peer 2002:c633:640c::1)" \
	"peer        2002:c633:640c::1, as it arrived: 2002:c633:640c::1
            family ipv6, form 6to4, listener ipv6, tunnel dual, common name none
            client version 2.6.0, platform unknown
verdict     refused by no-transition_addresses.1: transition addresses are not accepted
            at TLS_VERIFY: to the client a dead network, it tries again
rules       everyone                   matches
            over-ipv4                  no, family is ipv6
            partners                   no, form is 6to4
            no-transition_addresses.1  matches
            not-from-there             not asked: no-transition_addresses.1 ends it
            hints-and-all              not asked: no-transition_addresses.1 ends it
mismatches  embedded-ipv4            an IPv4 address stands in its IPv6 address; it is not trusted" \
	"a page: refused at verify"
is "$(explain 0 --peer 198.51.100.66 --common-name mallory --tunnel ipv6 | sed -n 4,10p)" \
	"verdict     refused by not-from-there: this address is closed
            at CLIENT_CONNECT: the client hears AUTH_FAILED and ends
rules       everyone                   matches
            over-ipv4                  matches
            partners                   no, listener is ipv4
            no-transition_addresses.1  no, form is native
            not-from-there             matches" "a page: refused at connect"

is "$(explain 0 --json --peer 192.0.2.7 --listener ipv6 --common-name pq --tunnel ipv4)" \
	'{"peer":{"address":"192.0.2.7","ip":"192.0.2.7","family":"ipv4","form":"mapped",'$(
	)'"embedded":"192.0.2.7","translator":null},"verdict":"allow","stage":"connect",'$(
	)'"reason":null,"rules":["everyone","over-ipv4","partners"],"unmet":{},'$(
	)'"config":["push-remove \"route \"","push-remove \"route-ipv6 \"",'$(
	)'"push \"route remote_host 255.255.255.255 net_gateway\"",'$(
	)'"push \"route 10.20.0.0 255.255.0.0\"","push \"route 126.10.13.0 255.255.255.0\"",'$(
	)'"push \"route 126.10.14.0 255.255.255.0\"","push \"route 203.0.113.0 255.255.255.0\"",'$(
	)'"push \"dhcp-option DOMAIN example.org\"","push \"ping 10\""],'$(
	)'"messages":1,"withheld":["2001:db8:20::/48"],"withheld_cutting":[],"withheld_dns":[],'$(
	)'"withheld_default":[],'$(
	)'"mismatches":["mapped-peer","tunnel-lacks-ipv6","route-covers-server"]}' "JSON: allowed"
is "$(explain 0 --json --peer 2002:c633:640c::1)" \
	'{"peer":{"address":"2002:c633:640c::1","ip":"2002:c633:640c::1","family":"ipv6",'$(
	)'"form":"6to4","embedded":"198.51.100.12","translator":null},"verdict":"deny",'$(
	)'"stage":"verify","reason":"transition addresses are not accepted",'$(
	)'"rules":["everyone","no-transition_addresses.1"],'$(
	)'"unmet":{"over-ipv4":"family","partners":"form"},"config":[],"messages":0,"withheld":[],'$(
	)'"withheld_cutting":[],"withheld_dns":[],"withheld_default":[],'$(
	)'"mismatches":["embedded-ipv4"]}' "JSON: refused at verify"

# peer ARGUMENT...: the peer in short.
peer() {
	explain 0 --json "$@" | jq -r '[.peer[] | . // "-"] + [.mismatches | join(",")] | join(" ")'
}
is "$(peer --peer 64:ff9b::192.0.2.33)" \
	"64:ff9b::192.0.2.33 192.0.2.33 ipv4 translated 192.0.2.33 64:ff9b::/96 translated-peer" \
	"a peer behind a translator"
is "$(peer --peer 64:ff9b::10.0.0.1)" \
	"64:ff9b::10.0.0.1 64:ff9b::a00:1 ipv6 nat64 10.0.0.1 - embedded-ipv4,reserved-in-translator" \
	"a reserved address behind a translator"
is "$(peer --peer 198.51.100.11 --tunnel ipv6)" \
	"198.51.100.11 198.51.100.11 ipv4 native - - tunnel-lacks-ipv4,transport-only-ipv4" \
	"a tunnel without the peer's family"
is "$(peer --peer 2001:db8:2::12 --tunnel ipv6,ipv4)" \
	"2001:db8:2::12 2001:db8:2::12 ipv6 native - - " "a dual tunnel"

cat >"$T/policy.yaml" <<'E'
rules:
  - {name: dual, when: {tunnel: dual}}
  - {name: lists, when: {listener: ipv4, peer: 10.0.0.0/8}}
  - {name: named, when: {common-name: alice}}
  - {name: closed, when: {family: ipv6}, deny: "\e[31m\u202eno", deny-at: verify}
E
is "$(explain 0 --peer 2001:db8::1 --common-name $'\e[2J\xff<x>')" \
	"peer        2001:db8::1, as it arrived: 2001:db8::1
            family ipv6, form native, listener ipv6, tunnel dual, common name \\x1b[2J\\xff<x>
            client version 2.6.0, platform unknown
verdict     refused by closed: \\x1b[31m\\u202eno
            at TLS_VERIFY: to the client a dead network, it tries again
rules       dual    not known yet
            lists   no, listener is ipv6
            named   no, common-name is \\x1b[2J\\xff<x>
            closed  matches" "what comes from outside cannot move the cursor"
is "$(explain 0 --json --peer 2001:db8::1 | jq -c .unmet)" \
	'{"dual":null,"lists":"listener","named":"common-name"}' "JSON: not known yet is null"
is "$(explain 0 --peer 192.0.2.1 --tunnel ipv4 | tail -n 5)" \
	"rules       dual    no, tunnel is ipv4
            lists   no, peer is 192.0.2.1
            named   no, common-name is none
            closed  no, family is ipv4
config      nothing" "each first condition that fails"
chmod 666 "$T/policy.yaml"
is "$(explain 0 --json --peer 192.0.2.1 | jq -r .verdict)" allow "a draft may be anybody's"

# Each rule alone gives a text, together they give none: COUNT hosts are excluded from ::/0.
too_long() {
	awk -v count="$1" 'BEGIN {
		print "rules:\n- {name: other, when: {common-name: x}}"
		printf "- {name: all, routes: [\"::/0\"]}\n- {name: holes, exclude: [\"2000::1\""
		for (i = 1; i < count; i++) printf ", \"%x::1\"", 8192 + 256 * i
		print "]}"
	}' >"$T/policy.yaml"
}
# short ARGUMENT...: the verdict and what follows, of the hosts only the first.
short() {
	explain 0 --peer 192.0.2.1 "$@" | sed -n '4,$p' | grep -v "^ .*::1/128\$"
}
page="            at CLIENT_CONNECT: the client hears AUTH_FAILED and ends
rules       other  no, common-name is none
            all    matches
            holes  matches
routes      ::/0
without     2000::1/128"
# brief ARGUMENT...: the object in short.
brief() {
	explain 0 --json --peer 192.0.2.1 "$@" | jq -c '[.verdict, .stage, .reason, .limit, .rules, .unmet,
		.routes, (.without | length), (.config | length), .messages, .mismatches]'
}
too_long 65
is "$(brief)" "[\"allow\",\"connect\",null,null,[\"all\",\"holes\"],{\"other\":\"common-name\"},$(
	)[\"::/0\"],65,7807,225,[]]" "not too many bytes"
too_long 66
is "$(short)" "verdict     refused: text-too-long, 264356 bytes of push lines, at most 262144 can be given
$page" "too many bytes"
is "$(brief --client-version 3)" "[\"deny\",\"connect\",\"text-too-long\",$(
	){\"bytes\":262144,\"found\":264356},[\"all\",\"holes\"],{\"other\":\"common-name\"},[\"::/0\"],66,0,0,$(
	)[\"too-many-routes\"]]" "too many bytes: JSON"
is "$(short --tunnel ipv4 | head -n 8)" "verdict     allowed
rules       other  no, common-name is none
            all    matches
            holes  matches
routes      ::/0
without     2000::1/128
config      nothing
withheld    ::/3" "too many bytes, which are withheld"
too_long 69
is "$(short)" "verdict     refused: text-too-long, more than 8192 blocks are left of its routes
$page
mismatches  too-many-routes          more routes than such a client can take (2.3: 100 of a family, 3: 256 KiB)" \
	"too many blocks"
is "$(brief)" "[\"deny\",\"connect\",\"text-too-long\",{\"blocks\":8192},[\"all\",\"holes\"],$(
	){\"other\":\"common-name\"},[\"::/0\"],69,0,0,[\"too-many-routes\"]]" "too many blocks: JSON"

echo 'bypass: on' >"$T/policy.yaml"
is "$(explain 1 --peer 192.0.2.1)" \
	"$T/policy.yaml:1:9: error: want auto, always or never, found 'on' [bad-value]" \
	"a wrong policy"
rm "$T/policy.yaml"
is "$(explain 2 --peer 192.0.2.1)" \
	"$T/policy.yaml: error: cannot read: No such file or directory [unreadable]" "no policy"

echo 'rules: []' >"$T/policy.yaml"
# misuse TEXT ARGUMENT...
misuse() {
	local text=$1
	shift
	is "$(explain 2 "$@")" "v4map explain: $text" "misuse: $text"
}
misuse "want --peer ADDRESS; see \`v4map explain --help\`"
misuse "want options only, found '192.0.2.1'" 192.0.2.1
misuse "--peer: want an address, found '192.0.2.256'" --peer 192.0.2.256
misuse "--peer: want an address, found '\\x1b[31m'" --peer $'\e[31m'
misuse "--port: want 1 to 65535, found '65536'" --peer 192.0.2.1 --port 65536
misuse "--port: want 1 to 65535, found '0'" --peer 192.0.2.1 --port 0
misuse "--listener: want ipv4 or ipv6, found 'ip'" --peer 192.0.2.1 --listener ip
misuse "--listener: no IPv6 address comes in on an IPv4 socket" --peer ::1 --listener ipv4
misuse "--tunnel: want ipv4, ipv6 or ipv4,ipv6, found 'none'" --peer ::1 --tunnel none
misuse "there is no option '--colour'; see \`v4map explain --help\`" --colour
misuse "a value is missing behind '--peer'; see \`v4map explain --help\`" --peer
is "$("$BUILD/v4map" explain --help | head -n 1)" \
	"usage: v4map explain [--policy FILE] --peer ADDRESS [OPTION]..." "help"
is "$(explain 0 --peer 192.0.2.1 --port 65535 | sed -n 4,5p)" "verdict     allowed
config      nothing" "a policy without rules"
"$BUILD/v4map" explain --peer 192.0.2.1 --policy "$T/policy.yaml" >/dev/full 2>&1
is $? 2 "nowhere to print to"
plan
