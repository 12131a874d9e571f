# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A small internet in network namespaces with real OpenVPN on it, for scripts/demo and tests/e2e.
#
#   ins ─────────────── srv ─────────────── rtr ─┬─ c1  198.51.100.11  2001:db8:2::11
#   10.20.0.1           192.0.2.1                ├─ c2  198.51.100.12  2001:db8:2::12
#   2001:db8:20::1      2001:db8:1::1            └─ c3  198.51.100.13  2001:db8:2::13
#
# Tunnel: 10.8.0.0/24 and fd00:8::/64.  Everything is in a mount namespace with a fresh /run: the
# host sees neither names nor files, and the kernel takes all of it back when the last process ends.
#
# $OPENVPN, $OPENVPN_CLIENT   other binaries to use
# $V4MAP_BUILD                where v4map was built
# $V4MAP_PRELOAD              libraries for the server: a sanitizer's, since openvpn has none

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034 # for those who source this
BUILD=${V4MAP_BUILD:-$root/build}
SERVER4=192.0.2.1 SERVER6=2001:db8:1::1
INSIDE4=10.20.0.1 INSIDE6=2001:db8:20::1
declare -A pid=()
# The tunnel's families, as lines of the server's configuration.
tunnel=('server 10.8.0.0 255.255.255.0' 'server-ipv6 fd00:8::/64')

# Run "$0" again where it may do as it likes, or set $why_not and return 1.
testnet_enter() {
	local how

	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
	if [ -n "${V4MAP_TESTNET:-}" ]; then
		umask 022
		mount -t tmpfs -o mode=755 tmpfs /run || exit 1
		T=/run/v4map-$$
		mkdir "$T"
		trap testnet_down EXIT
		return
	fi
	if [ ! -e /dev/net/tun ] && [ "$(id -u)" = 0 ]; then
		mkdir -p /dev/net && mknod -m 666 /dev/net/tun c 10 200
	fi
	# shellcheck disable=SC2016 # the inner shell expands
	for how in -nm -Urnm; do # as root; as a user in a user namespace
		why_not=$(unshare "$how" sh -c 'mount -t tmpfs tmpfs /run && ip netns add probe &&
			why=$(ip tuntap add dev probe mode tun 2>&1) ||
			{ echo "no tun device: $why"; false; }' 2>&1) &&
			V4MAP_TESTNET=1 exec unshare "$how" "$BASH" "$0" "$@"
	done
	why_not="needs root, or user namespaces and a usable /dev/net/tun (${why_not//$'\n'/: })"
	return 1
}

# wait_until SECONDS COMMAND...: try until it succeeds.
wait_until() {
	local deadline=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))

	shift
	until "$@"; do
		((${EPOCHREALTIME/[.,]/} < deadline)) || return 1
		sleep 0.03
	done
}

# wait_for FILE REGEX [SECONDS]
wait_for() {
	wait_until "${3:-10}" grep -qsE -- "$2" "$1"
}

in_ns() {
	local ns=$1

	shift
	nsenter --net="/run/netns/v4map-$$-$ns" "$@"
}

# net_up CLIENT...: c1, c2 or c3.
net_up() {
	local ns name=v4map-$$-

	for ns in srv rtr ins "$@"; do
		ip netns add "$name$ns" || return
	done
	{
		echo "link add lan netns ${name}srv type veth peer name lan netns ${name}rtr"
		echo "link add inside netns ${name}srv type veth peer name eth0 netns ${name}ins"
		for ns in "$@"; do
			echo "link add $ns netns ${name}rtr type veth peer name eth0 netns $name$ns"
		done
	} | ip -batch - || return
	plug srv lan $SERVER4/24 $SERVER6/64 192.0.2.254 2001:db8:1::fe &&
		plug srv inside 10.20.255.254/16 2001:db8:20::fe/48 &&
		plug ins eth0 $INSIDE4/16 $INSIDE6/48 10.20.255.254 2001:db8:20::fe &&
		plug rtr lan 192.0.2.254/24 2001:db8:1::fe/64 || return
	for ns in "$@"; do
		plug rtr "$ns" "198.51.100.254 peer 198.51.100.1${ns#c}" \
			"2001:db8:2::fe peer 2001:db8:2::1${ns#c}" &&
			plug "$ns" eth0 "198.51.100.1${ns#c}/24" "2001:db8:2::1${ns#c}/64" \
				198.51.100.254 2001:db8:2::fe || return
	done
	for ns in srv rtr; do
		in_ns $ns sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward &&
			echo 1 >/proc/sys/net/ipv6/conf/all/forwarding' || return
	done
}

# plug NS DEVICE ADDRESS4 ADDRESS6 [GATEWAY4 GATEWAY6].  The link-local address is given by hand: a
# router needs one, and the kernel's own would first be probed for a duplicate.
plug() {
	local host=${4%%[ /]*}

	{
		echo "link set lo up"
		echo "link set $2 addrgenmode none up"
		echo "addr add $3 dev $2"
		echo "addr add $4 dev $2 nodad"
		echo "addr add fe80::${host##*:}/64 dev $2 nodad"
		[ -z "${5:-}" ] || echo "route add default via $5"
		[ -z "${6:-}" ] || echo "route add default via $6"
	} | ip -n "v4map-$$-$1" -batch -
}

