#!/bin/bash
# SPDX-License-Identifier: MIT
# How many records a second go from the ring through v4mapd into the log, beside dd(1), which
# only writes as many bytes in as many write(2): what any logger must do.   usage: log.sh [BUILD]   COUNT=N: records
# Both take turns, ROUNDS times, on the folder of TMPDIR; the best round counts.  Fails below the bar.
set -euo pipefail
build=$(realpath "${1:-build}")
count=${COUNT:-300000}
rounds=${ROUNDS:-3}
bar=100000 # records a second

T=$(mktemp -d "${TMPDIR:-/tmp}/v4map-bench.XXXXXX")
# v4mapd ends by itself when its server, here `load`, does.
trap 'rm -rf "$T"' EXIT
log=$T/v4map.jsonl
echo "audit: {file: $log}" >"$T/policy.yaml"

# The lock of the log is v4mapd's until all is written.
seconds_of_load() {
	local begun=${EPOCHREALTIME/[.,]/}

	rm -f "$log"
	"$build/tests/faults/load" "$count" "$build/v4mapd" "$T/policy.yaml" >"$T/load.log"
	flock -w 30 "$log" true
	echo $((${EPOCHREALTIME/[.,]/} - begun))
}
# As many writes of as many bytes.
seconds_of_write() {
	local begun=${EPOCHREALTIME/[.,]/}

	dd if="$log" of="$T/plain" bs=$(($(stat -c %s "$log") / lines)) conv=fdatasync status=none
	echo $((${EPOCHREALTIME/[.,]/} - begun))
}

for ((i = 0; i < rounds; i++)); do
	ours=$(seconds_of_load)
	lines=$(wc -l <"$log")
	echo "$ours $lines $(seconds_of_write)"
done | awk -v bar=$bar '
	NR == 1 || $2 / $1 > log_rate { log_rate = $2 / $1 }
	NR == 1 || $2 / $3 > plain { plain = $2 / $3 }
	END {
		printf "%-14s %8d records/s  dd %d writes/s  ratio %.2f\n",
			"log", log_rate * 1e6, plain * 1e6, log_rate / plain
		if (log_rate * 1e6 < bar) {
			printf "below the bar of %d records/s\n", bar
			exit 1
		}
	}'
