#!/bin/bash
# SPDX-License-Identifier: MIT
# Once warm no hook makes a system call: strace sees nothing between the two getppid(2) that the
# stand-in makes around each.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"
sanitized && skip_all "the sanitizers make system calls"
strace -o /dev/null true 2>/dev/null || skip_all "strace cannot trace here"

# one CLIENT ADDRESS: a whole session and a refusal.
one() {
	cat <<-E
		client $1 udp6 $2 53779
		cert $1 alice 01 0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a:0a
		connect $1
		verify $1
		again $1
		disconnect $1
		client $1 udp6 2001:db8:bad::1 53779
		connect $1
		destroy $1
	E
}

{
	cat <<-'E'
		policy
		  rules:
		    - name: not-from-there
		      when: {peer: ["2001:db8:bad::/48"]}
		      deny: not from there
		    - name: everyone
		      routes: [10.4.0.0/16, "2001:db8:4::/48"]
		open
	E
	one c1 198.51.100.11
	one c2 2001:db8:2::12
	echo mark warm
	one c3 198.51.100.13
	one c4 2001:db8:2::14
	echo mark end
} >"$T/case"
strace -o "$T/strace" "$stand_in" "$BUILD" "$T" <"$T/case" >"$T/out"
ok $? "the case runs under strace"
is "$(sed -n '/--- warm/,/--- end/s/: .*//p' "$T/out" | grep -oE 'IPCHANGE|TLS_VERIFY|LEARN_ADDRESS|CLIENT_[A-Z_0-9]+' | sort -u)" \
	"CLIENT_CONNECT_DEFER_V2
CLIENT_CONNECT_V2
CLIENT_DISCONNECT
IPCHANGE
LEARN_ADDRESS
TLS_VERIFY" "every hook is in it"
awk '
	/--- warm/ { warm = 1 }
	/--- end/ { warm = 0 }
	!warm { next }
	/^getppid\(/ { inside = !inside; calls++; next }
	inside { print }
	END { print "hooks: " calls / 2 > "/dev/stderr" }
' "$T/strace" >"$T/inside" 2>"$T/hooks"
is "$(cat "$T/inside")" "" "no system call in any of them"
is "$(cat "$T/hooks")" "hooks: $(sed -n '/--- warm/,/--- end/p' "$T/out" | grep -c ' .*: ')" \
	"and each was watched"
plan
