#!/bin/bash
# SPDX-License-Identifier: MIT
# Records come as fast as the ring takes them: the log is still synced, its key stepped, its end
# told outside of it, and a rotation noticed.
. "$(dirname "$0")/lib.sh"

"$BUILD/v4map" log keygen "$T/key" >/dev/null
cp -p "$T/key" "$T/auditors-key"
policy "sync-interval: 100ms, key-file: $T/key, checkpoint-file: $T/checkpoints"
load 100000000
ok $? "as many records as the ring takes"
put_is_at_least 20000 || wait_until 10 put_is_at_least 20000
was=$(durable)
more_is_durable() {
	[ "$(durable)" -gt "$was" ]
}
wait_until 2 more_is_durable
ok $? "more and more of them is durable"
key_at() {
	cut -d ' ' -f 3 "$T/key"
}
was_at=$(key_at) told=$(wc -l <"$T/checkpoints")
key_moves() {
	[ "$(key_at)" -gt "$was_at" ]
}
more_is_told() {
	[ "$(wc -l <"$T/checkpoints")" -gt "$told" ]
}
wait_until 2 key_moves
ok $? "the key moves on"
wait_until 2 more_is_told
ok $? "and the checkpoints"
mv "$log" "$log.1"
wait_until 2 test -s "$log"
ok $? "a rotation is noticed"
! gone "$loader"
ok $? "and they still come"
was=$(durable)
wait_until 2 more_is_durable
ok $? "and are made durable"
begun=${EPOCHREALTIME/[.,]/} from=$(put)
sleep 1
echo "# $((($(put) - from) * 1000000 / (${EPOCHREALTIME/[.,]/} - begun))) records a second"
kill_loader
ended
ok $? "the server is killed: v4mapd writes what is left, and ends"
verified --key-file "$T/auditors-key" --checkpoints "$T/checkpoints" "$log.1" "$log"
[ $(($(stat -c %b "$log.1") * 512)) -lt $(($(stat -c %s "$log.1") + 100000)) ]
ok $? "a file that is left gives back the blocks it did not need"
[ "$(cat "$log"* | grep -c '"record":')" -ge "$(put)" ]
ok $? "all that was put is there" || echo "# $(put) put"
plan
