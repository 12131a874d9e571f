#!/bin/bash
# SPDX-License-Identifier: MIT
# How fast `v4map addr --json -` says what each line of a log of addresses is, beside a Python
# script that does the same with the ipaddress module.   usage: addr.sh [BUILD]
# Both run in turn, ROUNDS times, on the same mix of forms from the page cache; the fastest round
# counts, in seconds of processor, which a busy machine hardly changes.  Fails below the bar.
set -euo pipefail
build=${1:-build}
lines=${LINES:-1000000}
rounds=${ROUNDS:-3}
share=20    # Python gets one line of so many
bar=1000000 # lines a second

T=$(mktemp -d "${TMPDIR:-/tmp}/v4map-bench.XXXXXX")
trap 'rm -rf "$T"' EXIT

awk -v lines="$lines" '
	function byte() { return int(rand() * 256) }
	function group() { return sprintf("%x", int(rand() * 65536)) }
	function ipv4() { return byte() "." byte() "." byte() "." byte() }
	BEGIN {
		srand(5952)
		for (; lines > 0; lines--) {
			form = lines % 7
			if (form == 0) print ipv4()
			if (form == 1) print "::ffff:" ipv4()
			if (form == 2) print "64:ff9b::" ipv4()
			if (form == 3) print "2002:" group() ":" group() "::1"
			if (form == 4) print "2001:db8:" group() "::" group()
			if (form == 5) print "2001:db8:" group() ":" group() ":" group() ":" \
				group() ":" group() ":" group()
			if (form == 6) print ipv4() ".0"
		}
	}' >"$T/lines"
head -n $((lines / share)) "$T/lines" >"$T/fewer"

cat >"$T/addr.py" <<'END'
import ipaddress, json, sys
OURS = ipaddress.ip_network("64:ff9b::/96")
for line in sys.stdin:
    text = line.rstrip("\n")
    said = {"address": text}
    try:
        ip = ipaddress.ip_address(text)
        form, embedded, mismatches = "native", None, []
        if ip.version == 6:
            if ip.ipv4_mapped:
                form, ip, mismatches = "mapped", ip.ipv4_mapped, ["mapped-peer"]
                embedded = str(ip)
            elif ip in OURS:
                form, mismatches = "translated", ["translated-peer"]
                ip = ipaddress.IPv4Address(int(ip) & 0xffffffff)
                embedded = str(ip)
            elif ip.sixtofour:
                form, embedded = "6to4", str(ip.sixtofour)
                mismatches = ["embedded-ipv4"]
            elif ip.teredo:
                form, embedded = "teredo", str(ip.teredo[1])
                mismatches = ["embedded-ipv4"]
        said.update(ip=str(ip), family="ipv%d" % ip.version, form=form, embedded=embedded,
            translator=str(OURS) if form == "translated" else None, mismatches=mismatches)
    except ValueError:
        said["error"] = "not an IPv4 or IPv6 address"
    print(json.dumps(said))
END

# seconds FILE COMMAND...: of processor; that some lines are no addresses is meant
seconds() {
	local file=$1 TIMEFORMAT='%U %S'
	shift

	{ time "$@" <"$file" >/dev/null || [ $? = 1 ]; } 2>&1 | awk '{ printf "%.3f\n", $1 + $2 }'
}

for ((i = 0; i < rounds; i++)); do
	ours=$(seconds "$T/lines" "$build/v4map" addr --json --translator 64:ff9b::/96 -)
	theirs=$(seconds "$T/fewer" python3 "$T/addr.py")
	echo "$ours $theirs"
done | awk -v lines="$lines" -v fewer=$((lines / share)) -v bar=$bar '
	NR == 1 || $1 < addr { addr = $1 }
	NR == 1 || $2 < python { python = $2 }
	END {
		printf "%-14s %8d lines/s  python3 ipaddress %d lines/s  ratio %.1f\n", "addr",
			lines / addr, fewer / python, lines / addr / (fewer / python)
		if (lines / addr < bar) {
			printf "below the bar of %d lines/s\n", bar
			exit 1
		}
	}'
