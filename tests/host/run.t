#!/bin/bash
# SPDX-License-Identifier: MIT
# Every case in cases/: what the plugin answers and what the log holds, against NAME.want.
# `run.t NAME...` runs only these; UPDATE=1 writes the .want files anew, to be read by eye.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"
cases=("${@/#/$here/cases/}")
[ $# != 0 ] || cases=("$here"/cases/*.case)
logs=$T/.logs

for case in "${cases[@]%.case}"; do
	rm -rf "${T:?}"/*
	got=$(
		run "$case.case"
		daemon_gone || echo "v4mapd is still there"
		echo "log:"
		events
		log_is_whole || echo "the log is not whole"
	)
	[ -z "$UPDATE" ] || echo "$got" >"$case.want"
	is "$got" "$(cat "$case.want")" "$(basename "$case"): $(sed -n '1s/^# //p' "$case.case")"
	[ ! -e "$log" ] || cat "$log" >>"$logs"
done

# Another reader than jq, and a terminal: nothing in a line may be more than text to them.
found=$(python3 - "$logs" 2>&1 <<'PYTHON'
import json, sys, unicodedata

for line in open(sys.argv[1], "rb"):
    text = line[:-1].decode("utf-8", "strict")
    json.loads(text)
    if len(line) > 8192:
        print(f"{len(line)} bytes: {text[:200]}")
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for c in text):
        print(ascii(text))
PYTHON
)
is "$found" "" "every line of every log is JSON to Python, at most 8 KiB, and prints as it is"
plan
