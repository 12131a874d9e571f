#!/bin/bash
# SPDX-License-Identifier: MIT
# `v4map` without a command of its own: help, version, and what it says to a wrong one.
. "$(dirname "$0")/lib.sh"

# v4map STATUS [ARGUMENT...]: what it prints, and the status on the last line if it is another.
v4map() {
	local want=$1 status
	shift
	"$BUILD/v4map" "$@" 2>&1
	status=$?
	[ "$status" = "$want" ] || echo "status $status"
}

see="see \`v4map --help\`"
is "$(v4map 0 --version)" "v4map $VERSION" "version"
is "$(v4map 0 --help | head -1)" "usage: v4map COMMAND [ARGUMENT]..." "help"
is "$(v4map 0 -h; v4map 0 help)" "$(v4map 0 --help; v4map 0 --help)" "help by other names"
while read -r command _; do
	is "$(v4map 0 "$command" --help | head -1 | cut -d' ' -f1-3)" "usage: v4map $command" \
		"$command has help"
done < <(v4map 0 --help | sed -n 's/^  //p')
is "$(v4map 2)" "v4map: which command? $see" "no command"
is "$(v4map 2 "")" "v4map: which command? $see" "an empty one"
is "$(v4map 2 adr)" "v4map: there is no command 'adr'; did you mean 'addr'?" "a letter is missing"
is "$(v4map 2 adddr)" "v4map: there is no command 'adddr'; did you mean 'addr'?" "one too many"
is "$(v4map 2 explian)" "v4map: there is no command 'explian'; did you mean 'explain'?" \
	"two in each other's place"
is "$(v4map 2 frobnicate)" "v4map: there is no command 'frobnicate'; $see" "nothing like it"
is "$(v4map 2 --json)" "v4map: there is no option '--json'; $see" "an option without a command"
is "$(v4map 2 $'x\e[31m\n')" "v4map: there is no command 'x\\x1b[31m\\x0a'; $see" \
	"what comes from outside moves no cursor"
is "$("$BUILD/v4map" adr 2>/dev/null)" "" "complaints are not output"
for option in --help --version; do
	is "$("$BUILD/v4map" $option 2>&1 >/dev/full; echo $?)" $'v4map: cannot write the output\n2' \
		"$option that cannot be written"
done
plan
