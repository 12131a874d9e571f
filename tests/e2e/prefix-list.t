#!/bin/bash
# SPDX-License-Identifier: MIT
# A prefix list of a hundred thousand blocks decides about clients of either family; its changes are
# taken up without a restart, by a server that has become nobody in a chroot, and its errors are not.
. "$(dirname "$0")/lib.sh"
has_users || skip_all "needs root: the server becomes nobody"

list=$T/members.txt

# blocks LINE...: a hundred thousand of them that hold no client and have no neighbour, and these.
blocks() {
	perl -e 'print "# members\n";
		printf "100.%d.%d.%d/27\n", 64 + $_ / 1024, $_ / 4 % 256, $_ % 4 * 64 for 0 .. 49999;
		printf "2001:db8:8000:%x::/64\n", $_ for map { $_ * 2 } 0 .. 32767;
		printf "2001:db8:8001:%x::/64\n", $_ for map { $_ * 2 } 0 .. 17231'
	printf '%s\n' "$@"
}

# given NAME=PROTO...: what such clients get besides 10.20.0.0/16.
given() {
	local one

	for one; do
		client "${one%=*}" "${one#*=}"
	done
	for one; do
		wait_for "$T/${one%=*}.log" 'Initialization Sequence Completed'
		echo "${one%=*}: $(routes "${one%=*}" | sed '/^10\.20\./d')"
		stop "${one%=*}"
	done
}

net_up c1 c2 c3 && certs c1 c2 c3
mkdir -p "$T/jail/tmp"
blocks '::ffff:198.51.100.11 # c1, as OpenVPN might write it' 2001:db8:2::12/128 >"$list"
is "$(grep -vc '^#' "$list")" 100002 "a hundred thousand blocks and two"
policy <<E
prefix-lists: {members: $list}
rules:
  - {name: everyone, routes: [10.20.0.0/16]}
  - {name: members, when: {peer-list: members}, routes: [10.30.0.0/16]}
E
serve udp6 "$plugin" "chroot $T/jail" 'user nobody' 'group nogroup' persist-key
is "$(given c1=udp4 c2=udp6 c3=udp4 | xargs)" "c1: 10.30.0.0/16 c2: 10.30.0.0/16 c3:" \
	"c1 over IPv4 and c2 over IPv6 are in the list, c3 is not"

blocks 198.51.100.13/32 >"$list.new" && mv "$list.new" "$list"
logged policy-loaded 2
ok $? "another list in its place is taken"
is "$(given c1=udp4 c3=udp4 | xargs)" "c1: c3: 10.30.0.0/16" "now c3 is in it and c1 is not"

blocks 198.51.100.11/32 198.51.100.13/24 2001:db8::/129 >"$T/wrong" && cat "$T/wrong" >"$list"
logged policy-rejected
ok $? "one with errors, written over it, is not"
is "$(events policy-rejected .v4map.message | grep -o 'members.txt:100003:[0-9]*: ')" \
	"members.txt:100003:1: " "the log says where"
is "$(given c1=udp4 c3=udp4 | xargs)" "c1: c3: 10.30.0.0/16" "the old list is in force"
# The plugin looks when a client comes.
has "$T/server.log" 'members\.txt:100003:1: ' "so does OpenVPN's"
plan
