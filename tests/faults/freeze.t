#!/bin/bash
# SPDX-License-Identifier: MIT
# The log's disk freezes for 2 s, v4mapd is stopped for 5 s, syslog is stopped: a new client is
# admitted all the same, another client's ping through the tunnel does not notice, no hook waits,
# and every record is there afterwards.
. "$(dirname "$0")/../e2e/lib.sh"

if [ "$(id -u)" != 0 ] || [ ! -e /dev/loop-control ] || ! has_users; then
	skip_all "needs root and loop devices"
fi
[ -x "$BUILD/tests/openvpn-stand-in" ] || skip_all "no $BUILD/tests/openvpn-stand-in"
rsyslogd=$(command -v rsyslogd || echo /usr/sbin/rsyslogd)
[ -x "$rsyslogd" ] || skip_all "needs rsyslogd"
frozen='' stopped=()

thaw() {
	[ -z "$frozen" ] || fsfreeze -u "$T/disk"
	frozen=
}
go_on() {
	kill -CONT "${stopped[@]}"
	stopped=()
}
trap 'thaw; [ ${#stopped[@]} = 0 ] || go_on; stop_rsyslogd; finish' EXIT

freeze() {
	frozen=1
	fsfreeze -f "$T/disk"
}

# A /dev of our own, for a /dev/log of our own.
own_dev() {
	local node

	mkdir "$T/dev" && mount -t tmpfs -o mode=755 tmpfs "$T/dev" && mkdir "$T/dev/net" || return
	for node in null zero full random urandom net/tun; do
		cp -a "/dev/$node" "$T/dev/$node" || return
	done
	ln -s /proc/self/fd "$T/dev/fd" && mount --move "$T/dev" /dev
}

start_rsyslogd() {
	printf '%s\n' "global(workDirectory=\"$T\")" \
		'module(load="imuxsock" SysSock.Name="/dev/log" SysSock.RateLimit.Interval="0")' \
		"action(type=\"omfile\" file=\"$T/syslog\")" >"$T/rsyslog.conf"
	"$rsyslogd" -n -f "$T/rsyslog.conf" -i "$T/rsyslog.pid" </dev/null >"$T/rsyslog.log" 2>&1 &
	pid[rsyslogd]=$!
	wait_until 10 test -S /dev/log
}

stop_rsyslogd() {
	[ -z "${pid[rsyslogd]:-}" ] || stop rsyslogd KILL
}

# during NAME: a new client, c2, comes in while c1 pings; begin_NAME begins what is wrong, during_NAME
# finds that it is so, end_NAME ends it.
during() {
	local begun

	ping_begins c1 "$INSIDE4"
	wrong_since=${EPOCHREALTIME/[.,]/}
	"begin_$1"
	begun=${EPOCHREALTIME/[.,]/}
	client c2 udp4 'explicit-exit-notify 1'
	wait_for "$T/c2.log" 'Initialization Sequence Completed'
	ok $? "$1: a new client is admitted meanwhile"
	echo "# $1: it was in after $(((${EPOCHREALTIME/[.,]/} - begun) / 1000)) ms"
	"during_$1"
	ok $? "$1: and it still is wrong then"
	"end_$1"
	pinged "$1: the other client's ping has no gap"
	stop c2
}

# at_least SECONDS: since `during` began what is wrong.
at_least() {
	local left=$(($1 * 1000000 - ${EPOCHREALTIME/[.,]/} + wrong_since))

	[ "$left" -le 0 ] || sleep "$((left / 1000000)).$(printf %06d $((left % 1000000)))"
}

begin_disk() {
	freeze
	size=$(stat -c %s "$log")
}
during_disk() {
	[ "$(stat -c %s "$log")" = "$size" ]
}
end_disk() {
	at_least 2
	thaw
}

begin_v4mapd() {
	mapfile -t stopped < <(daemon_pids)
	kill -STOP "${stopped[@]}"
	sleep 3.2 # by then the plugin has noticed
}
during_v4mapd() {
	[ "$(ps -o stat= -p "$(IFS=, && echo "${stopped[*]}")" | grep -c ^T)" = 2 ]
}
end_v4mapd() {
	at_least 5
	go_on
}

