#!/bin/bash
# SPDX-License-Identifier: MIT
# No memory, at each allocation in turn: nothing crashes, the answer is no, and whoever asks again
# gets a yes.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"
sanitized && skip_all "the sanitizers' allocations do not fail"

policy() {
	printf 'policy\n\trules:\n\t  - name: everyone\n\t    routes: [10.4.0.0/16]\n'
}

# When the server starts.
many=$({ echo show-allocations; policy; echo open; } | run | sed -n '/allocations/{s/.*: //p;q}')
daemon_gone
[ "$many" -ge 3 ]
ok $? "opening allocates $many times"
for ((n = 1; n <= many; n++)); do
	rm -f "$log"
	got=$({ policy; echo "fail-allocation $n"; echo open; } | run)
	[[ $got == "  log[ERR] v4map: "*$'\nopen: ERROR\nabort' && $(wc -l <<<"$got") = 3 ]]
	ok $? "allocation $n fails: one line says so, no server" || echo "# ${got//$'\n'/$'\n# '}"
	daemon_gone
	ok $? "allocation $n fails: no v4mapd is left"
done

# When a client comes.
rm -f "$log"
got=$(
	{
		policy
		cat <<-'E'
			open
			client c1 udp6 198.51.100.11 53779
			verify c1
			ipchange c1
			fail-allocation 1
			admit c1
			fail-allocation 2
			admit c1
			fail-allocation 3
			admit c1
			admit c1
			learn c1
			fail-allocation 1
			client c2 udp6 198.51.100.12 53779
			verify c2
			disconnect c2
		E
	} | run | grep -vE 'open|log|wants|server'
)
is "$got" "c1 constructor
c1 TLS_VERIFY 1 CN=ca: SUCCESS
c1 TLS_VERIFY 0 CN=c1: SUCCESS
c1 IPCHANGE [AF_INET6]::ffff:198.51.100.11 53779: SUCCESS
c1 CLIENT_CONNECT_V2: ERROR
c1 CLIENT_CONNECT_V2: ERROR
c1 CLIENT_CONNECT_V2: ERROR
c1 CLIENT_CONNECT_V2: SUCCESS
    push \"route 10.4.0.0 255.255.0.0\"
c1 LEARN_ADDRESS add 10.8.0.2 c1: SUCCESS
c1 LEARN_ADDRESS add fd00:8::1000 c1: SUCCESS
c2 constructor: no context
c2 TLS_VERIFY 1 CN=ca: ERROR
c1 CLIENT_DISCONNECT: SUCCESS
c1 destructor
c1 LEARN_ADDRESS delete 10.8.0.2: SUCCESS
c1 LEARN_ADDRESS delete fd00:8::1000: SUCCESS
close" "a client without memory is refused; the next attempt is not"
daemon_gone
is "$(events | sed -n 's/^[0-9]* \([a-z]*\)\( reason=[^ ]*\)\?.*/\1\2/p' | xargs)" \
	"started refused reason=internal-error refused reason=internal-error refused reason=internal-error authorised address address disconnected" \
	"and the log holds no more than happened"
plan
