#!/bin/bash
# SPDX-License-Identifier: MIT
# `v4map log sessions` and `v4map log who`: records put together again.
. "$(dirname "$0")/lib.sh"

cd "$T" || exit 1
v4map() {
	LC_ALL=C "$BUILD/v4map" log "$@" 2>&1
}

"$BUILD/tests/make-log" -n 32 -r 16 -w 11 made
v4map sessions made made.1 >out
is "$(cat out)" "\
WHO      FROM                      OVER             TUNNEL                  BEGAN                     LASTED  IN        OUT     ENDED
alice    198.51.100.11:40000       udp4             10.8.0.2, fd00:8::1000  2026-01-02 00:00:03.123Z  1h 02m  123.5 MB  4.6 kB  disconnected
bob      126.10.13.2:40000         udp6 mapped      10.8.0.3                2026-01-02 00:00:06.123Z  1h 02m  123.5 MB  4.6 kB  disconnected
mallory  [2002:c000:204::1]:40000  udp6 6to4                                2026-01-02 00:00:08.123Z                            refused: no-transition-addresses
dana     192.0.2.33:40000          udp6 translated  fd00:8::1001            2026-01-02 00:00:09.123Z  3s                        abandoned: no-disconnect-hook
alice    198.51.100.11:40000       udp4             10.8.0.2, fd00:8::1000  2026-01-02 00:00:18.123Z  1h 02m  123.5 MB  4.6 kB  disconnected
bob      126.10.13.2:40000         udp6 mapped      10.8.0.3                2026-01-02 00:00:21.123Z  1h 02m  123.5 MB  4.6 kB  disconnected
mallory  [2002:c000:204::1]:40000  udp6 6to4                                2026-01-02 00:00:23.123Z                            refused: no-transition-addresses
dana     192.0.2.33:40000          udp6 translated  fd00:8::1001            2026-01-02 00:00:24.123Z  3s                        abandoned: no-disconnect-hook
alice    198.51.100.11:40000       udp4                                     2026-01-02 00:00:32.123Z  0s+                       open" \
	"one row a session, over two files and three runs"
is "$(v4map sessions --json made.1 made | sed -n '2{p;q}')" "$(tr -d '\n\t' <<'J'
{"session":"00000000a0000001-2","name":"bob","peer":"126.10.13.2:40000",
	"last_peer":"126.10.13.2:40000","form":"mapped","transport":"udp","listener":"ipv6",
	"tunnel":["10.8.0.3"],"began":"2026-01-02T00:00:06.123456Z",
	"ended":"2026-01-02T00:00:11.123456Z","end":"disconnected","reason":null,
	"duration_s":3723,"bytes_in":123456789,"bytes_out":4567}
J
)" "as JSON"

# A log written by hand: record TIME ACTION SESSION [MORE-JSON].
sequence=0
record() {
	sequence=$((sequence + 1))
	jq -cn --arg time "2026-01-02T$1.000000Z" --arg action "$2" --arg session "$3" \
		--argjson more "${4:-{\}}" --argjson sequence $sequence '
		{"@timestamp": $time, event: {hash: ("0" * 64), sequence: $sequence, action: $action},
		v4map: ({run: ($session | split("-")[0])} + if $session | contains("-") then {session: $session} else {} end)}
		* $more'
}
from() {
	printf '{"source":{"ip":"%s","port":%d,"address":"%s"},"user":{"name":"%s"}}' "$1" "$2" "${4:-$1}" "$3"
}
learned() {
	printf '{"source":{"ip":"%s","port":%d},"user":{"name":"%s"},"v4map":{"tunnel":{"address":"%s"}}}' "$@"
}
{
	record 10:00:00 disconnected r0-9 '{"user":{"name":"early"},"source":{"ip":"192.0.2.9"},"event":{"duration":60000000000}}'
	record 10:00:00 started r1
	record 10:00:01 authorised r1-1 "$(from 192.0.2.1 1001 ann)"
	record 10:00:02 address r1-1 "$(learned 192.0.2.1 1001 ann 10.8.0.2)"
	record 10:00:03 authorised r1-2 "$(from 192.0.2.1 1002 ben)"
	record 10:00:04 address r1-2 "$(learned 192.0.2.1 1002 ben 10.9.0.0/24)"
	record 10:01:00 authorised r1-3 "$(from 2001:db8::3 1003 ann)"
	record 10:01:01 address r1-3 "$(learned 2001:db8::3 1003 ann 10.8.0.2)"
	record 10:02:00 disconnected r1-2 "$(from 192.0.2.22 2002 ben)"
	record 10:03:00 disconnected r1-1 "$(from 192.0.2.1 1001 ann)"
	record 11:00:00 stopped r1
	record 11:00:01 started r2
	record 11:00:02 authorised r2-1 "$(from 192.0.2.5 1005 cleo ::ffff:192.0.2.5)"
	record 12:00:00 started r3
	record 12:00:01 authorised r3-1 '{"source":{"ip":"198.51.100.0","address":"198.51.100.0/24"},"user":{"name":"dora"}}'
} >log

