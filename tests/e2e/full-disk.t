#!/bin/bash
# SPDX-License-Identifier: MIT
# With `durability: each` nobody is in before the record is on disk; with `on-failure: refuse` a
# full disk keeps new sessions out and leaves those that are in alone.
. "$(dirname "$0")/lib.sh"

net_up c1 c2 && certs c1 c2
mkdir "$T/small" && mount -t tmpfs -o size=128k tmpfs "$T/small"
ok $? "a small disk"
log=$T/small/v4map.jsonl
audit='durability: each, on-failure: refuse'
policy <<'E'
rules:
  - name: everyone
    routes: [10.20.0.0/16]
E
# Only the first client renegotiates: 2.5 loses count of its keys when one that waits does.
serve udp6 "$plugin" 'reneg-sec 0'
client c1 udp4 'reneg-sec 1'
connected c1
is "$(events authorised .user.name)" c1 "its record was there before it was in"

cat /dev/zero >"$T/small/fill" 2>/dev/null
# What is left of the log's last page takes a few records more.
for _ in {1..12}; do
	client c2 udp6
	wait_for "$T/c2.log" 'Initialization Sequence Completed|AUTH_FAILED' 20
	grep -q AUTH_FAILED "$T/c2.log" && break
	stop c2
done
has "$T/c2.log" AUTH_FAILED "the disk is full: a second client is refused"
wait_until 20 gone "${pid[c2]}"
ok $? "and ends"
renegotiated=$(grep -c 'VERIFY OK: depth=0' "$T/server.log")
renegotiated_again() {
	[ "$(grep -c 'VERIFY OK: depth=0' "$T/server.log")" -gt "$renegotiated" ]
}
wait_until 10 renegotiated_again
ok $? "the first one renegotiates meanwhile"
reaches c1 "$INSIDE4"
ok $? "and is alive"

rm "$T/small/fill"
logged refused
ok $? "there is room again: the refusal is in the log"
is "$(events refused .event.reason | head -n 1)" log-failing "with its reason"
admitted=$(events authorised .user.name | wc -l)
client c2 udp6
connected c2
logged authorised $((admitted + 1))
ok $? "and so is the next admission"
is "$(jq -s '[.[].event.sequence] == [range(1; length + 1)]' "$log")" true \
	"the log's sequence has no gap"
plan
