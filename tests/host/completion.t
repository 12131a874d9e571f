#!/bin/bash
# SPDX-License-Identifier: MIT
# Tab completion offers every command and every long option that --help prints, and none else.
root=$(cd "$(dirname "$0")/../.." && pwd)
v4map=${V4MAP_BUILD:-$root/build}/v4map
# shellcheck source=scripts/v4map.bash-completion
. "$root/scripts/v4map.bash-completion"
. "$root/tests/tap.sh"

# offered WORD...: what is offered for the last word.
offered() {
	COMP_WORDS=(v4map "$@") COMP_CWORD=$#
	_v4map
	printf '%s\n' "${COMPREPLY[@]}" | sort -u
}

is "$(offered '' | grep -v ^-)" "$("$v4map" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | sort)" commands
is "$(offered log '' | grep -v ^-)" \
	"$("$v4map" log --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | sort)" "commands of log"
for command in addr explain check reload 'log show' 'log verify' 'log sessions' 'log who' 'log rotate' \
	'log keygen'; do
	# shellcheck disable=SC2086 # two words
	is "$(offered $command --)" "$({
		"$v4map" $command --help | grep -oE -- '^ *(-., )?--[a-z-]+|[[ ]--(json|policy|peer)\b' |
			grep -oE -- '--[a-z-]+'
		echo --help
	} | sort -u)" "options of $command"
done
is "$(offered explain --listener ipv6)" ipv6 "a listener"
is "$(offered log show --mismatch map | xargs)" "mapped-peer mapped-tunnel-address" "a mismatch"
plan
