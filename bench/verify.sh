#!/bin/bash
# SPDX-License-Identifier: MIT
# How fast `v4map log verify` proves a log, beside `sha256sum` of the same bytes: the least that
# anybody who looks at every byte must do.   usage: verify.sh [BUILD]   LINES=N: a longer log
# Both run in turn, ROUNDS times, on a log that is in the page cache; the fastest round counts, in
# processor time.
# Fails below the bar.
set -euo pipefail
build=${1:-build}
lines=${LINES:-500000}
rounds=${ROUNDS:-5}
bar=150000 # records a second

T=$(mktemp -d "${TMPDIR:-/tmp}/v4map-bench.XXXXXX")
trap 'rm -rf "$T"' EXIT

# seconds COMMAND...: of processor time, user and system: what else runs here must not matter.
# Both programs have one thread and wait for nothing.
seconds() {
	local used TIMEFORMAT='%3U %3S'

	used=$({ time "$@" >/dev/null 2>&3; } 3>&2 2>&1) || return 1
	awk '{ print $1 + $2 }' <<<"$used"
}

# measure NAME LOG [OPTION...]
measure() {
	local name=$1 log=$2 i ours theirs
	shift 2

	for ((i = 0; i < rounds; i++)); do
		ours=$(seconds "$build/v4map" log verify "$@" "$log")
		theirs=$(seconds sha256sum "$log")
		echo "$ours $theirs"
	done | awk -v name="$name" -v lines="$lines" -v bytes="$(stat -c %s "$log")" -v bar=$bar '
		NR == 1 || $1 < verify { verify = $1 }
		NR == 1 || $2 < sum { sum = $2 }
		END {
			if (NR == 0)
				exit 1
			printf "%-14s %8d records/s  %6.1f MB/s  sha256sum %6.1f MB/s  ratio %.2f\n",
				name, lines / verify, bytes / verify / 1e6, bytes / sum / 1e6,
				verify / sum
			if (lines / verify < bar) {
				printf "below the bar of %d records/s\n", bar
				exit 1
			}
		}'
}

"$build/v4map" log keygen "$T/key" >/dev/null
"$build/tests/make-log" -n "$lines" -c 1000 -w 10000 "$T/log"
"$build/tests/make-log" -n "$lines" -c 1000 -w 10000 -k "$T/key" "$T/keyed"
measure plain "$T/log"
measure "a key" "$T/keyed" --key-file "$T/key"
measure checkpoints "$T/log" --checkpoints "$T/log.checkpoints"
