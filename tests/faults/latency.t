#!/bin/bash
# SPDX-License-Identifier: MIT
# Few records: putting one never waits for v4mapd, which nothing wakes, and yet it is in the log
# within a second.
. "$(dirname "$0")/lib.sh"

RECORDS=40
policy
load -r 10 -h $RECORDS
# Each line as it comes, with the time by then.
timeout 30 tail -n +1 -s 0.01 -f "$log" | while IFS= read -r line; do
	echo "${EPOCHREALTIME/[.,]/} $line"
	[[ $line != *"\"record\":$RECORDS,"* ]] || break
done >"$T/lines"
is "$(grep -c '"record":' "$T/lines")" $RECORDS "$RECORDS records, ten a second"
longest=$(grep '"record":' "$T/lines" | while read -r came line; do
	put=$(date -d "${line:15:27}" +%s%6N)
	echo $(((came - put) / 1000))
done | sort -n | tail -n 1)
[ "$longest" -lt 1000 ]
ok $? "each is in the log within a second"
echo "# after $longest ms at most"
wait_until 5 grep -q ^waited "$T/load.log"
is "$(grep ^waited "$T/load.log")" "waited 0 times" "and putting it never waits"
grep '^a record took' "$T/load.log" | sed 's/^/# /'
kill_loader
ended
verified "$log"
plan
