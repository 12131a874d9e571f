#!/bin/bash
# SPDX-License-Identifier: MIT
# What `make install` puts where, and that OpenVPN then finds a bare `plugin v4map.so`, v4mapd and
# the defaults without a word of configuration.  The host's folders are covered by empty ones.
. "$(dirname "$0")/lib.sh"

plugins=/usr/lib/$(gcc -print-multiarch)/openvpn/plugins
[ -d "$plugins" ] || skip_all "this openvpn does not look for plugins in $plugins"
net_up c1 && certs c1
make=(make -s -C "$root" BUILD="$BUILD" DESTDIR="$T/stage")
"${make[@]}" install >"$T/install.log" 2>&1
ok $? "make install"
stage=$T/stage
is "$(cd "$stage" && find . -type f ! -path '*/man/*' | sort)" ".${plugins}/v4map.so
./usr/local/bin/v4map
./usr/local/sbin/v4mapd
./usr/local/share/bash-completion/completions/v4map" "everything is where it belongs"
is "$(cd "$stage/usr/local/share/man" && find . -type f | sort | xargs)" \
	"$(cd "$root/man" && printf '%s\n' -- *.[158] | sed '/^--$/d; s|.*\.\(.\)$|./man\1/&|' | sort | xargs)" \
	"and the manual"

cover() {
	mkdir -p "$1" && mount -t tmpfs -o mode=755 tmpfs "$1" &&
		{ [ ! -d "$stage$1" ] || cp -a "$stage$1/." "$1"; }
}
cover "$plugins" && cover /usr/local/sbin && cover /etc/openvpn && cover /var/log/openvpn
ok $? "it lies where the system looks"
# shellcheck disable=SC2034 # the library's
log=/var/log/openvpn/v4map.jsonl
serve udp6 'plugin v4map.so' 'push "route 10.20.0.0 255.255.0.0"'
client c1 udp4
connected c1
reaches c1 "$INSIDE4"
ok $? "server.conf's own routes are left alone"
logged authorised
is "$(peer_of c1)" "mapped ipv6 ::ffff:198.51.100.11 198.51.100.11 mapped-peer" "the log is kept"
is "$(events policy-loaded '.v4map.file // "defaults"')" defaults "by the defaults"
stop c1 && stop server
wait_until 5 nobody_left
ok $? "all end"

"${make[@]}" uninstall >>"$T/install.log" 2>&1
ok $? "make uninstall"
is "$(find "$stage" -type f)" "" "nothing stays behind"
plan
