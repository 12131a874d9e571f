#!/bin/bash
# SPDX-License-Identifier: MIT
# A client of another lineage: OpenVPN 3 for Linux takes what v4map pushes, over either family, and
# its own connection lives though the routes cover the server.  It is a family of services on a
# D-Bus; bus and services are the test's own.  Only check-matrix runs this, with each server.
. "$(dirname "$0")/lib.sh"

tree=${OPENVPN3:-$BUILD/openvpn/openvpn3}
[ -d "$tree/usr/libexec/openvpn3-linux" ] ||
	skip_all "no openvpn3-client in $tree: scripts/fetch-openvpn $BUILD/openvpn fetches it"
has_users || skip_all "needs root: its services have a user of their own"

# The tree as a root with what Debian's packages would have set up in it.
furnish() {
	local services=$tree/usr/share/dbus-1/system-services own=$tree/run/services

	mount --bind /dev "$tree/dev" && mount -t proc proc "$tree/proc" &&
		mount -t tmpfs tmpfs "$tree/dev/net" && mknod -m 666 "$tree/dev/net/tun" c 10 200 &&
		mount -t tmpfs -o mode=755 tmpfs "$tree/run" && mount -t tmpfs tmpfs "$tree/etc" &&
		mount -t tmpfs -o uid=991,gid=991 tmpfs "$tree/var/lib/openvpn3" || return
	mkdir "$own" "$tree/run/dbus" "$tree/var/lib/openvpn3/configs" || return
	chown 991:991 "$tree/var/lib/openvpn3/configs"
	printf '%s\n' 'root:x:0:0::/:/bin/sh' '_openvpn:x:991:991::/:/bin/sh' >"$tree/etc/passwd"
	printf '%s\n' 'root:x:0:' '_openvpn:x:991:' >"$tree/etc/group"
	echo 0123456789abcdef0123456789abcdef >"$tree/etc/machine-id"
	: >"$tree/run/resolv.conf"
	cp "$services"/net.openvpn.v3.*.service "$own" || return
	# Without a helper that is setuid the bus starts all as root; this one does not step down itself.
	sed -i 's|^Exec=|&/usr/bin/setpriv --reuid 991 --regid 991 --clear-groups |' "$own"/*backends.service
	sed -i '/^Exec=/s|$| --resolv-conf /run/resolv.conf|' "$own"/*netcfg.service
	cat >"$tree/run/bus.conf" <<-'B'
		<busconfig>
		<listen>unix:path=/run/dbus/system_bus_socket</listen>
		<servicedir>/run/services</servicedir>
		<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
		<allow eavesdrop="true"/></policy>
		</busconfig>
	B
}

# profile TO: as one file, which is what openvpn3 wants.
profile() {
	local pair

	printf '%s\n' client nobind 'dev tun' 'proto udp' "remote $1 1194" 'remote-cert-tls server'
	for pair in ca=ca.crt cert=c1.crt key=c1.key tls-crypt=tls-crypt.key; do
		printf '%s\n' "<${pair%=*}>" "$(cat "$T/${pair#*=}")" "</${pair%=*}>"
	done
}

openvpn3() {
	in_ns c1 timeout 60 chroot "$tree" /usr/bin/openvpn3 "$@" >>"$T/openvpn3.log" 2>&1
}

# session TO NAME
session() {
	profile "$1" >"$tree/run/c1.ovpn"
	openvpn3 session-start --config /run/c1.ovpn --timeout 30
	ok $? "$2: connects"
	is "$(routes c1 | xargs)" "10.20.0.0/16 192.0.2.0/24 2001:db8:1::/64 2001:db8:20::/48" \
		"$2: has the routes in its kernel"
	reaches c1 "$INSIDE4"
	ok $? "$2: reaches the IPv4 network"
	reaches c1 "$INSIDE6"
	ok $? "$2: reaches the IPv6 network"
	reaches ins "$(inside c1 -4)"
	ok $? "$2: the IPv4 network reaches it"
	is "$(sed -n 's/^nameserver //p' "$tree/run/resolv.conf" | xargs)" "10.20.0.53 2001:db8:20::53" \
		"$2: has the name servers"
	openvpn3 session-manage --interface tun0 --disconnect
	ok $? "$2: ends"
}

net_up c1 && certs c1
policy <<'E'
server-addresses: [192.0.2.1, "2001:db8:1::1"]
rules:
  - name: everyone
    routes: [10.20.0.0/16, 192.0.2.0/24, "2001:db8:1::/64", "2001:db8:20::/48"]
    dns: [10.20.0.53, "2001:db8:20::53"]
E
serve udp6 "$plugin" 'keepalive 1 5'
furnish
ok $? "a root for OpenVPN 3" || exit 1
start bus c1 chroot "$tree" /usr/bin/dbus-daemon --nofork --config-file=/run/bus.conf
wait_until 20 test -S "$tree/run/dbus/system_bus_socket"
session "$SERVER4" "over IPv4"
logged authorised
is "$(peer_of c1 | cut -d' ' -f1,5)" "mapped mapped-peer,route-covers-server" "the log: over IPv4"
logged disconnected
session "$SERVER6" "over IPv6"
logged authorised 2
is "$(peer_of c1 | tail -n 1 | cut -d" " -f1,5)" "native family-changed" "the log: over IPv6"
is "$(events authorised '.v4map.client.version | split(".")[0]' | sort -u)" 3 "the log: its version is 3"
stop bus
ok $? "the bus ends"
plan
