#!/bin/bash
# SPDX-License-Identifier: MIT
# sample-configs/minimal: a client over each family reaches both networks, and the log names what the
# README says.
. "$(dirname "$0")/sample.sh"

sample minimal c1 c2
sample_server
sample_client c1 "$SERVER4"
sample_client c2 "$SERVER6"
for c in c1 c2; do
	connected $c
	is "$(given_routes $c)" "10.20.0.0/16 192.0.2.0/24 2001:db8:20::/48" "$c has the policy's routes"
	lives $c
done
logged authorised 2
is "$(peer_of c1 | cut -d' ' -f5-)" mapped-peer,route-covers-server "the log: c1 as the README says"
is "$(peer_of c2 | cut -d' ' -f5-)" "" "the log: c2 as the README says"
plan
