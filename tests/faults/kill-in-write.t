#!/bin/bash
# SPDX-License-Identifier: MIT
# v4mapd's worker dies at the worst moments of a write: before it, with half a line in the file,
# after it and before its own books say so.  Each record is in the log exactly once all the same.
. "$(dirname "$0")/lib.sh"

ROUNDS=4
policy
rename=''

# The worker's next calls of a kind are held up by strace; it is killed meanwhile.
hold_and_kill() {
	local worker=$1 held=$2

	strace -qq -e trace=write,ftruncate -e "inject=$held" -o "$T/strace" \
		-p "$worker" 2>"$T/strace.err" &
	wait_until 5 grep -qs '^TracerPid:[[:space:]]*[1-9]' "/proc/$worker/status"
	kill -CONT "$worker"
	sleep 0.15
	kill -KILL "$worker"
	wait $!
}

# rounds NAME CALL HALF-LINES [LIMIT]: with LIMIT the file may grow by about that many bytes only.
rounds() {
	local name=$1 call=$2 want_half=$3 limit=${4:-} round worker half=0 held=0

	load -r 100 100000
	supervisor=$(supervisor)
	for ((round = 1; round <= ROUNDS; round++)); do
		worker=$(worker_of "$supervisor")
		kill -STOP "$worker"
		[ -z "$limit" ] ||
			prlimit --pid "$worker" --fsize=$(($(stat -c %s "$log") + limit + RANDOM % 900))
		kill -STOP "$supervisor"
		hold_and_kill "$worker" "$call"
		[ -z "$(tail -c 1 "$log" | tr -d '\n')" ] || half=$((half + 1))
		[ -z "$rename" ] || mv "$log" "$log.$round"
		kill -CONT "$supervisor"
		! tail -n 2 "$T/strace" | grep -q "^${call%%:*}(" || held=$((held + 1))
		wait_until 5 worker_of "$supervisor" >"$T/worker"
		wait_until 5 test -e "$log"
	done
	is "$held" "$ROUNDS" "$name: $ROUNDS workers are killed"
	is "$half" "$want_half" "$name: half a line is in the file $want_half times"
	kill_loader
	ended
	put=$(put)
	run=$(sed -n 's/^run //p' "$T/load.log")
	logged=$(cat "$log"* | grep -c "\"run\":\"$run\",\"record\":")
	[ "$logged" = "$put" ] || [ "$logged" = $((put + 1)) ]
	ok $? "$name: what was put is in the log" || echo "# $put put, $logged logged"
}

rounds "before the write" write:delay_enter=350000 0
rounds "after the write" write:delay_exit=350000 0
rounds "in the middle" write:delay_exit=350000:when=1 "$ROUNDS" 100
rounds "before half a line is taken back" ftruncate:delay_enter=350000 "$ROUNDS" 100
rounds "after half a line is taken back" ftruncate:delay_exit=350000 0 100
rename=1
rounds "after the write, and the log is renamed" write:delay_exit=350000 0
verified "$log"*
is "$(compgen -G "$log.torn*")" "" "nothing had to be moved away"
plan
