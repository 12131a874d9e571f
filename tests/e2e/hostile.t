#!/bin/bash
# SPDX-License-Identifier: MIT
# Certificates that somebody made to break a log: whatever their names hold, each record is one line
# that three parsers read, and nothing in it moves a terminal's cursor.
. "$(dirname "$0")/lib.sh"

parser=$BUILD/tests/jansson-lines
[ -x "$parser" ] || skip_all "no $parser"
[ -e "$BUILD/tests/bad-name.so" ] || skip_all "no $BUILD/tests/bad-name.so"
net_up c1 c2 c3
certs c1 named
policy <<'E'
rules:
  - {name: everyone, routes: [10.20.0.0/16]}
  - {name: not-nul, when: {common-name: "nul*root"}, deny: nobody of this name}
E
serve udp6 "$plugin" 'script-security 2' 'auth-user-pass-verify /bin/true via-file' \
	auth-user-pass-optional

# What OpenVPN makes of each name is its own doing (2.6.14: bytes below a blank become `_`, what is
# behind a NUL is cut off); what of it can do harm is escaped here.
sent=0
round() {
	local row name type hex n=0

	for row in "$@"; do
		read -r name type hex <<<"$row"
		n=$((n + 1)) sent=$((sent + 1))
		"$root/tests/tools/hostile-cert.py" "$T/ca" "$type" "$hex" "$T/c$n" 2>>"$T/certs.log"
		ok $? "a certificate: $name"
		client c$n udp4
	done
	for ((n = 1; n <= $#; n++)); do
		connected c$n
	done
	for ((n = 1; n <= $#; n++)); do
		stop c$n
	done
}
round "ESC utf8 6573631b5b33316d" \
	"LF-and-JSON utf8 6c660a7b226576656e74223a317d" \
	"T.61-CSI t61 7436319b33316d"
nul="NUL utf8 6e756c00726f6f74" nul_as='nul '
if server_has 2.7; then
	read -r _ type hex <<<"$nul"
	nul='' nul_as=''
	"$root/tests/tools/hostile-cert.py" "$T/ca" "$type" "$hex" "$T/c1"
	client c1 udp4
	wait_for "$T/server.log" "Certificate subject contains a .* byte"
	ok $? "a server from 2.7 on refuses a name with a NUL itself"
	stop c1
fi
round ${nul:+"$nul"} \
	"right-to-left utf8 62696469e280ae" \
	"line-separator utf8 6c73e280a878"
round "C1 utf8 6331c28578" \
	"metacharacters utf8 646e225c3c2c2b3b3d2f78"

# Bytes that are no UTF-8: OpenSSL loads no such certificate, and takes none from a client.
"$root/tests/tools/hostile-cert.py" "$T/ca" utf8 626164fffe "$T/c1"
client c1 udp4
wait_for "$T/c1.log" 'Cannot load certificate (file|from)'
ok $? "a client does not load a certificate whose UTF8String is none"
"$root/tests/tools/hostile-cert.py" "$T/ca" utf8 6261647e7e "$T/c3"
LD_PRELOAD=$BUILD/tests/bad-name.so client c3 udp4
wait_for "$T/server.log" 'error:.*invalid utf8string'
ok $? "and the server does not decode it"
has "$T/c3.log" '^bad-name: sent' "which the client had sent"
stop c3

# OpenSSL leaves no byte that is not UTF-8 in a certificate's name; a user's name is anything.
printf 'bad\x1b\xff\xfe\x9b\nsecret\n' >"$T/user"
cp "$T/named.crt" "$T/c2.crt" && cp "$T/named.key" "$T/c2.key"
client c2 udp4 "auth-user-pass $T/user"
connected c2
stop c2
sent=$((sent + 1))
logged authorised $sent
is "$(events authorised .event.sequence | wc -l)" $sent "each is admitted and recorded once"

stop server
wait_until 10 has_events stopped 1

lines=$(wc -l <"$log")
is "$(jq -c type "$log" | sort | uniq -c | xargs)" "$lines object" "to jq each line is an object"
is "$("$parser" <"$log")" "$lines good, 0 bad" "to jansson as well"
is "$(python3 -c '
import json, sys
lines = open(sys.argv[1], "rb").read().split(b"\n")
assert lines.pop() == b""
print(sum(type(json.loads(line.decode("utf-8", "strict"))) is dict for line in lines))' "$log")" \
	"$lines" "to python as well, and each is strict UTF-8"
is "$(LC_ALL=C grep -caP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]' \
	"$log")" 0 "no control, no separator, no turn of direction stands in it as it is"
is "$(events authorised '.user | select(.name_hex) | [.name, .name_hex] | tojson')" \
	'["bad���","626164fffe9b"]' "what is no UTF-8 has its bytes beside it"
is "$(events authorised 'select(.user.name == .v4map.common_name) | 1' | wc -l)" $((sent - 1)) \
	"who gives no user name goes by the common name"
is "$(events authorised .v4map.common_name | python3 -c '
import sys
for line in sys.stdin.buffer.read().decode().rstrip("\n").split("\n"):
    print(line.encode("unicode_escape").decode())' | sort | xargs -d '\n' printf '%s ')" \
	'bidi\u202e c1\x85x dn"\\<,+;=/x esc_[31m lf_{"event":1} ls\u2028x named '"$nul_as"'t61\x9b31m ' \
	"names as OpenVPN gives them, unchanged for who parses the line"
is "$(events authorised '.tls.client.hash.sha256' | sort -u | wc -l)" $sent \
	"the fingerprints tell apart what names do not"
"$BUILD/v4map" log verify "$log" >"$T/verify.log"
ok $? "the log is proven"
for what in "show $log" "sessions $log"; do
	# shellcheck disable=SC2086 # two words
	is "$("$BUILD/v4map" log $what | LC_ALL=C grep -caP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]')" 0 \
		"log ${what%% *} prints none of it either"
done
plan
