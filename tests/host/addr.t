#!/bin/bash
# SPDX-License-Identifier: MIT
# `v4map addr`: each row of addresses.tsv and not-addresses.txt through the program, and what
# standard input may hold.
. "$(dirname "$0")/lib.sh"

data=$here/../data
NOT='not an IPv4 or IPv6 address'

# addr STATUS [ARGUMENT...]: what it prints, and the status on the last line if it is another.
addr() {
	local want=$1 status
	shift
	"$BUILD/v4map" addr "$@" 2>&1
	status=$?
	[ "$status" = "$want" ] || echo "status $status"
}

# --- the files ------------------------------------------------------------------------------

# rows TRANSLATORS: the file's rows of them as the program's JSON has them, and the translator.
rows() {
	local options=() one

	[ "$1" = - ] || for one in ${1//,/ }; do options+=(--translator "$one"); done
	awk -F'\t' -v list="$1" '!/^#/ && $2 == list { print $1 }' "$data/addresses.tsv" |
		addr 0 --json "${options[@]}" - |
		jq -r --arg list "$1" '[.address, $list, .ip, .family, .form, .embedded // "-",
			.translator // "-"] | join("\t")'
}

declare -A answers
while IFS=$'\t' read -r address translators answer; do
	answers[$address $translators]=$answer
done < <(awk -F'\t' '!/^#/ { print $2 }' "$data/addresses.tsv" | sort -u | while read -r list; do
	rows "$list"
done)

while IFS=$'\t' read -r address translators ip family form embedded _; do
	[ "${address:0:1}" != "#" ] || continue
	by=${answers[$address $translators]##*$'\t'}
	is "${answers[$address $translators]}" "$ip	$family	$form	$embedded	$by" \
		"$address by $translators"
	case ,$translators,:$form in
	*,"$by",*:translated) ok 0 "$address by $translators: the translator is named" ;;
	*:translated) ok 1 "$address by $translators: the translator is named" ;;
	*) is "$by" - "$address by $translators: no translator" ;;
	esac
done <"$data/addresses.tsv"

while IFS= read -r line; do
	is "$(addr 1 --json -- "$line" | jq -c .)" \
		"$(jq -nc --arg a "$line" --arg e "$NOT" '{address: $a, error: $e}')" \
		"no address: '${line:0:40}'"
done <"$data/not-addresses.txt"

# --- what an address brings with it -----------------------------------------------------------

# mismatches WANT [ARGUMENT...]
mismatches() {
	is "$(addr 0 --json "${@:2}" | jq -r '.mismatches | join(" ")')" "$1" "${*:2}: ${1:-nothing}"
}
mismatches "" 192.0.2.1
mismatches "" 2001:db8::1
mismatches embedded-ipv4 64:ff9b:1::c000:221
mismatches mapped-peer ::ffff:192.0.2.1
mismatches translated-peer --translator 2001:db8::/32 2001:db8:c000:221::
mismatches embedded-ipv4 2002:c000:221::1
mismatches embedded-ipv4 64:ff9b::192.0.2.33
mismatches "embedded-ipv4 reserved-in-translator" 64:ff9b::10.0.0.1
mismatches "embedded-ipv4 reserved-in-translator" --translator 64:ff9b::/96 64:ff9b::10.0.0.1

# --- standard input ---------------------------------------------------------------------------

# input STATUS WANT NAME: the answers to standard input in short.
input() {
	is "$(addr "$1" --json - | jq -r '[.address, .ip // "no"] | join(" ")')" "$2" "$3"
}

input 0 "" "nothing" </dev/null
input 0 $'192.0.2.1 192.0.2.1\n::1 ::1' "two lines" < <(printf '192.0.2.1\n::1\n')
input 0 $'192.0.2.1 192.0.2.1\n::1 ::1' "no line end at the end" < <(printf '192.0.2.1\n::1')
input 1 " no" "an empty line is no address" < <(printf '\n')
input 1 $'192.0.2.1 192.0.2.1\n no\n::1 ::1' \
	"an empty line between others" < <(printf '192.0.2.1\n\n::1\n')
