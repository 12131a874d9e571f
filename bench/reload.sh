#!/bin/bash
# SPDX-License-Identifier: MIT
# What it costs to replace a prefix list of a million blocks, under a policy of 1,000 rules, while
# clients come and go: the image, the compiling, and the longest hook.   usage: reload.sh [BUILD]
#	LISTS=N: so often
# Fails above the bars.  Times are of processor, since the clock counts what else runs here, too; a
# machine that is itself a guest counts its host's as well, so the bar is for the median.
set -euo pipefail
build=$(realpath "${1:-build}")
lists=${LISTS:-15}
here=$(dirname "$0")
image_bar=32 compile_bar=2000 hook_bar=1000 # MiB, ms, us

T=$(mktemp -d "${TMPDIR:-/tmp}/v4map-bench.XXXXXX")
loader=''
# v4mapd ends by itself when its server, here `reload`, does.
trap '[ -z "$loader" ] || kill "$loader" 2>/dev/null; rm -rf "$T"' EXIT
# shellcheck source=bench/lib.sh
. "$here/lib.sh"

make_list "$T/even.txt" 0
make_list "$T/odd.txt" 1
cp "$T/even.txt" "$T/known.txt"
make_policy "$T/v4map.jsonl" "$T/known.txt" >"$T/policy.yaml"

# ms COMMAND...: the processor's.
ms() {
	local TIMEFORMAT='%3U %3S'

	{ time "$@" >/dev/null; } 2>&1 | tail -n 1 | awk '{ printf "%d", ($1 + $2) * 1000 }'
}

# begin NAME: clients, one each 300 us, until `finish`.
begin() {
	mkfifo "$T/$1.in"
	"$build/bench/reload" 300 "$build/v4map.so" "$T/policy.yaml" "v4mapd=$build/v4mapd" \
		<"$T/$1.in" >"$T/$1" &
	loader=$!
	exec 3>"$T/$1.in"
	rm "$T/$1.in"
}

finish() {
	exec 3>&-
	wait "$loader"
	loader=''
	flock -w 30 "$T/v4map.jsonl" true
}

# Bytes of the image that the server has mapped.
image_size() {
	local from to

	IFS=' -' read -r from to _ < <(grep memfd:v4map-policy "/proc/$loader/maps")
	echo $((0x$to - 0x$from))
}

in_force() {
	local i

	for ((i = 0; i < 300; i++)); do
		! grep -q "policy generation $1 is in force" "$T/replaced" || return 0
		sleep 0.1
	done
	echo "reload.sh: generation $1 did not come" >&2
	return 1
}

begin quiet
sleep 4
finish
begin replaced
sleep 0.5
for ((i = 1; i <= lists; i++)); do
	if ((i % 2)); then cp "$T/odd.txt" "$T/next"; else cp "$T/even.txt" "$T/next"; fi
	mv "$T/next" "$T/known.txt"
	in_force $((i + 1))
	sleep 0.5
done
size=$(image_size)
finish
if grep -q '"action":"gap"' "$T/v4map.jsonl"; then
	echo "v4mapd could not follow: some records were lost"
	exit 1
fi
compile=$(ms "$build/v4map" check --policy "$T/policy.yaml")
# From one list to the next, one that takes it over and some hundred clients: the longest hook of each.
grep '^[0-9]' "$T/replaced" | tail -n "$lists" | sort -n -k 2 >"$T/longest"
awk -v size="$size" -v compile="$compile" -v cat="$(ms cat "$T/known.txt")" -v lists="$lists" \
	-v quiet="$(awk '/^[0-9]/ { us = $2 / 1e3 } END { print us }' "$T/quiet")" \
	-v image_bar=$image_bar -v compile_bar=$compile_bar -v hook_bar=$hook_bar '
	{ cpu[NR] = $2 / 1e3; clients += $3 }
	END {
		if (NR != lists)
			exit 1
		median = cpu[int((NR + 1) / 2)]
		printf "%-14s %8.1f MiB of image\n", "reload", size / 1048576
		printf "%-14s %8d ms to compile it  cat %d ms  ratio %.0f\n", "", compile, cat, compile / (cat > 0 ? cat : 1)
		printf "%-14s %8.0f us for the longest hook around a new list, median of %d  most %.0f  none new %.0f\n",
			"", median, lists, cpu[NR], quiet
		if (size >= image_bar * 1048576 || compile >= compile_bar || median >= hook_bar) {
			printf "above the bar of %d MiB, %d ms or %d us\n", image_bar, compile_bar, hook_bar
			exit 1
		}
	}' "$T/longest"
