# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A folder of sample-configs, run as its README says.  What runs are the folder's own files; in them
# only addresses are replaced, documentation's by this network's, and the plugin's place:
#
#	sample minimal c1 c2           the network with these clients; /etc/openvpn and /var/log
#	                               covered by empty ones; keys by the commands of
#	                               minimal/README.md; every policy of the folder checked
#	sample_server [NAME]           NAME.conf (server) in /etc/openvpn/server, until it is up
#	sample_client c1 TO [NAME]     NAME.conf (client) in /etc/openvpn/client/c1, dialling TO
#	sample_file FILE TO            another of the folder's files, such as a second policy
#	sample_over FILE TO            the same in the place of one of the machine's own
#	given_routes c1                what its kernel got from the policy
#	lives c1 [4 | 6]               it and the networks behind the server reach each other
#	sample_steps NS FROM TO        the commands of the folder's README, from one to another
#	sample_translator NS           NAT64 or SIIT there, and DNS64 where the folder has it
#
# Server NAME and client c1 are processes of these names: their output is $T/NAME.log, `stop NAME`
# ends them.  A client's certificate has its name (c1).  A test whose sample has further addresses
# adds to the array `here` before it calls `sample`.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

log=/var/log/openvpn/v4map.jsonl
here=(-e 's/203\.0\.113\./192.0.2./g; s/2001:db8::1\b/2001:db8:1::1/g'
	-e "s|^plugin v4map\.so|plugin $BUILD/v4map.so v4mapd=$BUILD/v4mapd|")

# sample FOLDER CLIENT...
sample() {
	local client file to keys=/etc/openvpn/server

	has_users || skip_all "needs root: the sample's server becomes nobody"
	folder=$root/sample-configs/$1
	shift
	net_up "$@" && mount -t tmpfs -o mode=755 tmpfs /etc/openvpn &&
		mount -t tmpfs -o mode=755 tmpfs /var/log &&
		mkdir "$keys" /etc/openvpn/client || exit 1
	sed -n '/^    umask/,/^    done/s/^    //p' "$root/sample-configs/minimal/README.md" |
		sed "s/ in server client;/ in server $*;/" >"$T/keys.sh"
	(cd "$keys" && bash -e "$T/keys.sh") >"$T/keys.log" 2>&1
	ok $? "the README's commands make the keys" || exit 1
	for client; do
		to=/etc/openvpn/client/$client
		mkdir "$to" && cp "$keys/ca.crt" "$keys/tls-crypt.key" "$to" &&
			cp "$keys/$client.crt" "$to/client.crt" && cp "$keys/$client.key" "$to/client.key"
	done
	for file in "$folder"/*.yaml; do
		install -m 644 "$file" "$T/as-it-is.yaml" # a checkout's own mode does not matter
		"$BUILD/v4map" check --policy "$T/as-it-is.yaml" >"$T/check.log" 2>&1
		ok $? "${file##*/} is fine as it is"
	done
	[ ! -e "$folder/v4map.yaml" ] || sample_file v4map.yaml /etc/openvpn/v4map.yaml
}

sample_file() {
	sed "${here[@]}" "$folder/$1" >"$2"
}

sample_over() {
	sample_file "$1" "$T/$1" && mount --bind "$T/$1" "$2"
	ok $? "$1 is in place" || exit 1
}

sample_steps() {
	sed "${here[@]}" "$folder/README.md" | sed -n "\\|^    $2|,\\|^    $3|s/^    //p" >"$T/steps.sh"
	in_ns "$1" bash -euxo pipefail "$T/steps.sh" >"$T/steps.log" 2>&1
	ok $? "the README's commands, from \"$2\" on" || exit 1
}

sample_translator() {
	sample_over tayga.conf /etc/tayga.conf
	sample_over nftables.conf /etc/nftables.conf
	[ ! -e "$folder/unbound.conf" ] || sample_over unbound.conf /etc/unbound/unbound.conf
	sample_steps "$1" 'tayga --mktun' 'nft '
	start tayga "$1" tayga --nodetach
	[ ! -e "$folder/unbound.conf" ] || start unbound "$1" unbound -ddp
}

sample_server() {
	local name=${1:-server}

	sample_file "$name.conf" "/etc/openvpn/server/$name.conf"
	openvpn_as "$name" --cd /etc/openvpn/server --config "$name.conf"
	wait_for "$T/$name.log" 'Initialization Sequence Completed'
	ok $? "$name.conf starts" || exit 1
}

# Without the tunnels' own networks.
given_routes() {
	routes "$1" | grep -v '^fd5c:8d1e:7a20:\|^10\.9\.0\.0/24' | xargs
}

lives() {
	local family network

	for family in ${2:-4 6}; do
		network=INSIDE$family
		reaches "$1" "${!network}"
		ok $? "$1 reaches the IPv$family network"
		reaches ins "$(inside "$1" "-$family")"
		ok $? "the IPv$family network reaches $1"
	done
}

sample_client() {
	local name=${3:-client}

	sed "${here[@]}" -e "s/^remote vpn\.example\.org /remote $2 /" "$folder/$name.conf" \
		>"/etc/openvpn/client/$1/$name.conf"
	start "$1" "$1" "${OPENVPN_CLIENT:-${OPENVPN:-openvpn}}" --cd "/etc/openvpn/client/$1" \
		--config "$name.conf"
}
