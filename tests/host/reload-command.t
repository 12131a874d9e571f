#!/bin/bash
# SPDX-License-Identifier: MIT
# `v4map reload`: a server reads its policy again, and whoever waits hears what came of it.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"

policy() {
	ask policy "  rules:" "  - name: $1" "    routes: [$2]" >/dev/null
}

# reload STATUS [ARGUMENT...]: what it prints, and the status on the last line if it is another.
reload() {
	local want=$1 status
	shift
	"$BUILD/v4map" reload --policy "$T/policy.yaml" "$@" 2>&1 |
		sed -e "s|$T|@DIR@|g" -e 's/run [0-9a-f]*/run ID/' -e 's/"sha256":"[0-9a-f]*"/"sha256":"N"/'
	status=${PIPESTATUS[0]}
	[ "$status" = "$want" ] || echo "status $status"
}

begin
policy first 10.1.0.0/16
ask open >/dev/null
is "$(reload 0 --wait)" "@DIR@/policy.yaml: in force: generation 2 of the run ID" \
	"the same policy once more"
policy second 10.2.0.0/16
is "$(reload 0 --wait | sed 's/generation [34]/generation N/')" \
	"@DIR@/policy.yaml: in force: generation N of the run ID" "another one"
is "$(ask "client c1 udp6 198.51.100.11 53779" "connect c1" | sed -n 's/^    //p')" \
	'push "route 10.2.0.0 255.255.0.0"' "and it is in force for the next client"
is "$(cd "$T" && "$BUILD/v4map" reload --wait --policy policy.yaml --json |
	jq -r '.event, .sha256')" "policy-loaded
$(sha256sum "$T/policy.yaml" | cut -d' ' -f1)" "a relative path; JSON; sha256sum says the same"

mv "$log" "$log.old"
logged rotated 1
is "$(reload 0 --wait | wc -l)" 1 "behind a rotation"
chmod 666 "$T/policy.yaml"
is "$(reload 1 --wait)" "v4map reload: the old policy stays in force: @DIR@/policy.yaml: want a $(
	)file that only its owner writes, found one that its group can write to" "one the server refuses"
chmod 644 "$T/policy.yaml"
echo 'rulez: []' >"$T/wrong.yaml"
is "$("$BUILD/v4map" reload --policy "$T/wrong.yaml" 2>&1)" \
	"$T/wrong.yaml:1:1: error: no such key here: 'rulez'; did you mean rules? [unknown-key]" \
	"a wrong one goes no further"
: >"$T/empty.jsonl"
is "$(reload 1 --wait --timeout 1 "$T/empty.jsonl")" "v4map reload: nobody has said so in $(
	)'@DIR@/empty.jsonl' in 1 s: does the server run, and is this its log?" "nobody there"
is "$(reload 2 --wait "$T/no.jsonl" | grep -c 'No such file')" 1 "no log"
is "$(reload 0)" "" "without waiting"
is "$(reload 2 --timeout 0)" "v4map reload: --timeout: want 1 to 3600 seconds, found '0'" "misuse"
is "$(reload 2 a b)" "v4map reload: want one log, found 'b' besides" "misuse: two logs"
end
plan
