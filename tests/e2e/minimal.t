#!/bin/bash
# SPDX-License-Identifier: MIT
# sample-configs/minimal as its README says, with this network's addresses put in: keys made by the
# commands there, files under /etc/openvpn, which is covered by an empty one.
. "$(dirname "$0")/lib.sh"

has_users || skip_all "needs root: the sample's server becomes nobody"
net_up c1 c2
sample=$root/sample-configs/minimal
mount -t tmpfs -o mode=755 tmpfs /etc/openvpn && mount -t tmpfs -o mode=755 tmpfs /var/log &&
	mkdir /etc/openvpn/server /etc/openvpn/client
here=(sed -e 's/203\.0\.113\./192.0.2./g; s/"2001:db8::1"/"2001:db8:1::1"/'
	-e "s|^plugin .*|plugin $BUILD/v4map.so /etc/openvpn/v4map.yaml v4mapd=$BUILD/v4mapd|")
"${here[@]}" "$sample/server.conf" >/etc/openvpn/server/server.conf
"${here[@]}" "$sample/v4map.yaml" >/etc/openvpn/v4map.yaml
sed -n '/^    umask/,/^    done/s/^    //p' "$sample/README.md" >"$T/keys.sh"
(cd /etc/openvpn/server && bash -e "$T/keys.sh") >"$T/keys.log" 2>&1
ok $? "the README's commands make the keys"
install -m 644 "$sample/v4map.yaml" "$T/sample.yaml" # a checkout's own mode does not matter
is "$("$BUILD/v4map" check --policy "$T/sample.yaml" >"$T/check.log"; echo $?)" 0 \
	"the policy is fine as it is"

openvpn_server --cd /etc/openvpn/server --config server.conf
wait_for "$T/server.log" 'Initialization Sequence Completed'
ok $? "the server starts"
for c in c1:$SERVER4 c2:$SERVER6; do
	mkdir "/etc/openvpn/client/${c%%:*}"
	cp /etc/openvpn/server/{ca,client}.crt /etc/openvpn/server/{client,tls-crypt}.key \
		"/etc/openvpn/client/${c%%:*}"
	sed "s/^remote .*/remote ${c#*:} 1194/" "$sample/client.conf" \
		>"/etc/openvpn/client/${c%%:*}/client.conf"
done
log=/var/log/openvpn/v4map.jsonl
for c in c1 c2; do
	start $c $c "${OPENVPN_CLIENT:-${OPENVPN:-openvpn}}" --cd /etc/openvpn/client/$c --config client.conf
	connected $c
	reaches $c "$INSIDE4"
	ok $? "$c reaches the IPv4 network"
	reaches $c "$INSIDE6"
	ok $? "$c reaches the IPv6 network"
	stop $c # both have one certificate
done
logged authorised 2
is "$(events authorised '.v4map.mismatches | join(",")' | xargs)" 'mapped-peer,route-covers-server' \
	"the log names what the README says"
plan
