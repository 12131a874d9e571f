#!/bin/bash
# SPDX-License-Identifier: MIT
# Starts that need more than a case: what is started never answers, or the log has an owner.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"

start() {
	printf 'policy\n  rules: []\nopen %s v4mapd=%s\n' "$1" "$2" | run | grep -v wants
}

echo 'exec sleep 17' >"$T/hang"
start "$T/hang" /bin/sh >"$T/hung" &
hung=$!

begin
ask policy "  rules: []" open >/dev/null
is "$(start "$T/policy.yaml" "$BUILD/v4mapd")" "  log[ERR] v4map: @DIR@/policy.yaml: the log '@DIR@/log.jsonl' belongs to another server's v4mapd: give each server its own
open: ERROR
abort" "a second server on the same log does not start"
is "$(ask "client c1 udp6 198.51.100.11 1" "admit c1" | tail -n 1)" "c1 CLIENT_CONNECT_V2: SUCCESS" \
	"and the first is not disturbed"
end
is "$(events | sed -n 's/^[0-9]* \([a-z]*\).*/\1/p' | xargs)" "started authorised disconnected" \
	"nor is its log"
start "$T/policy.yaml" "$BUILD/v4mapd" >/dev/null
daemon_gone
is "$(jq -s '[.[].event.sequence] == [range(1; length + 1)] and
	([.[].v4map.run] | unique | length) == 2' "$log")" true "the next server goes on where it ended"

"$BUILD/v4map" log keygen "$T/key" >/dev/null
cp -p "$T/key" "$T/auditors-key"
log=$T/sealed.jsonl
keyed=('file keyed.yaml' '  audit: {file: @DIR@/sealed.jsonl, key-file: @DIR@/key}')
open="open @DIR@/keyed.yaml v4mapd=@BUILD@/v4mapd"
begin
ask "${keyed[@]}" "$open" >/dev/null
is "$(run <<<"$open log=@DIR@/second.jsonl")" \
	"  log[ERR] v4map: @DIR@/keyed.yaml: the key file '@DIR@/key' belongs to another server's v4mapd: give each server its own policy with a key file
open: ERROR
abort" "a log of its own does not help a second server to another's key"
is "$(ask "${keyed[@]/%\}/, user: who-is-that\}}" sighup | grep ERR)" \
	"  log[ERR] v4map: $T/keyed.yaml: audit.user: there is no user 'who-is-that'" \
	"a policy that is refused after its key was opened"
end
is "$("$BUILD/v4map" log verify --key-file "$T/auditors-key" "$log" | sed -n 's/^keyed lines *//p')" \
	"$(wc -l <"$log")" "and the first goes on sealing with it"
is "$((10#$(cut -d' ' -f3 "$T/key")))" $(($(wc -l <"$log") + 1)) "and its key goes on"
wait "$hung"
is "$(cat "$T/hung")" "  log[ERR] v4map: v4mapd did not answer in 15 s
open: ERROR
abort" "a v4mapd that says nothing for 15 s is not waited for any longer"
echo '# to be written' >"$T/empty.yaml"
is "$(run <<<"open @DIR@/empty.yaml v4mapd=@BUILD@/v4mapd" | head -n 1)" \
	"  log[ERR] v4map: @DIR@/empty.yaml: want a key at least, found none: was the file cut off? $(
	)\`rules: []\` is a policy that admits everybody" "a policy of nothing"
plan
