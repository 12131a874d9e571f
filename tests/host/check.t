#!/bin/bash
# SPDX-License-Identifier: MIT
# `v4map check`: the policy as the server would take it.
. "$(dirname "$0")/lib.sh"

# check STATUS [ARGUMENT...]: what it prints, and the status on the last line if it is another.
check() {
	local want=$1 status
	shift
	"$BUILD/v4map" check --policy "$T/policy.yaml" "$@" 2>&1
	status=$?
	[ "$status" = "$want" ] || echo "status $status"
}

cp "$here/../data/policy-full.yaml" "$T/policy.yaml"
is "$(check 0 | sed 's/[0-9]* bytes/N bytes/')" \
	"$T/policy.yaml: fine: 6 rules, 6 routes, an image of N bytes" "a good policy"
is "$(check 0 --json)" "" "a good policy: nothing for programs"
echo 'rules: [{name: a, routes: [10.0.0.0/8]}]' >"$T/policy.yaml"
is "$(check 0 | sed 's/[0-9]* bytes/N bytes/')" \
	"$T/policy.yaml: fine: 1 rule, 1 route, an image of N bytes" "one of each"

printf 'rules:\n  - name: everyone\n    routs: []\n' >"$T/policy.yaml"
is "$(check 1)" "$T/policy.yaml:3:5: error: no such key here: 'routs'; did you mean routes? [unknown-key]" \
	"a wrong policy"
is "$(check 1 --json)" "{\"file\":\"$T/policy.yaml\",\"line\":3,\"column\":5,\"severity\":\"error\",$(
	)\"code\":\"unknown-key\",\"text\":\"no such key here: 'routs'; did you mean routes?\"}" \
	"a wrong policy: JSON"
printf 'bypass: "\\e[31m"\n' >"$T/policy.yaml"
is "$(check 1)" "$T/policy.yaml:1:9: error: want auto, always or never, found '\\x1b[31m' [bad-value]" \
	"what comes from outside cannot move the cursor"

echo 'rules: []' >"$T/policy.yaml"
chmod 664 "$T/policy.yaml"
writable="want a file that only its owner writes, found one that its group can write to"
is "$(check 1)" "$T/policy.yaml: warning: $writable [ownership]" "the server would not take it"
is "$(check 1 --json | jq -r '[.line, .severity, .code] | join(" ")')" "0 warning ownership" \
	"the server would not take it: JSON"
echo 'rules: {}' >"$T/policy.yaml"
is "$(check 1)" "$T/policy.yaml: warning: $writable [ownership]
$T/policy.yaml:1:8: error: rules: want a list of rules such as {name: everyone}, found a mapping [wrong-type]" \
	"and it is wrong besides"

cat >"$T/policy.yaml" <<'E'
rules:
  - {name: a, when: {family: ipv6, form: mapped}}
  - {name: b, when: {family: ipv4, form: [6to4, teredo]}}
  - {name: c, when: {family: ipv6, listener: ipv4}}
  - {name: d, when: {family: [ipv4, ipv6], form: mapped}}
E
chmod 644 "$T/policy.yaml"
is "$(check 0 | sed 's/bytes$//; s/of [0-9]*/of N/')" "$(for line in 2 3 4; do
	echo "$T/policy.yaml:$line:5: warning: family, form and listener exclude each other:$(
		) nobody matches this rule [never-matches]"
done)
$T/policy.yaml: fine: 4 rules, 0 routes, an image of N " "rules that nobody matches"
# nobody LINE...: lines of the rules that nobody matches.
nobody() {
	printf '%s\n' "$@" >"$T/policy.yaml"
	"$BUILD/v4map" check --policy "$T/policy.yaml" --json |
		jq -r 'select(.code == "never-matches") | "\(.line) \(.text)"' | cut -c-25 | xargs
}
is "$(nobody rules: '- {name: a, when: {family: ipv4, peer: "2001:db8::/32"}}' \
	'- {name: b, when: {family: ipv6, peer: 10.0.0.0/8}}' \
	'- {name: c, when: {family: ipv4, peer: [10.0.0.0/8, "2001:db8::/32"]}}' \
	'- {name: d, when: {peer: 10.0.0.0/8}}')" \
	"2 no peer block is of thi 3 no peer block is of thi" "peers of another family"
is "$(nobody rules: '- {name: a, when: {form: translated}}' \
	'- {name: b, when: {form: [translated, mapped]}}')" "2 form translated, and th" \
	"translated, without translators"
