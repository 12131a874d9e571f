#!/bin/bash
# SPDX-License-Identifier: MIT
# What CLIENT_CONNECT_V2 costs with 1,000 rules and a prefix list of a million blocks, with v4mapd
# at work, beside a plugin that does nothing and client-connect scripts in sh and in Python, which
# only give routes by family and name.   usage: hooks.sh [BUILD]   COUNT=N: clients
# Of ROUNDS rounds the best counts, since a neighbour can only add.  Fails above the bars, in time of
# processor, since the clock counts what else runs here, too.
set -euo pipefail
build=$(realpath "${1:-build}")
count=${COUNT:-20000}
rounds=${ROUNDS:-3}
here=$(dirname "$0")
median_bar=10 worst_bar=50 # us: p50, p99

T=$(mktemp -d "${TMPDIR:-/tmp}/v4map-bench.XXXXXX")
# v4mapd ends by itself when its server, here `hooks`, does; the lock of the log is its own.
trap 'rm -rf "$T"' EXIT
# shellcheck source=bench/lib.sh
. "$here/lib.sh"

make_list "$T/known.txt" 0
make_policy "$T/v4map.jsonl" "$T/known.txt" >"$T/policy.yaml"

cat >"$T/connect.sh" <<'END'
#!/bin/sh
case $common_name in
site-00*) site="10.30.0.0 255.255.0.0" ;;
*) site="10.40.0.0 255.255.0.0" ;;
esac
{
	echo "push \"route 10.20.0.0 255.255.0.0\""
	echo "push \"route $site\""
	[ -z "$trusted_ip6" ] || echo 'push "route-ipv6 fd00:20::/48"'
} >"$1"
END
cat >"$T/connect.py" <<'END'
#!/usr/bin/env python3
import ipaddress, os, sys
peer = ipaddress.ip_address(os.environ.get("trusted_ip6") or os.environ["trusted_ip"])
name = os.environ.get("common_name", "")
routes = ["10.20.0.0/16", "10.30.0.0/16" if name.startswith("site-00") else "10.40.0.0/16"]
if peer.version == 6:
    routes.append("fd00:20::/48")
with open(sys.argv[1], "w") as config:
    for route in map(ipaddress.ip_network, routes):
        if route.version == 4:
            config.write('push "route %s %s"\n' % (route.network_address, route.netmask))
        else:
            config.write('push "route-ipv6 %s"\n' % route)
END
chmod +x "$T/connect.sh" "$T/connect.py"

hooks=$build/bench/hooks
best=''
for ((i = 0; i < rounds; i++)); do
	"$hooks" plugin "$count" "$build/v4map.so" "$T/policy.yaml" "v4mapd=$build/v4mapd" >"$T/round"
	flock -w 30 "$T/v4map.jsonl" true
	worst=$(awk '$1 == "all" { print $7 }' "$T/round")
	[ -z "$best" ] || [ "$worst" -lt "$best" ] || continue
	best=$worst
	cp "$T/round" "$T/v4map"
done
{
	"$hooks" plugin "$count" "$build/bench/noop.so" | sed -n 's/^all/no-op/p'
	sed 's/^all/v4map/' "$T/v4map"
	"$hooks" script 300 "$T/connect.sh" "$T" | sed 's/^all/sh/'
	"$hooks" script 100 "$T/connect.py" "$T" | sed 's/^all/python3/'
} >"$T/times"
if grep -q '"action":"gap"' "$T/v4map.jsonl"; then
	echo "v4mapd could not follow: some records were lost, and their hooks had less to do"
	exit 1
fi

awk -v median_bar=$median_bar -v worst_bar=$worst_bar '
	BEGIN {
		printf "%-14s %8s %10s %10s %10s   us, of processor %9s %10s\n",
			"hooks", "clients", "p50", "p99", "max", "p50", "p99"
	}
	{
		if ($1 == "v4map") { wall = $3; median = $6; worst = $7 }
		name = $1
		if ($1 == "known") name = "  a known kind"
		if ($1 == "new") name = "  a new kind"
		printf "%-14s %8d %10.1f %10.1f %10.1f %27.1f %10.1f", name, $2, $3 / 1e3, $4 / 1e3,
			$5 / 1e3, $6 / 1e3, $7 / 1e3
		if ($1 == "sh" || $1 == "python3")
			printf "  ratio %.0f", $3 / wall
		print ""
	}
	END {
		if (median >= median_bar * 1e3 || worst >= worst_bar * 1e3) {
			printf "above the bar of %d us for p50, %d us for p99\n", median_bar, worst_bar
			exit 1
		}
	}' "$T/times"
