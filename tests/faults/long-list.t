#!/bin/bash
# SPDX-License-Identifier: MIT
# A prefix list of a million blocks is replaced while records come: none is lost meanwhile, and the
# sealed log goes on as if nothing had been.
. "$(dirname "$0")/lib.sh"
# shellcheck source=bench/lib.sh
. "$(dirname "$0")/../../bench/lib.sh"

make_list "$T/even" 0
make_list "$T/odd" 1
cp "$T/even" "$T/list"
"$BUILD/v4map" log keygen "$T/key" >/dev/null
cp -p "$T/key" "$T/auditors-key"
policy "sync-interval: 100ms, key-file: $T/key, checkpoint-file: $T/checkpoints"
echo "prefix-lists: {known: $T/list}" >>"$T/policy.yaml"
load -r 12000 10000000
ok $? "records come"

# loaded N: so often.
loaded() {
	[ "$(grep -c '"action":"policy-loaded"' "$log")" -ge "$1" ]
}
for list in odd even odd; do
	cp "$T/$list" "$T/new" && mv "$T/new" "$T/list"
	wait_until 30 loaded $((++times + 1))
	ok $? "list $times is in force"
done
is "$(lost)" 0 "no record was lost" || echo "# of $(put)"
kill_loader
ended
ok $? "it ends"
verified --key-file "$T/auditors-key" --checkpoints "$T/checkpoints" "$log"
is "$(count_of gap)" 0 "the log has no gap"
plan