is "$(nobody 'translators: ["64:ff9b::/96"]' rules: '- {name: a, when: {form: translated}}')" "" \
	"translated, with translators"
is "$(nobody rules: '- {name: a, last: true}' '- {name: b}' '- {name: c}')" \
	"3 the rule before this on" "behind a last rule for everybody"
is "$(nobody rules: '- {name: a, deny: closed}' '- {name: b}')" \
	"3 the rule before this on" "behind a refusal of everybody"
is "$(nobody rules: '- {name: a, last: true, when: {tunnel: dual}}' '- {name: b, last: true}')" "" \
	"nothing behind a last rule for everybody"
{
	echo 'rules:'
	echo '- name: many'
	printf '  routes: [%s]\n' "$(seq -s, -f '10.%g.0.0' 0 2 200)"
} >"$T/policy.yaml"
is "$(check 0 --json | jq -r '[.line, .severity, .code] | join(" ")')" "2 warning too-many-routes" \
	"a rule of 101 routes"
# with_server ADDRESS: in a policy of 100 routes.
with_server() {
	sed 's/,10\.200\.0\.0\]/]/' "$T/policy.yaml" >"$T/many.yaml"
	echo "server-addresses: [$1]" >>"$T/many.yaml"
	"$BUILD/v4map" check --policy "$T/many.yaml" --json | jq -r .code
}
is "$(with_server 10.1.0.1)" "" "a rule of 100 routes"
is "$(with_server 10.4.0.0)" too-many-routes "a rule of 100 routes and the bypass"

# without4 and without6 COUNT: so many scattered hosts.
without4() {
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "10.%d.%d.%d,", i * 3 % 256, i / 8 % 256, i * 7 % 256 }'
}
without6() {
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "\"2001:db8:%x::%x\",", i * 977 % 65536, i * 77 + 1 }'
}
# every_other COUNT: hosts that no two make one block.
every_other() {
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "10.%d.%d.%d,", i / 32768, i / 128 % 256, i % 128 * 2 }'
}
# limits RULE [RULE]: line, code and limit of each finding.
limits() {
	{
		echo 'server-addresses: [203.0.113.1]'
		echo 'rules:'
		printf -- '- {name: a%s\n' "$1}"
		[ -z "${2:-}" ] || printf -- '- {name: b%s\n' "$2}"
	} >"$T/policy.yaml"
	"$BUILD/v4map" check --policy "$T/policy.yaml" --json |
		jq -r '[.line, .severity, .code, (.text | capture("(?<n>8192|refused: its|256 KiB|262144|100)").n)] |
			join(" ")' | xargs
}
blocks="error too-many-routes 8192" bytes="error limit 262144"
is "$(limits ", routes: [10.0.0.0/8], exclude: [$(without4 452)]")" "3 warning too-many-routes 256 KiB" \
	"routes without what a rule excludes: enough"
is "$(limits ", routes: [10.0.0.0/8], exclude: [$(without4 453)]")" "3 $bytes" \
	"routes without what a rule excludes: too many bytes"
is "$(limits ", routes: [10.0.0.0/8], exclude: [$(without4 980)]")" "3 $blocks" \
	"routes without what a rule excludes: too many blocks"
is "$(limits ", default-route: ipv4, exclude: [$(without4 980)]")" "3 $blocks" \
	"a default route without what a rule excludes: too many of IPv4"
is "$(limits ", default-route: ipv6, exclude: [$(without6 69)]")" "3 warning too-many-routes 256 KiB" \
	"a default route without what a rule excludes: enough of IPv6"
is "$(limits ", default-route: ipv6, exclude: [$(without6 70)]")" "3 $bytes" \
	"a default route without what a rule excludes: too many of IPv6"
is "$(limits ", default-route: ipv6, exclude: [$(without6 150)]")" "3 $blocks" \
	"a default route without what a rule excludes: far too many of IPv6"
is "$(limits ", default-route: ipv6, exclude: [$(without4 980)]")" "" \
	"a default route of the family that nothing is excluded of"
is "$(limits ", routes: [$(every_other 200)], exclude: [10.0.1.0/24]")" \
	"3 warning too-many-routes 100" "of 200 routes 72 are excluded"
is "$(limits ", routes: [$(every_other 200)], exclude: [10.0.0.0/24]")" "" \
	"of 200 routes 128 are excluded"

all='routes: ["::/0"]'
is "$(limits ", $all" ", exclude: [$(without6 150)]")" "0 warning too-many-routes 8192" \
	"what one rule routes and another excludes: too many blocks"