# certs NAME[=COMMON-NAME]...: $T/NAME.crt and .key, from a CA of our own.
certs() {
	local name new=(openssl req -x509 -config "$T/openssl.cnf" -newkey ec
		-pkeyopt ec_paramgen_curve:P-256 -nodes -days 2)

	printf '%s\n' '[req]' 'distinguished_name=dn' '[dn]' '[ca]' 'basicConstraints=critical,CA:true' \
		'[leaf]' 'keyUsage=digitalSignature' 'extendedKeyUsage=serverAuth,clientAuth' \
		>"$T/openssl.cnf"
	{
		"${new[@]}" -extensions ca -subj /CN=ca -keyout "$T/ca.key" -out "$T/ca.crt" &&
			"${OPENVPN:-openvpn}" --genkey tls-crypt "$T/tls-crypt.key" || return
		for name in server "$@"; do
			"${new[@]}" -extensions leaf -CA "$T/ca.crt" -CAkey "$T/ca.key" \
				-subj "/CN=${name#*=}" -keyout "$T/${name%%=*}.key" \
				-out "$T/${name%%=*}.crt" || return
		done
	} >"$T/certs.log" 2>&1
}

# start NAME NS COMMAND...: in the background; what it says goes to $T/NAME.log.
start() {
	local name=$1 ns=$2

	shift 2
	: >"$T/$name.log" # before anybody looks for something in it
	nsenter --net="/run/netns/v4map-$$-$ns" "$@" </dev/null >>"$T/$name.log" 2>&1 &
	pid[$name]=$!
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

# stop NAME [SIGNAL]: and wait until it has ended.
stop() {
	kill -s "${2:-TERM}" "${pid[$1]}"
	wait_until 10 gone "${pid[$1]}" || return
	wait "${pid[$1]}" || : # bash has a word to say about a process that was killed
} 2>/dev/null

# openvpn_as NAME OPTION...: a server with nothing but these options.
openvpn_as() {
	start "$1" srv env ${V4MAP_PRELOAD:+LD_PRELOAD="$V4MAP_PRELOAD" ASAN_OPTIONS=detect_leaks=0} \
		"${OPENVPN:-openvpn}" "${@:2}"
}

openvpn_server() {
	openvpn_as server "$@"
}

# server_start PROTO LINE...: OpenVPN with these lines added to its configuration.
server_start() {
	printf '%s\n' "proto $1" 'dev tun' 'topology subnet' "${tunnel[@]}" "ca $T/ca.crt" \
		"cert $T/server.crt" "key $T/server.key" "tls-crypt $T/tls-crypt.key" 'dh none' \
		'keepalive 2 20' 'persist-tun' 'verb 3' "${@:2}" >"$T/server.conf"
	openvpn_server --cd "$T" --config "$T/server.conf"
}

server_is_up() {
	grep -qs 'Initialization Sequence Completed' "$T/server.log"
}

server_is_up_or_gone() {
	server_is_up || gone "${pid[server]}"
}

# As server_start, and ready when it returns.
server() {
	server_start "$@"
	wait_until 10 server_is_up_or_gone
	server_is_up
}

# client NAME PROTO LINE...: to the server by IPv4 or IPv6 as PROTO says, or to $remote; NAME is its
# namespace.
client() {
	local to=$SERVER4

	[[ $2 != *6* ]] || to=$SERVER6
	to=${remote:-$to}
	printf '%s\n' client nobind 'dev tun' "proto $2" "remote $to 1194" "ca $T/ca.crt" \
		"cert $T/$1.crt" "key $T/$1.key" "tls-crypt $T/tls-crypt.key" \
		'remote-cert-tls server' 'connect-retry 1 1' 'verb 3' "${@:3}" >"$T/$1.conf"
	start "$1" "$1" "${OPENVPN_CLIENT:-${OPENVPN:-openvpn}}" --config "$T/$1.conf"
}

# The routes in a client's kernel that lead into the tunnel, sorted; the tunnel's own left out.
routes() {
	{
		in_ns "$1" ip -4 route show dev tun0
		in_ns "$1" ip -6 route show dev tun0
	} | sed -n '/^fe80\|^ff00\|^10\.8\.0\.0\/24\|^fd00:8::\/64\|^fd00:8::1/d; s/ .*//p' | sort
}

# Ping once: `reaches c1 10.20.0.1`.
reaches() {
	in_ns "$1" ping -q -n -c 1 -W 0.5 "$2" >/dev/null 2>&1
}

# Processes in our namespaces, whoever started them.
testnet_pids() {
	local ns

	for ns in /run/netns/*; do
		[ ! -e "$ns" ] || ip netns pids "${ns##*/}"
	done
}

nobody_left() {
	[ -z "$(testnet_pids)" ]
}

# Copy logs and configurations to a place that stays, and name it.
keep_logs() {
	local kept

	kept=$(mktemp -d "${TMPDIR:-/tmp}/v4map-logs.XXXXXX") &&
		find "$T" -maxdepth 1 -type f ! -name '*.key' -exec cp -t "$kept" {} + &&
		echo "$kept"
}

# A signal that comes while OpenVPN starts can be lost on it: say it again until it is heard.
end_all() {
	# shellcheck disable=SC2046 # words are meant
	kill $(jobs -p) 2>/dev/null
	nobody_left
}

testnet_down() {
	trap '' INT TERM HUP
	wait_until 5 end_all && return
	echo "did not end: $(testnet_pids | xargs -r ps -o pid=,args= -p)" >&2
	# shellcheck disable=SC2046
	kill -KILL $(testnet_pids) 2>/dev/null
	wait_until 5 nobody_left
}