is "$(v4map sessions log | sed 's/  */ /g')" "\
WHO FROM OVER TUNNEL BEGAN LASTED IN OUT ENDED
early 192.0.2.9 2026-01-02 09:59:00.000Z 1m 00s 0 B 0 B disconnected
ann 192.0.2.1:1001 10.8.0.2 2026-01-02 10:00:01.000Z 2m 59s disconnected
ben 192.0.2.1:1002 10.9.0.0/24 2026-01-02 10:00:03.000Z 1m 57s disconnected, last at 192.0.2.22:2002
ann [2001:db8::3]:1003 10.8.0.2 2026-01-02 10:01:00.000Z 59m 00s server-ended
cleo 192.0.2.5:1005 2026-01-02 11:00:02.000Z 59m 58s lost
dora 198.51.100.0/24 2026-01-02 12:00:01.000Z 0s+ open" "every way to end"

# who STATUS TIME ADDRESS: as what, who and from where; remarks; the status if it is another.
who() {
	local status

	v4map who --at "2026-01-02 $2" "$3" log >out
	status=$?
	sed -n 's/^v4map log: who: /# /p' out
	sed '/^AS /d; /^v4map/d; s/  */ /g; s/ 2026-.*//; s/ 10\.[89].*//' out
	[ "$status" = "$1" ] || echo "status $status"
}
is "$(who 0 10:00:30 10.8.0.2)" "tunnel ann 192.0.2.1:1001" "who: a tunnel address"
is "$(who 0 10:00:30 ::ffff:10.8.0.2)" "tunnel ann 192.0.2.1:1001" "who: v4-mapped it is the same"
is "$(who 1 10:00:01 10.8.0.2)" "# nobody, as far as the log tells" "who: not before it was learned"
is "$(who 0 10:01:30 10.8.0.2)" "tunnel ann [2001:db8::3]:1003" "who: a returning client has taken it over"
is "$(who 0 10:00:30 10.9.0.77)" "tunnel ben 192.0.2.1:1002" "who: a network behind a client"
is "$(who 0 10:00:30 192.0.2.1)" "# 2 sessions are possible
peer ann 192.0.2.1:1001
peer ben 192.0.2.1:1002" "who: two behind a NAT"
is "$(who 0 10:02:00 192.0.2.1 | grep -c ben)" 1 "who: to the last moment"
is "$(who 0 10:02:01 192.0.2.1)" "peer ann 192.0.2.1:1001" "who: and no longer"
is "$(who 0 10:59:00 2001:db8::3)" "peer ann [2001:db8::3]:1003" "who: until the server ends"
is "$(who 1 11:00:01 2001:db8::3)" "# nobody, as far as the log tells" "who: and no longer either"
is "$(who 0 11:30:00 192.0.2.5)" "peer, possibly cleo 192.0.2.5:1005" "who: its end is not known"
is "$(who 0 12:00:01 198.51.100.77)" "peer, possibly dora 198.51.100.0/24" "who: the log keeps but a block"
is "$(who 0 12:30:00 198.51.100.77)" "# the log ends before that, at 2026-01-02T12:00:01.000000Z
peer, possibly dora 198.51.100.0/24" "who: after the log's end"
is "$(who 1 09:00:00 192.0.2.1)" "# the log begins later, at 2026-01-02T10:00:00.000000Z
# nobody, as far as the log tells" "who: before its beginning"
is "$(v4map who --json --at '2026-01-02 10:00:30' 10.8.0.2 log | jq -c '[.matched, .name, .tunnel]')" \
	'["tunnel","ann",["10.8.0.2"]]' "who: JSON"
is "$(v4map who --at now 10.8.0.2 log | cut -c -45)" "v4map log: --at: want a time like 2026-01-02T" "who: not a time"
is "$(v4map who --at 2026-01-02 10.8.0.0/24 log)" "v4map log: who: want one address, not the block '10.8.0.0/24'" \
	"who: not an address"
is "$(v4map who 10.8.0.2 log)" "v4map log: who: want --at TIME, an address and a log; see \`v4map log who --help\`" \
	"who: when?"
plan
