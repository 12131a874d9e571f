#!/bin/bash
# SPDX-License-Identifier: MIT
# A line of each kind with every field; cases/ shows them in short.  whole-line.want begins with
# what all lines have in common.
# What differs from run to run is replaced by its kind.  UPDATE=1 writes the .want file anew.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"
want=$here/whole-line.want

run >"$T/out" <<'E'
policy
  translators: ["64:ff9b::/96"]
  rules:
    - name: translated
      when: {form: translated}
      routes: [10.4.0.0/16]
    - name: not-c2
      when: {common-name: c2}
      deny: c2 is on leave
open
client c1 udp6 64:ff9b::707:707 53779
cert c1 c1 0c:01 c1:0f:fe:e0:c1:0f:fe:e0
env c1 username=alice
connect c1
disconnect c1
client c2 udp6 198.51.100.12 53779
connect c2
client c3 udp6 2001:db8:2::13 53779
cert c3 c3 0c:03 c3:0f:fe:e0:c3:0f:fe:e0
env c3 username=carol
connect c3
destroy c3
E
daemon_gone
got=$(
	jq -S --arg version "$VERSION" --arg dir "$T/" '
		def replace(path; kind; form): if path | tostring | test("^(" + form + ")$") then path = kind
			else . end;
		replace(."@timestamp"; "TIME"; "[-0-9]{10}T[0-9:]{8}\\.[0-9]{6}Z")
		| replace(.event.hash; "SHA-256"; "[0-9a-f]{64}")
		| replace(.host.name; "HOST"; ".+")
		| replace(.process.pid; "PID"; "[1-9][0-9]*")
		| replace(.observer.version; "VERSION"; $version)
		| replace(.v4map.run; "RUN"; "[0-9a-f]{16}")
		| if .v4map.session then .v4map.session |= sub("^[0-9a-f]{16}-"; "RUN-") else . end
		| if .v4map.checkpoint then replace(.v4map.checkpoint.hash; "SHA-256"; "[0-9a-f]{64}")
			else . end
		| if .v4map.sha256 then replace(.v4map.sha256; "SHA-256"; "[0-9a-f]{64}") else . end
		| if .v4map.file then .v4map.file |= sub("^" + $dir; "") else . end
	' "$log" | jq -S -s '
		(map({ecs, host, observer, process} + {v4map: .v4map | {run, schema}}) | unique[]),
		(sort_by(.v4map.record // 1000) | unique_by(.event.action) | sort_by(.v4map.record // 1000)[]
			| del(.ecs, .host, .observer, .process, .v4map.run, .v4map.schema, .event.sequence))
	'
)
[ -z "$UPDATE" ] || echo "$got" >"$want"
is "$got" "$(cat "$want")" "every field of every line"
plan
