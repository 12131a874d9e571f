#!/bin/bash
# SPDX-License-Identifier: MIT
# Rules by what a client says of itself: a real client's IV_VER and IV_PLAT.
. "$(dirname "$0")/lib.sh"

version=$("${OPENVPN_CLIENT:-${OPENVPN:-openvpn}}" --version | sed -n '1s/^OpenVPN \([0-9.]*\).*/\1/p')
series=${version%.*}
next=2.$((${series#2.} + 1))

net_up c1 && certs c1
policy <<E
rules:
  - {name: itself, when: {client-version: "$version"}, routes: [10.41.0.0/16]}
  - {name: series, when: {client-version: "$series"}, routes: [10.43.0.0/16]}
  - {name: range, when: {client-version: ">=$series <$next"}, routes: [10.45.0.0/16]}
  - {name: older, when: {client-version: "<$series"}, routes: [10.47.0.0/16]}
  - {name: newer, when: {client-version: ">=$next"}, routes: [10.49.0.0/16]}
  - {name: linux, when: {platform: linux}, routes: [10.51.0.0/16]}
  - {name: windows, when: {platform: win}, routes: [10.53.0.0/16]}
  - {name: said, when: {platform: "*"}, routes: [10.55.0.0/16]}
E
serve udp6 "$plugin"
client c1 udp4
connected c1
is "$(routes c1 | xargs)" "10.41.0.0/16 10.43.0.0/16 10.45.0.0/16 10.51.0.0/16 10.55.0.0/16" \
	"those that match $version on linux, and no other"
logged authorised
is "$(events authorised '.v4map.rules | join(" ")')" "itself series range linux said" "the log names them"
plan
