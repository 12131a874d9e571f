# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# TAP and the connect log on top of scripts/testnet.sh, for the tests beside it.  A test is a page:
#
#	net_up c1                      who takes part
#	policy <<'E' ... E             the policy file, without `audit`
#	serve udp6 "$plugin"           the server, with lines for its configuration
#	client c1 udp4                 a client and how it comes
#	connected c1                   ok, is, has, hasnt say what was found
#	plan
#
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/testnet.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../tap.sh"

testnet_enter "$@" || skip_all "$why_not"

planned=0
log=$T/v4map.jsonl
# shellcheck disable=SC2034 # the tests' own
plugin="plugin $BUILD/v4map.so $T/policy.yaml v4mapd=$BUILD/v4mapd"
trap finish EXIT

# has FILE REGEX NAME
has() {
	grep -qE -- "$2" "$1"
	ok $? "$3" || echo "# no '$2' in ${1##*/}"
}

# hasnt FILE REGEX NAME: of a file that is there.
hasnt() {
	[ -s "$1" ] && ! grep -qE -- "$2" "$1"
	ok $? "$3" || grep -E -- "$2" "$1" | sed 's/^/# found: /'
}

finish() {
	local file

	if [ "$failed" = 1 ] || [ "$planned" = 0 ]; then
		for file in "$T"/*.log "$log"; do
			[ ! -s "$file" ] || tail -n 12 "$file" | cut -c 1-300 | sed "s/^/# ${file##*/}: /"
		done
		echo "# logs kept in $(keep_logs)"
	fi
	testnet_down
}

# In a user namespace there is but one user, and nobody to become.
has_users() {
	setpriv --reuid nobody --regid nogroup --clear-groups true 2>/dev/null
}

# server_has 2.7, client_has 2.6: is it of that version or a later one?
server_has() {
	version_has "$1" "${OPENVPN:-openvpn}"
}

client_has() {
	version_has "$1" "${OPENVPN_CLIENT:-${OPENVPN:-openvpn}}"
}

version_has() {
	{
		echo "$1"
		"$2" --version | sed -n '1s/^OpenVPN \([0-9.]*\).*/\1/p'
	} | sort -CV
}

# way NAME ADDRESS: the device that its kernel sends it to.
way() {
	in_ns "$1" ip route get "$2" 2>&1 | sed -n 's/.* dev \([a-z0-9]*\) .*/\1/p'
}

# inside NAME -4|-6: its address of that family in the tunnel.
inside() {
	in_ns "$1" ip "$2" -j addr show dev tun0 scope global | jq -r '.[0].addr_info[0].local'
}

# The policy from standard input; the log goes to $log, $audit adds to that.
audit=
policy() {
	{
		echo "audit: {file: $log${audit:+, $audit}}"
		cat
	} >"$T/policy.yaml"
}

# The server, or the test ends here.
serve() {
	server "$@"
	ok $? "the server starts ($1)" || exit 1
}

connected() {
	wait_for "$T/$1.log" 'Initialization Sequence Completed'
	ok $? "$1 connects"
}

# events ACTION [JQ]: from the connect log, `JQ` of each such event.
events() {
	jq -r --arg action "$1" "select(.event.action == \$action) | ${2:-.}" "$log" 2>/dev/null
}

has_events() {
	[ "$(events "$1" .event.sequence | wc -l)" -ge "$2" ]
}

# logged ACTION [COUNT]: wait until so many are in the log.
logged() {
	wait_until 20 has_events "$1" "${2:-1}"
}

# peer_of NAME: its admission in one line: form, listener, address as it came, address, mismatches.
peer_of() {
	events authorised "select(.user.name == \"$1\") | [.v4map.form, .v4map.listener,
		.source.address, .source.ip, (.v4map.mismatches | join(\",\"))] | join(\" \")"
}

# v4mapd's processes, and of these the supervisor and its worker.
daemon_pids() {
	ip netns pids "v4map-$$-srv" | grep -vx "${pid[server]}"
}

supervisor() {
	local process

	for process in $(daemon_pids); do
		pgrep -P "$process" >/dev/null && echo "$process"
	done
}

worker() {
	pgrep -P "$(supervisor)"
}

# ping_begins NS ADDRESS: every 10 ms, until `pinged NAME` says that none was lost and that no answer
# was half a second late, but for the time in which who has to do with it waited for a processor.
ping_begins() {
	pinging=("${pid[server]}" "${pid[$1]}")
	waited=$(waited_for_processor)
	start ping "$1" stdbuf -oL ping -D -i 0.01 -n "$2"
	pinging+=("${pid[ping]}")
	wait_for "$T/ping.log" time=
}
pinged() {
	local lost gap

	waited=$(($(waited_for_processor) - waited))
	stop ping
	read -r lost gap < <(awk '/time=.* ms$/ {
		match($0, /icmp_seq=[0-9]+/); seq = substr($0, RSTART + 9, RLENGTH - 9)
		at = substr($1, 2, length($1) - 2)
		if (last != "") { lost += seq - last - 1; if (at - then > gap) gap = at - then }
		last = seq; then = at
	} END { printf "%d %d\n", lost, gap * 1000 }' "$T/ping.log")
	[ "$lost" = 0 ] && [ "$gap" -gt 0 ] && [ "$gap" -lt $((500 + waited)) ]
	ok $? "$1"
	echo "# $1: $(grep -c time= "$T/ping.log") answers, $lost lost, the longest gap $gap ms," \
		"$waited ms without a processor"
}
# In ms, all of them together; 0 where the kernel does not tell.
waited_for_processor() {
	(cd /proc && cat "${pinging[@]/%//schedstat}") 2>/dev/null | awk '{ ns += $2 } END { printf "%d", ns / 1e6 }'
}