is "$(printf '192.0.2.1\r\n::1\n' | addr 1 --json - | jq -c '[.address, .ip]')" \
	$'["192.0.2.1\\r",null]\n["::1","::1"]' "a carriage return belongs to the line"
is "$(printf '192.0.2.1\0\n\0\n::\0001\n::1\n' | addr 1 --json - | jq -c '[.address, .ip]')" \
	$'["192.0.2.1\\u0000",null]\n["\\u0000",null]\n["::\\u00001",null]\n["::1","::1"]' \
	"a NUL ends nothing"
is "$(printf '\xff\xc3\xbc\xe2\x80\xae\n' | addr 1 --json -)" \
	"{\"address\":\"\\ufffd\\u00fc\\u202e\",\"error\":\"$NOT\"}" "any bytes; the answer is ASCII"

# Around the size of the buffer, and far behind it.
for size in 61 62 1024 1025 65534 65535 65536 65537 131071 131072 131073 1000000; do
	want=$(printf '1%.0s' $(seq $((size > 1024 ? 1024 : size))))
	head -c "$size" /dev/zero | tr '\0' 1 >"$T/long"
	input 1 "$want no"$'\n::1 ::1' "a line of $size bytes, and the next" \
		< <(cat "$T/long" && printf '\n::1\n')
	input 1 "$want no" "a line of $size bytes without its end" <"$T/long"
done
seq -f '2001:db8::%.0f' 1 9999 >"$T/many"
addr 0 --json - <"$T/many" | jq -r .ip >"$T/answers"
is "$(cmp "$T/answers" "$T/many" && echo all)" all \
	"many lines over many buffers, in their order"
input 0 $'::12 ::12\n::12 ::12' "lines that come in pieces" < <(
	for part in ::1 $'2\n::' $'12\n'; do printf %s "$part" && sleep 0.1; done
)
coproc "$BUILD/v4map" addr --json -
echo ::1 >&"${COPROC[1]}"
read -r -t 10 -u "${COPROC[0]}" line
is "$(jq -r .ip <<<"$line")" ::1 "an answer comes before the input ends"
seq -f '2001:db8::%.0f' 1 3000 >&"${COPROC[1]}" # more than half a buffer at once, then nothing
for ((i = 0; i < 3000; i++)); do read -r -t 10 -u "${COPROC[0]}" line; done
is "$(jq -r .ip <<<"$line")" 2001:db8::3000 "so do the answers to many lines"
eval "exec ${COPROC[1]}>&-"
wait "$COPROC_PID" 2>/dev/null
is "$(echo ::2 | addr 0 --json ::1 - 192.0.2.1 | jq -r .ip | xargs)" "::1 ::2 192.0.2.1" \
	"standard input among arguments"
is "$(echo x | addr 1 --json ::1 - ::2 | jq -r '.ip // "no"' | xargs)" "::1 no ::2" \
	"no address in standard input: the rest goes on"

# --- statuses and complaints ------------------------------------------------------------------

# complaint TEXT NAME [ARGUMENT...]
complaint() {
	is "$(addr 2 "${@:3}")" "v4map addr: $1" "$2"
}

which="which address? \`-\` reads them from standard input"
see="see \`v4map addr --help\`"
complaint "$which" "no address"
complaint "$which" "no address, only an option" --json
complaint "there is no option '--jsonn'; $see" "an unknown option" --jsonn ::1
complaint "there is no option '-5'; $see" "an unknown letter" -5
complaint "there is no option '-x'; $see" "unknown letters" ::1 -xy
complaint "there is no option '--json=1'; $see" "an option without a value has one" --json=1 ::1
complaint "a value is missing behind '--translator'; $see" "no value" ::1 --translator
complaint "there is no option '--\\x1b[31m'; $see" "what comes from outside moves no cursor" \
	$'--\e[31m'
