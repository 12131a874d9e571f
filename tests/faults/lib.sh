# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Faults on top of what tests/host brings: a load of records (load.c) on v4mapd, disks of our own,
# and what must hold whatever happened.
#
#	policy 'sync-interval: 100ms'    the policy file: `audit` with these keys
#	load -r 1000 100000              records begin to come; ${loader} is the process
#	proven                           v4mapd has ended, the log is whole, nothing is there twice
#
. "$(dirname "${BASH_SOURCE[0]}")/../host/lib.sh"
trap 'faults_down' EXIT

state=$T/state
loader=''

# policy [KEYS]: of the audit mapping.
policy() {
	echo "audit: {file: $log${1:+, $1}}" >"$T/policy.yaml"
}

start_load() {
	rm -f "$T/load.log" "$state"
	"$BUILD/tests/faults/load" -s "$state" "$@" "$BUILD/v4mapd" "$T/policy.yaml" \
		>"$T/load.log" 2>&1 &
	loader=$!
}

# load OPTION... COUNT: in the background, and under way when it returns.
load() {
	start_load "$@"
	wait_until 15 load_runs && grep -q '^run ' "$T/load.log"
}

kill_loader() {
	kill -KILL "$loader"
	wait "$loader" 2>/dev/null
}

# v4mapd writes its last line and ends: at most 15 s.
ended() {
	wait_until 15 no_daemon
}
no_daemon() {
	[ -z "$(daemon_pids)" ]
}

load_runs() {
	grep -qs '^run ' "$T/load.log" || gone "$loader"
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

# put, lost, durable: as the loader counted them.
put() {
	od -An -td8 -j0 -N8 "$state" | tr -d ' '
}
lost() {
	od -An -td8 -j8 -N8 "$state" | tr -d ' '
}
durable() {
	od -An -td8 -j16 -N8 "$state" | tr -d ' '
}

put_is_at_least() {
	[ "$(put)" -ge "$1" ]
}

# In a mount namespace of our own from here on: the kernel takes the disks back when we end.
needs_disks() {
	local folder=$T

	[ -z "${V4MAP_FAULTS:-}" ] || return 0
	trap - EXIT
	rm -rf "$folder"
	[ "$(id -u)" = 0 ] || skip_all "needs root"
	[ -e /dev/loop-control ] || skip_all "needs loop devices"
	V4MAP_FAULTS=1 exec unshare -m "$BASH" "$0"
}

# disk NAME MIB [OPTION...]: an ext4 of its own at $T/NAME, with these options of mount.
disk() {
	mkdir "$T/$1" &&
		truncate -s "$2M" "$T/$1.img" &&
		mkfs.ext4 -q -F "$T/$1.img" &&
		plug_in "$1" "${@:3}"
}
plug_in() {
	mount -o "loop${2:+,$2}" "$T/$1.img" "$T/$1"
}
pull_out() {
	wait_until 10 umount "$T/$1" 2>/dev/null
}

replug() {
	pull_out "$1" && plug_in "$@"
}

# wait_until SECONDS COMMAND...: try until it succeeds.
wait_until() {
	local deadline=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))

	shift
	until "$@"; do
		((${EPOCHREALTIME/[.,]/} < deadline)) || return 1
		sleep 0.02
	done
}

# Up to so many milliseconds, at random.
sleep_random() {
	sleep "0.$(printf %03d $((RANDOM % $1)))"
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

# worker_of SUPERVISOR: quicker, and fails when there is none.
worker_of() {
	pgrep -P "$1"
}

supervisor() {
	ps -o ppid= -p "$(worker)" | tr -d ' '
}

# count_of ACTION [FILE...]: events of that kind.
count_of() {
	local action=$1

	shift
	cat "${@:-$log}" 2>/dev/null | grep -c "\"action\":\"$action\""
}

# verified FILE...: the chain holds, the sequences and each run's records have no gap.
verified() {
	"$BUILD/v4map" log verify "$@" >"$T/verify" 2>&1
	ok $? "${what:-the chain verifies and no record is missing or there twice}" ||
		sed 's/^/# /' "$T/verify"
}

# of_verify WORD: the number that verify gave for it.
of_verify() {
	awk -v word="$1" '$0 ~ "^" word { print $NF; exit }' "$T/verify"
}

faults_down() {
	[ -z "$loader" ] || kill -KILL "$loader" 2>/dev/null
	ended || daemon_pids | xargs -r kill -KILL
	findmnt -rno TARGET | grep "^$T/" | xargs -r umount -l
	rm -rf "$T"
}
