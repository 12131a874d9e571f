#!/bin/bash
# SPDX-License-Identifier: MIT
# durability each: nobody is admitted before the record is on the disk.  v4mapd's worker is
# stopped and continued to decide when that is.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"

# serve ON_FAILURE VERSION: and a client that has come as far as CLIENT_CONNECT.
serve() {
	rm -f "$log"
	begin
	ask "version $2" "file policy.yaml" "  audit: {file: $log, durability: each, on-failure: $1}" \
		"  rules:" "  - name: everyone" "    routes: [10.4.0.0/16]" \
		open "client c1 udp6 198.51.100.11 53779" "verify c1" "ipchange c1" >/dev/null
}

# What a step comes to, and the text with it: "SUCCESS push ...".
step() {
	ask "$1 c1" | sed 's/^c1 .*: //; s/^ *//' | xargs -d '\n'
}

text='SUCCESS push "route 10.4.0.0 255.255.0.0"'

serve allow 2.6.14
kill -s STOP "$(worker)"
is "$(step admit)" DEFERRED "while the record is not on the disk the client waits"
is "$(step again)" DEFERRED "and waits when OpenVPN asks again"
kill -s CONT "$(worker)"
for _ in {1..50}; do
	sleep 0.1
	was=$(step again)
	[ "$was" = DEFERRED ] || break
done
is "$was" "$text" "then it is admitted, with its text"
is "$(step again)" "$text" "and would be again"
end
is "$(events | cut -d ' ' -f 1,2 | xargs)" \
	"1 started 2 authorised 3 disconnected - policy-loaded - stopped - checkpoint" "one record of it"

# waited ON_FAILURE: what becomes of it when the record does not come, in a folder of its own.
waited() {
	local was

	T=$T/$1 log=$T/$1/log.jsonl
	mkdir "$T"
	serve "$1" 2.6.14
	kill -s STOP "$(worker)"
	was=$(step admit)
	sleep 10.2
	echo "$was, $(step again)"
	kill -s CONT "$(worker)"
	end
	events | sed -n 's/^[0-9]* \([a-z]*\)\( reason=[^ ]*\)\?.*/\1\2/p' | xargs
}

missed="log[NOTE] v4map: v4mapd has not come by for 3 s: records wait in memory"
waited allow >"$T/allow.out" &
is "$(waited refuse)" "DEFERRED, $missed ERROR
started authorised refused reason=log-failing abandoned reason=not-admitted" \
	"after 10 s on-failure: refuse refuses, and the log says how it came"
wait
is "$(cat "$T/allow.out")" "DEFERRED, $missed $text
started authorised disconnected" "after 10 s on-failure: allow admits"

# OpenVPN 2.4 does not ask again.
for failure in allow refuse; do
	serve $failure 2.4.12
	kill -s STOP "$(worker)"
	was=$(step admit)
	kill -s CONT "$(worker)"
	end
	case $failure in
	allow) is "$was" "$text" "2.4, on-failure: allow: admitted at once" ;;
	refuse) is "$was" ERROR "2.4, on-failure: refuse: refused at once" ;;
	esac
done
plan
