#!/bin/bash
# SPDX-License-Identifier: MIT
# Every case in cases/: what the plugin answers and what the log holds, against NAME.want.
# `run.t NAME...` runs only these; UPDATE=1 writes the .want files anew, to be read by eye.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"
cases=("${@/#/$here/cases/}")
[ $# != 0 ] || cases=("$here"/cases/*.case)

# The log as a whole: every line is JSON to two readers, and the sequence has no gap.
log_is_sound() {
	[ -e "$log" ] || return 0
	[ "$(jq -s '[.[].event.sequence] == [range(1; length + 1)]' "$log")" = true ] &&
		python3 -c 'import json, sys; [json.loads(l) for l in sys.stdin.buffer]' <"$log"
}

for case in "${cases[@]%.case}"; do
	rm -rf "${T:?}"/*
	got=$(
		run "$case.case"
		daemon_gone || echo "v4mapd is still there"
		echo "log:"
		events
		log_is_sound || echo "the log is not sound"
	)
	[ -z "$UPDATE" ] || echo "$got" >"$case.want"
	is "$got" "$(cat "$case.want")" "$(basename "$case"): $(sed -n '1s/^# //p' "$case.case")"
done
plan