is "$(limits ", $all" ", exclude: [$(without6 70)]")" "0 warning too-many-routes refused: its" \
	"what one rule routes and another excludes: too many bytes"
is "$(limits ", $all" ", exclude: [$(without6 30)]")" "0 warning too-many-routes 256 KiB" \
	"what one rule routes and another excludes: too many for OpenVPN 3"
is "$(limits ", $all" ", exclude: [$(without6 1)]")" "0 warning too-many-routes 100" \
	"what one rule routes and another excludes: too many for 2.3"
is "$(limits ", $all" ', exclude: ["2001:db8::/99"]')" "" \
	"what one rule routes and another excludes: 99 routes"
hosts=$(every_other 100)
is "$(limits ", routes: [$hosts]" ", routes: [$hosts]")" "" "together 100 routes"
is "$(limits ", routes: [$hosts]" ", routes: [10.1.0.0]")" "0 warning too-many-routes 100" \
	"together 101 routes"
is "$(limits ", routes: [$hosts 10.1.0.0]" ", routes: [10.1.0.2]")" "3 warning too-many-routes 100" \
	"together no more than one of them"
is "$(limits ", $all, exclude: [$(without6 12)]" ", routes: [0.0.0.0/0], exclude: [$(without4 40)]")" \
	"0 warning too-many-routes 256 KiB 3 warning too-many-routes 100 4 warning too-many-routes 100" \
	"together more than either: too many for OpenVPN 3"

printf 'prefix-lists: {a: %s}\n' "$T/list.txt" >"$T/policy.yaml"
is "$(check 2)" "$T/list.txt: error: cannot read: No such file or directory [unreadable]" "no list"
for line in {1..23}; do
	echo "10.0.$line.0/24"
	echo "10.0.$line.1/24"
done >"$T/list.txt"
is "$(check 1 | sed -n '1p;20,$p')" \
	"$T/list.txt:2:1: error: host bits are set; did you mean 10.0.1.0/24? [bad-value]
$T/list.txt:40:1: error: host bits are set; did you mean 10.0.20.0/24? [bad-value]
and 3 more" "a list with many errors"
is "$(check 1 --json | jq -r .severity | uniq -c | xargs)" "20 error" "a list with many errors: JSON"
sed -i '2~2d' "$T/list.txt"
chmod 646 "$T/list.txt"
is "$(check 1)" "$T/list.txt: warning: want a file that only its owner writes, found one that others$(
	) can write to [ownership]" "a list that others can write to"

rm "$T/policy.yaml"
is "$(check 2)" "$T/policy.yaml: error: cannot read: No such file or directory [unreadable]" "no file"
mkdir "$T/policy.yaml"
is "$(check 2)" "$T/policy.yaml: error: want a regular file, found a directory [unreadable]" "a folder"
rmdir "$T/policy.yaml"
mkfifo "$T/policy.yaml"
is "$(timeout 5 "$BUILD/v4map" check --policy "$T/policy.yaml")" \
	"$T/policy.yaml: error: want a regular file, found a pipe [unreadable]" "a pipe"
is "$(check 2 more)" "v4map check: want options only, found 'more'" "misuse"
is "$(check 2 --more)" "v4map check: there is no option '--more'; see \`v4map check --help\`" \
	"misuse: no such option"

# The default place, in a namespace of our own so that the machine's is left alone.
in_own_etc() {
	unshare -rm sh -c "mount -t tmpfs none /etc && mkdir /etc/openvpn && $1
		\"$BUILD/v4map\" check" 2>&1
}
if unshare -rm sh -c 'mount -t tmpfs none /etc' 2>/dev/null; then
	is "$(in_own_etc :)" "/etc/openvpn/v4map.yaml: there is none, and the defaults are in force" \
		"no file at the default place"
	is "$(in_own_etc 'ln -s nowhere /etc/openvpn/v4map.yaml')" \
		"/etc/openvpn/v4map.yaml: error: cannot read: No such file or directory [unreadable]" \
		"a link to nowhere at the default place"
	is "$(in_own_etc 'echo bypass: on >/etc/openvpn/v4map.yaml')" \
		"/etc/openvpn/v4map.yaml:1:9: error: want auto, always or never, found 'on' [bad-value]" \
		"a wrong file at the default place"
else
	for name in "no file" "a link to nowhere" "a wrong file"; do
		ok 0 "$name at the default place # SKIP no namespaces here"
	done
fi
plan
