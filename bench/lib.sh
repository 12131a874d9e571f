# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A large site's policy, for bench/hooks.sh and bench/reload.sh.

# make_list FILE STEP: a million blocks, out of order, half of them IPv4; they hold half of the
# addresses that clients come from.  No two are one; another STEP (0 or 1) makes other blocks.
make_list() {
	awk -v step="$2" 'BEGIN {
		for (k = 0; k < 500000; k++) {
			block = int(k * 4294967296 / 500000 / 4096)
			printf "%d.%d.%d.0/%d\n", int(block / 4096), int(block / 16) % 256,
				block % 16 * 16, 20 + step
			printf "2a00:%x:%x::/%d\n", int(k * 2 / 65536), k * 2 % 65536, 48 + step
		}
	}' | shuf >"$1"
}

# make_policy LOG LIST: 1,000 rules, such as a site has that grew for years: a few for everybody,
# some hundreds for a site, a team, a department, a machine each, by every condition there is.
make_policy() {
	awk -v file="$1" -v list="$2" 'BEGIN {
		print "audit: {file: " file "}"
		print "translators: [\"64:ff9b::/96\"]"
		print "server-addresses: [203.0.113.1, \"2001:db8:1::1\"]"
		print "prefix-lists: {known: " list "}"
		print "rules:"
		print "  - {name: everyone, routes: [10.20.0.0/16, 10.96.0.0/12, \"fd00:20::/48\"], " \
			"dns: [10.20.0.53, \"fd00:20::53\"]}"
		print "  - {name: old, when: {client-version: \"<2.5\"}, exclude: [10.100.0.0/16]}"
		print "  - {name: mapped, when: {form: [mapped, translated]}, push: [\"ping 20\"]}"
		print "  - {name: listed, when: {peer-list: known}, routes: [10.30.0.0/16]}"
		for (i = 4; i < 1000; i++) {
			n = sprintf("%03d", i / 8)
			if (i % 8 == 0) when = "common-name: \"site-" n "-*\""
			if (i % 8 == 1) when = "family: ipv6, common-name: [\"*-laptop-" n \
				"\", \"*-phone-" n "\"]"
			if (i % 8 == 2) when = "form: [native, mapped], peer: [" \
				1 + i % 223 "." i * 7 % 16 * 16 ".0.0/12, \"2a00:" i % 16 ":" \
				int(i / 8) % 10 "000::/36\"]"
			if (i % 8 == 3) when = "peer-list: known, common-name: \"*-team-" n "-*\""
			if (i % 8 == 4) when = "client-version: \">=2.6\", platform: \"win*\", " \
				"common-name: \"*-dept-" n "-*\""
			if (i % 8 == 5) when = "tunnel: dual, common-name: \"*-dept-" n "-*\""
			if (i % 8 == 6) when = "listener: ipv6, form: mapped, common-name: \"site-" n "-*\""
			if (i % 8 == 7) when = "form: [6to4, teredo, nat64], common-name: \"contractor-" \
				n "-*\""
			print "  - name: r" i
			print "    when: {" when "}"
			if (i % 8 == 7) print "    deny: come over a network of your own"
			else print "    routes: [172." 16 + i % 16 "." i % 250 ".0/24, \"fd00:" n "::/48\"]"
		}
	}'
}
