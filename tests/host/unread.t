#!/bin/bash
# SPDX-License-Identifier: MIT
# Nobody connects, and the policy changes again and again: the next client gets the last one.  Then
# what a change may not do: take another key for the seals, or get lost with who read it.
. "$(dirname "$0")/lib.sh"
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/../../bench/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"

# policy NETWORK [KEY]
policy() {
	{
		echo "audit: {file: $log${2:+, key-file: $T/$2}}"
		echo "rules: [{name: all, routes: [$1]}]"
	} >"$T/policy.new"
	mv "$T/policy.new" "$T/policy.yaml"
}

begin
for key in a b; do
	"$BUILD/v4map" log keygen "$T/$key" >/dev/null
	cp -p "$T/$key" "$T/$key.copy"
done
policy 10.0.0.0/16 a
ask open >/dev/null
for ((i = 1; i <= 110; i++)); do
	policy "10.$i.0.0/16" a
	logged policy-loaded $((i + 1)) || break
done
is "$(events | grep -c policy-rejected)" 0 "more changes than a socket holds: none is rejected"
is "$(routed c1)" 'push "route 10.110.0.0 255.255.0.0"' "the next client gets the last one"

policy 10.200.0.0/16 b
logged policy-rejected 1
ok $? "another key is not taken"
is "$(routed c2)" 'push "route 10.110.0.0 255.255.0.0"' "the policy before stays in force"
cmp -s "$T/b" "$T/b.copy"
ok $? "the other key's file is as it was"
policy 10.201.0.0/16 a
logged policy-loaded 112
ok $? "the same key is"

make_list "$T/list" 0
{
	echo "audit: {file: $log, key-file: $T/a}"
	echo "prefix-lists: {many: $T/list}"
} >"$T/policy.new"
mv "$T/policy.new" "$T/policy.yaml"
# The worker is at it when it has a thread for it.
reads() {
	local pid

	pid=$(worker)
	[ "$(find "/proc/${pid:-none}/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" = 2 ]
}
for _ in {1..1000}; do
	! reads || break
done
kill -s KILL "$(worker)"
logged policy-rejected 2
ok $? "a worker that is killed while it reads: told"
is "$(routed c3)" 'push "route 10.201.0.0 255.255.0.0"' "the policy before stays in force"
end
"$BUILD/v4map" log verify --key-file "$T/a.copy" "$log" >"$T/verify.log"
ok $? "the log is proven by the first key, whole" || sed 's/^/# /' "$T/verify.log"
plan
