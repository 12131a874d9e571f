#!/bin/bash
# SPDX-License-Identifier: MIT
# The policy and its prefix list change under two clients, on a server that has become nobody inside
# a chroot: neither client drops, and the next one gets what is in force then.
. "$(dirname "$0")/lib.sh"

has_users || skip_all "needs root: the server becomes nobody"
list=$T/office.txt
# changed NETWORK: as an editor or configuration management changes it, a new file in the old one's
# place; who comes from the office also gets 10.30.0.0/16.
changed() {
	{
		echo "audit: {file: $log}"
		echo "prefix-lists: {office: $list}"
		echo 'rules:'
		echo "  - {name: everyone, routes: [10.20.0.0/16, $1]}"
		echo '  - {name: office, when: {peer-list: office}, routes: [10.30.0.0/16]}'
	} >"$T/policy.new"
	mv "$T/policy.new" "$T/policy.yaml"
}
loaded=1
is_loaded() {
	loaded=$((loaded + 1))
	logged policy-loaded $loaded
}
# given: what the third client gets, besides 10.20.0.0/16.
given() {
	client c3 udp4 'explicit-exit-notify 1'
	wait_for "$T/c3.log" 'Initialization Sequence Completed' || echo "c3 is not in"
	routes c3 | grep -v '^10\.20\.' | xargs
	stop c3
}

net_up c1 c2 c3 && certs c1 c2 c3
mkdir -p "$T/jail/tmp"
seq -f '192.0.%g.0/24' 0 255 >"$list"
changed 10.40.0.0/16
serve udp6 "$plugin" "chroot $T/jail" 'user nobody' 'group nogroup' persist-key
client c1 udp4 'explicit-exit-notify 1'
client c2 udp6 'explicit-exit-notify 1'
connected c1
connected c2
is "$(given)" 10.40.0.0/16 "a client gets what the policy says"
ping_begins c1 "$INSIDE4"

changed 10.50.0.0/16
is_loaded
ok $? "a new policy in the old one's place is loaded"
is "$(given)" 10.50.0.0/16 "and the next client gets it"
sed 's/10\.50/10.60/' "$T/policy.yaml" >"$T/policy.text" && cat "$T/policy.text" >"$T/policy.yaml"
is_loaded
ok $? "one that is written over in place, too"
is "$(given)" 10.60.0.0/16 "and the next client gets that"
echo '198.51.100.0/24 # c3 is here' >>"$list"
is_loaded
ok $? "a prefix list that has grown is loaded"
is "$(given)" "10.30.0.0/16 10.60.0.0/16" "and the next client is in it"
{ cat "$list" && echo 198.51.100.1/24; } >"$list.new" && mv "$list.new" "$list"
logged policy-rejected
ok $? "a list with an error is not taken"
is "$(events policy-rejected .v4map.message)" \
	"$list:258:1: host bits are set; did you mean 198.51.100.0/24?" "and the log says what is wrong where"
is "$(given)" "10.30.0.0/16 10.60.0.0/16" "the old one stays in force"
has "$T/server.log" "office.txt:258:1: host bits are set" "OpenVPN's log has it as well"
sed -i '$d; /198\.51/d' "$list"
is_loaded
ok $? "a list put right again is loaded"
is "$(given)" 10.60.0.0/16 "and the next client is not in it any more"

pinged "all the while the first client's ping"
for c in c1 c2; do
	is "$(grep -c 'Initialization Sequence Completed' "$T/$c.log")" 1 "$c never dropped"
	is "$(routes $c | xargs)" "10.20.0.0/16 10.40.0.0/16" "$c keeps what it was given"
done
is "$(events authorised '"\(.user.name) \(.v4map.generation)"' | grep -c '^c[12] 1$')" 2 \
	"and the log tells which policy gave it"
is "$(find "/proc/${pid[server]}/fd" -lname '*v4map-policy*' | wc -l)" 1 "the server keeps one policy, not all it had"
plan