complaint "--translator: want an address block such as 10.0.0.0/8, found ''" "no translator" \
	--translator "" ::1
complaint "--translator: want an address block such as 10.0.0.0/8, found 'nat64'" \
	"a translator that is no block" --translator nat64 ::1
complaint "--translator: host bits are set; did you mean 2001:db8::/32?" \
	"a translator with host bits" --translator 2001:db8::1/32 ::1
complaint "--translator: a translator is an IPv6 block, found an IPv4 one" \
	"a translator that is IPv4" --translator 192.0.2.0/24 ::1
complaint "--translator: a translator's length is 32, 40, 48, 56, 64 or 96 (RFC 6052), found 33" \
	"a translator of another length" --translator 2001:db8::/33 ::1
complaint "--translator: bits 64 to 71 of a translator must be zero (RFC 6052)" \
	"a translator with byte 8" --translator 2001:db8:0:0:100::/96 ::1
mapfile -t many < <(seq -f '--translator=2001:db8:%.0f::/48' 65)
is "$(addr 0 --json "${many[@]:0:64}" 2001:db8:64:c000:2:2100:: | jq -r .ip)" 192.0.2.33 \
	"64 translators"
complaint "at most 64 translators" "65 translators" "${many[@]}" ::1
complaint "standard input: Is a directory" "standard input that cannot be read" - </
is "$(addr 2 --json ::1 - ::2 </ | jq -Rr 'fromjson? | .ip')" ::1 \
	"what came before is answered, what comes behind is not"
is "$("$BUILD/v4map" addr ::1 2>&1 >/dev/full; echo $?)" \
	$'v4map addr: cannot write the output\n2' "output that cannot be written"
is "$(addr 0 --help | head -1)" \
	"usage: v4map addr [--json] [--translator PREFIX]... ADDRESS... | -" "help"
is "$(addr 0 -h)" "$(addr 0 --help)" "help by a letter"

# --- for people -------------------------------------------------------------------------------

is "$(LC_ALL=C.UTF-8 addr 1 --translator 2001:db8::/32 192.0.2.1 ::ffff:7e0a:d02 \
	2001:db8:c000:221:: 2002:c000:221::1 64:ff9b::10.0.0.1 $'x\e[31m\xc3\xbc' '')" "$(
	cat <<'END'
192.0.2.1            192.0.2.1         ipv4  native
::ffff:7e0a:d02      126.10.13.2       ipv4  mapped
2001:db8:c000:221::  192.0.2.33        ipv4  translated    by 2001:db8::/32
2002:c000:221::1     2002:c000:221::1  ipv6  6to4          holds 192.0.2.33
64:ff9b::10.0.0.1    64:ff9b::a00:1    ipv6  nat64         holds 10.0.0.1, not global: reserved-in-translator
x\x1b[31mü           not an address
                     not an address
END
)" "text: columns as wide as the arguments need"
is "$(echo ::ffff:7e0a:d02 | addr 0 -)" "$(printf '%-39s  %-39s  ipv4  mapped' \
	::ffff:7e0a:d02 126.10.13.2)" "text: columns for any address of standard input"
is "$(NO_COLOR=1 TERM=xterm script -qec "'$BUILD/v4map' addr ::ffff:7e0a:d02" /dev/null | tr -d '\r')" \
	"::ffff:7e0a:d02  126.10.13.2  ipv4  mapped" "NO_COLOR on a terminal"
is "$(env -u NO_COLOR TERM=xterm script -qec "'$BUILD/v4map' addr ::ffff:7e0a:d02" /dev/null | tr -d '\r')" \
	$'::ffff:7e0a:d02  126.10.13.2  ipv4  \e[33mmapped\e[0m' "colour on a terminal"
plan