# Its queue takes some ten messages; then whoever would wait, waits.
syslog_waits() {
	! timeout 0.2 logger --socket-errors=on x 2>/dev/null
}
begin_syslog() {
	kill -STOP "${pid[rsyslogd]}"
	wait_until 10 syslog_waits
}
during_syslog() {
	syslog_waits
}
end_syslog() {
	kill -CONT "${pid[rsyslogd]}"
}

# The stand-in OpenVPN, whose hooks can be timed one by one; its log is on the same disk.
begin_hooks() {
	mkdir "$T/disk/host"
	mkfifo "$T/case"
	"$BUILD/tests/openvpn-stand-in" "$BUILD" "$T/disk/host" <"$T/case" >"$T/hooks.log" 2>&1 &
	pid[hooks]=$!
	exec 9>"$T/case"
	printf '%s\n' policy '  rules: [{name: a, routes: [10.20.0.0/16]}]' open 'mark open' >&9
	wait_for "$T/hooks.log" '--- open'
}
# The v4mapd of the stand-in.
host_daemons() {
	local process

	grep -lsF "$T/disk/host/" /proc/[0-9]*/cmdline | while read -r process; do
		process=${process%/cmdline}
		[ "$(readlink "$process/exe")" != "$BUILD/v4mapd" ] || echo "${process#/proc/}"
	done
}
host_has_authorised() {
	[ "$(grep -c '"action":"authorised"' "$T/disk/host/log.jsonl")" -ge "$1" ]
}
# hooks NAME: some thousand of them.
hooks() {
	local i found

	for ((i = 0; i < 800; i++)); do
		echo "client c1 udp6 198.51.100.11 $((1024 + i))"
		echo 'connect c1'
		echo 'disconnect c1'
	done >&9
	printf '%s\n' longest "mark $1" >&9
	wait_for "$T/hooks.log" "--- $1" 10
	ok $? "$1: some thousand hooks go on" || return
	found=$(grep ' waits, the longest ' "$T/hooks.log" | tail -n 1)
	# What else runs on this machine may take the processor from a hook, and makes the longest one.
	echo "# $1: $found"
	grep -q ' hooks, 0 waits,' <<<"$found"
	ok $? "$1: and none of them waits"
}

net_up c1 c2
certs c1 c2
mkdir "$T/disk" && truncate -s 64M "$T/disk.img" && mkfs.ext4 -q -F "$T/disk.img" &&
	mount -o loop "$T/disk.img" "$T/disk"
ok $? "a disk of our own"
own_dev && start_rsyslogd
ok $? "an rsyslogd of our own"
log=$T/disk/v4map.jsonl
policy <<'E'
rules:
  - {name: everyone, routes: [10.20.0.0/16]}
E
serve udp4 "$plugin"
client c1 udp4 'explicit-exit-notify 1'
connected c1
begin_hooks
ok $? "the stand-in starts"

hooks fine
wait_until 10 host_has_authorised 800
freeze
hooks disk
thaw
wait_until 10 host_has_authorised 1600
begin_syslog
hooks syslog
wait_until 10 host_has_authorised 2400
ok $? "syslog: v4mapd does not wait for it either"
end_syslog
mapfile -t stopped < <(host_daemons)
kill -STOP "${stopped[@]}"
hooks v4mapd
go_on
wait_until 10 host_has_authorised 3200
mapfile -t stopped < <(host_daemons)
kill -STOP "${stopped[@]}"
sleep 3.2
hooks "v4mapd, noticed"
go_on
for what in disk v4mapd syslog; do
	during $what
done
stop c1
logged disconnected 4
ok $? "all of them have their end in the log"
echo die >&9
exec 9>&-
stop server
wait_until 15 has_events stopped 1
"$BUILD/v4map" log verify "$log" >"$T/verify.log"
ok $? "the log is proven"
is "$(events authorised .event.sequence | wc -l)" 4 "each admission is there once"
wait_until 15 test "$(tail -n 2 "$T/disk/host/log.jsonl" 2>/dev/null | grep -c stopped)" = 1
"$BUILD/v4map" log verify "$T/disk/host/log.jsonl" >"$T/verify.log"
ok $? "so is the other"
is "$(grep -c '"action":"authorised"' "$T/disk/host/log.jsonl")" 4000 "with each admission, too"
grep -q 'v4map checkpoint' "$T/syslog"
ok $? "syslog has checkpoints"
plan
