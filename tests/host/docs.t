#!/bin/bash
# SPDX-License-Identifier: MIT
# The texts know every option, key and name that the code knows, and their examples are right.
. "$(dirname "$0")/lib.sh"

root=$(realpath "$here/../..")
v4map=$BUILD/v4map

# without FILE REGEX...: what the file does not have as words of their own.
without() {
	local word

	for word in "${@:2}"; do
		grep -qE -- "(^|[^a-z0-9-])$word([^a-z0-9-]|\$)" "$1" || echo "$word"
	done
}

# documented FILE NAME REGEX...
documented() {
	[ $# -gt 2 ] && is "$(without "$1" "${@:3}")" "" "${1##*/}: $2 ($(($# - 2)))"
}

# names FILE ARRAY: the texts of a table in C.
names() {
	sed -n "/ $2\\[.*{\$/,/^}/s/^.*\"\\([a-z0-9-]*\\)\",\$/\\1/p" "$root/$1"
}

# commands [COMMAND]: what its --help lists.
commands() {
	"$v4map" "$@" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'
}

# long_options: of every command, as --help has them; mdoc writes `Fl -json`.
long_options() {
	local command

	{
		for command in $(commands | grep -vx log); do
			"$v4map" "$command" --help
		done
		for command in $(commands log); do
			"$v4map" log "$command" --help
		done
	} | grep -oE -- '(^|[ []|, )--[a-z][a-z-]*' | grep -oE -- '[a-z][a-z-]*$' | sort -u
}

mapfile -t options < <(long_options)
documented "$root/man/v4map.1" "every long option" "${options[@]/#/Fl (. , )?-}"
mapfile -t words < <(commands)
documented "$root/man/v4map.1" "every command" "${words[@]/#/Cm }"
mapfile -t words < <(commands log)
documented "$root/man/v4map.1" "every command of log" "${words[@]/#/Cm log }"

mapfile -t words < <(grep -hoE '\.name = "[a-z-]+"' "$root"/codec/policy_*.c | cut -d'"' -f2 |
	grep -vx policy | sort -u)
documented "$root/man/v4map.yaml.5" "every key of the policy" "${words[@]/#/.It Cm }"
documented "$root/README.md" "every key of the policy" "${words[@]}"
mapfile -t words < <(names core/form.c NAMES)
documented "$root/man/v4map.yaml.5" "every form" "${words[@]}"
documented "$root/man/v4map-log.5" "every form" "${words[@]}"

mapfile -t words < <(names core/event.c ACTION_NAMES | grep -vx none)
documented "$root/man/v4map-log.5" "every event" "${words[@]/#/.It Cm }"
mapfile -t words < <(names core/event.c REASON_NAMES)
sed -n '/^\.Sh REASONS/,/^\.Sh MISMATCHES/p' "$root/man/v4map-log.5" >"$T/reasons"
documented "$T/reasons" "every reason" "${words[@]}"
mapfile -t words < <(names core/peer.c MISMATCH_NAMES)
sed -n '/^\.Sh MISMATCHES/,/^\.Sh PRIVACY/p' "$root/man/v4map-log.5" >"$T/mismatches"
documented "$T/mismatches" "every mismatch" "${words[@]}"
documented "$root/README.md" "a row for every mismatch" "${words[@]/%/\` \\|}"
documented "$root/README.md" "the two commands" 'make demo' 'make check'

if [ -x "$BUILD/tests/make-log" ]; then
	"$BUILD/tests/make-log" -n 200 -r 90 -c 50 -g "$T/sample"
	mapfile -t words < <(cat "$T"/sample* | grep '^{' |
		jq -r 'paths(type != "object") | map(select(type == "string")) | join(".")' | sort -u)
	documented "$root/man/v4map-log.5" "every field of a line" "${words[@]//./\\.}"
fi

# The policies that are shown: the README's blocks make one together.
# shellcheck disable=SC2016 # a fence, no command
sed -n '/^```yaml/,/^```$/p' "$root/README.md" | sed '/^```/d' >"$T/README.yaml"
sed -n '/^\.Sh EXAMPLES/,/^\.Ed/p' "$root/man/v4map.yaml.5" | sed '/^\./d' |
	sed "s|/etc/openvpn/v4map/office.txt|$T/office.txt|" >"$T/man.yaml"
echo '198.51.100.0/24 # the office' >"$T/office.txt"
for policy in "$T/README.yaml" "$T/man.yaml" "$root"/sample-configs/*/v4map.yaml; do
	chmod go-w "$policy" 2>/dev/null
	is "$("$v4map" check --policy "$policy" | sed 's/.*: fine:.*/fine/')" fine \
		"${policy#"$root"/} is a policy"
done
plan
