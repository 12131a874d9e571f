# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# For the tests beside it: each runs cases on the stand-in OpenVPN (stand-in.c tells how a case is
# written) and says in TAP what came of it.  $T is a folder that goes when the test does.

here=$(dirname "${BASH_SOURCE[0]}")
BUILD=${V4MAP_BUILD:-$(realpath "$here/../../build")}
VERSION=$(cat "$here/../../VERSION")
stand_in=$BUILD/tests/openvpn-stand-in
T=$(mktemp -d "${TMPDIR:-/tmp}/v4map-host.XXXXXX")
log=$T/log.jsonl
. "$here/../tap.sh"
trap 'daemon_gone; rm -rf "$T"' EXIT
umask 027

# Is the build one that the sanitizers watch?  They allocate and call the system as they like.
sanitized() {
	nm "$stand_in" 2>/dev/null | grep -q __asan_init
}

# v4mapd's processes of this test: they carry the policy's path.
daemon_pids() {
	local process

	grep -lsF "$T/" /proc/[0-9]*/cmdline | while read -r process; do
		process=${process%/cmdline}
		[ "$(readlink "$process/exe")" != "$BUILD/v4mapd" ] || echo "${process#/proc/}"
	done
}

# Wait until v4mapd has written its last line and ended: at most 10 s.
daemon_gone() {
	[ ! -e "$log" ] || flock -w 10 "$log" true || return
	for _ in {1..100}; do
		[ -n "$(daemon_pids)" ] || return 0
		sleep 0.05
	done
	return 1
}

# run CASE...: a case from these files, or from standard input; what it prints, made the same
# for all places and times.
run() {
	{
		cat "$@" | "$stand_in" "$BUILD" "$T" 2>&1 || echo "OpenVPN ends with status $?"
	} 2>/dev/null | sed -e "s|$T|@DIR@|g" -e "s|$BUILD|@BUILD@|g" -e "s|v4map $VERSION|v4map VERSION|"
}

# The log's events in short: one line each, first what the plugin recorded, then what v4mapd did;
# how the two mix depends on the moment.
events() {
	[ -e "$log" ] || return 0
	jq -a -s -f "$here/events.jq" "$log" |
		sed -e 's/^"//; s/"$//; s/\\"/"/g' -e "s|$T|@DIR@|g"
}

# Is the log's sequence 1, 2, 3 to its end, and the end a good one?
log_is_whole() {
	[ ! -e "$log" ] || [ "$(jq -s '[.[].event.sequence] == [range(1; length + 1)] and
		[.[-2:][].event.action] == ["stopped", "checkpoint"]' "$log")" = true ]
}

# The stand-in for a test that does something else in between: begin, `ask LINE...` as often as
# need be (prints what the lines gave), end.
begin() {
	coproc SERVER { exec "$stand_in" "$BUILD" "$T" 2>&1; }
	server=$SERVER_PID
	exec {to}>&"${SERVER[1]}"- {from}<&"${SERVER[0]}"-
}

ask() {
	local line

	printf '%s\n' "$@" "mark end" >&"$to" & # both pipes may fill
	while IFS= read -r line <&"$from" && [ "$line" != "--- end" ]; do
		echo "$line"
	done
	wait $!
}

# routed NAME: what a client of that name is given.
routed() {
	ask "client $1 udp6 198.51.100.11 53779" "connect $1" | sed -n 's/^    //p'
}

end() {
	exec {to}>&-
	cat <&"$from" >/dev/null
	exec {from}<&-
	wait "$server"
	daemon_gone
}

# logged ACTION COUNT: wait until so many are in the log, at most 5 s.
logged() {
	for _ in {1..100}; do
		[ "$(jq -r .event.action "$log" 2>/dev/null | grep -cx "$1")" -lt "$2" ] || return 0
		sleep 0.05
	done
	return 1
}

# v4mapd's worker: the one of its processes that another of them started.
worker() {
	local pids pid

	pids=$(daemon_pids)
	for pid in $pids; do
		grep -qxF "$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status" 2>/dev/null)" \
			<<<"$pids" && echo "$pid"
	done
}
