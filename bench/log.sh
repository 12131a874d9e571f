#!/bin/bash
# SPDX-License-Identifier: MIT
# How many records a second go from the ring through v4mapd into the log, beside dd(1), which
# only writes as many bytes in as many write(2): what any logger must do.   usage: log.sh [BUILD]   COUNT=N: records
# Both take turns, ROUNDS times, on the folder of TMPDIR; the best round counts.  By the clock, and
# in v4mapd's and dd's processor time, so that neighbours do not matter.  Fails below the bar, which
# is for the latter.
set -euo pipefail
build=$(realpath "${1:-build}")
count=${COUNT:-300000}
rounds=${ROUNDS:-3}
bar=100000 # records a second

T=$(mktemp -d "${TMPDIR:-/tmp}/v4map-bench.XXXXXX")
loader=''
# v4mapd ends by itself when its server, here `load`, does.
trap '[ -z "$loader" ] || kill "$loader" 2>/dev/null; rm -rf "$T"' EXIT
log=$T/v4map.jsonl
echo "audit: {file: $log}" >"$T/policy.yaml"
ticks=$(getconf CLK_TCK)

now() {
	echo "${EPOCHREALTIME/[.,]/}"
}

# Microseconds of processor time that v4mapd has used so far, its two processes together.
used_by_daemon() {
	pgrep -f "^$build/v4mapd $T/" | sed 's|.*|/proc/&/stat|' | xargs cat |
		awk -v ticks="$ticks" '{ used += $14 + $15 } END { printf "%d", used * 1e6 / ticks }'
}

# Prints how long it took until all was written, and the processor time that this took v4mapd.
load() {
	local begun

	rm -f "$log"
	begun=$(now)
	"$build/tests/faults/load" -h "$count" "$build/v4mapd" "$T/policy.yaml" >"$T/load.log" &
	loader=$!
	until [ -s "$log" ] && tail -n 100 "$log" | grep -q "\"record\":$count,"; do
		kill -0 "$loader"
		sleep 0.01
	done
	echo $(($(now) - begun)) "$(used_by_daemon)"
	kill "$loader"
	wait "$loader" 2>/dev/null || true
	loader=''
	flock -w 30 "$log" true
}

# As many writes of as many bytes: the same for dd.
write() {
	local begun used TIMEFORMAT='%3U %3S'

	begun=$(now)
	used=$({ time dd if="$log" of="$T/plain" bs=$(($(stat -c %s "$log") / $(wc -l <"$log"))) \
		conv=fdatasync status=none 2>&3; } 3>&2 2>&1)
	echo $(($(now) - begun)) "$(awk '{ printf "%d", ($1 + $2) * 1e6 }' <<<"$used")"
}

for ((i = 0; i < rounds; i++)); do
	load >"$T/ours"
	write >"$T/theirs"
	paste -d ' ' "$T/ours" "$T/theirs"
done | awk -v bar=$bar -v count="$count" '
	{
		for (i = 1; i <= 4; i++)
			if (NR == 1 || count / $i > rate[i])
				rate[i] = count / $i
	}
	END {
		if (NR == 0)
			exit 1
		printf "%-14s %8d records/s  dd %d writes/s  ratio %.2f\n", "log",
			rate[1] * 1e6, rate[3] * 1e6, rate[1] / rate[3]
		printf "%-14s %8d records/s  dd %d writes/s  ratio %.2f\n", "log, processor",
			rate[2] * 1e6, rate[4] * 1e6, rate[2] / rate[4]
		if (rate[2] * 1e6 < bar) {
			printf "below the bar of %d records/s\n", bar
			exit 1
		}
	}'
