#!/bin/bash
# SPDX-License-Identifier: MIT
# What v4mapd notices of itself: whatever makes the policy or a prefix list another one, be it a
# folder or a link on the way there.
. "$(dirname "$0")/lib.sh"

[ -x "$stand_in" ] || skip_all "no $stand_in"

now=0 # the policy's number, for each is to differ

# count ACTION: so many are in the log.
count() {
	jq -r .event.action "$log" 2>/dev/null | grep -cx "$1"
}

# write FILE: a policy that is new, in one go.
write() {
	now=$((now + 1))
	printf 'audit: {file: %s}\nprefix-lists: {%s}\nrules:\n- name: rule-%s\n' \
		"$log" "${lists-}" "$now" >"$1"
}

# in_force: the file's own digest is that of the policy that was loaded last, within 3 s.
in_force() {
	local want

	want=$(sha256sum "$T/policy.yaml" | cut -d' ' -f1)
	for _ in {1..60}; do
		[ "$(jq -r 'select(.event.action == "policy-loaded").v4map.sha256' "$log" |
			tail -n 1)" != "$want" ] || return 0
		sleep 0.05
	done
	return 1
}

# again NAME COMMAND...: the command makes v4mapd read once more, with success, within 3 s.
again() {
	local name=$1 before
	shift
	before=$(count policy-loaded)
	"$@"
	for _ in {1..60}; do
		[ "$(count policy-loaded)" = "$before" ] || break
		sleep 0.05
	done
	[ "$(count policy-loaded)" -gt "$before" ]
	ok $? "$name"
	sleep 0.4 # what else comes of it belongs to this
}

# seen NAME COMMAND...: the command brings another policy, which is in force by itself.
seen() {
	local name=$1
	shift
	"$@"
	in_force
	ok $? "$name"
	sleep 0.4
}

# gone NAME COMMAND...: the command takes something away, and that is told.
gone() {
	local name=$1 before
	shift
	before=$(count policy-rejected)
	"$@"
	logged policy-rejected $((before + 1))
	ok $? "$name"
	sleep 0.4
}

cd "$T" || exit 1
mkdir -p lists aside data-1
echo 198.51.100.0/24 >lists/a.txt
begin
lists="a: $T/lists/a.txt"
write policy.yaml
ask open >/dev/null

# Folders
made_again() { mkdir lists && sleep 0.4 && echo 198.51.100.0/25 >lists/a.txt; }
gone "a list's folder is removed" rm -r lists
again "and made again, later its list" made_again
again "the list in it is written once more" eval 'echo 203.0.113.0/24 >lists/a.txt'
replace() { cp -r lists other && mv lists aside/1 && mv other lists; }
again "a list's folder is replaced" replace
again "the list in the new one is written" eval 'echo 203.0.113.0/25 >lists/a.txt'
before=$(count policy-loaded)
echo 192.0.2.0/24 >aside/1/a.txt
touch other.txt lists/other.txt
sleep 0.4
is "$(count policy-loaded)" "$before" "what lies aside, or beside, is not of interest"
gone "a list's folder goes" mv lists aside/2
before=$(count policy-rejected)
sleep 0.5
is "$(count policy-rejected)" "$before" "and stays away: it is told once"
again "it comes back" mv aside/2 lists

# A file that comes by a link
lists=
write policy.yaml
in_force
gone "the policy is removed" rm policy.yaml
write there.yaml
seen "another is linked to" ln -s there.yaml policy.yaml
before=$(count policy-loaded)
seen "the link's target is written" write there.yaml
write new.yaml
seen "the link's target is replaced" mv new.yaml there.yaml
is "$(count policy-loaded)" $((before + 2)) "each is read once"
again "v4map reload touches the target" "$BUILD/v4map" reload --policy "$T/policy.yaml"
out=$("$BUILD/v4map" reload --wait --policy "$T/policy.yaml" 2>&1)
is "$? ${out%% generation*}" "0 $T/policy.yaml: in force:" "and hears of it"
(sleep 0.5 && exec 3>>there.yaml && sleep 0.5) & # is open for writing when it is replaced
write new.yaml
sleep 0.7
before=$(count policy-loaded)
seen "what is open is replaced" mv new.yaml there.yaml
wait $!
sleep 0.4
is "$(count policy-loaded)" $((before + 1)) "and it is of no interest any more"
write elsewhere.yaml
relink() { ln -s "$T/elsewhere.yaml" link && mv -T link policy.yaml; }
seen "the link is replaced" relink
gone "the link's target is removed" rm elsewhere.yaml
seen "and written again" write elsewhere.yaml
gone "the link goes" rm policy.yaml
write hard.yaml
seen "a hard link takes its place" ln hard.yaml policy.yaml
seen "it is written by its other name" write hard.yaml
gone "it goes as well" rm policy.yaml

# As Kubernetes does it
write data-1/policy.yaml
ln -s data-1 data
seen "a link by way of a link" ln -s data/policy.yaml policy.yaml
swap() { mkdir data-2 && write data-2/policy.yaml && ln -s data-2 data-new && mv -T data-new data; }
seen "the link between is swapped" swap
rm -r data-1
seen "and its file is written" write data-2/policy.yaml
lists="a: $T/data/a.txt"
echo 198.51.100.0/24 >data-2/a.txt
seen "with a list" write data-2/policy.yaml
swap_list() { mkdir data-3 && cp data-2/* data-3 && ln -s data-3 data-new && mv -T data-new data; }
again "which is swapped with it" swap_list
again "and written" eval 'echo 198.51.100.0/25 >data/a.txt'

# Slowly written: told once that it is gone, and read when it is whole.
gone "the policy goes" rm policy.yaml
before=$(count policy-rejected)
lists=
write whole
{
	sleep 0.4
	head -c 40 whole
	sleep 0.4
	tail -c +41 whole
} >policy.yaml
in_force
ok $? "a file that is slowly written is read"
is "$(count policy-rejected)" "$before" "and not before it is whole"

# Links without an end
gone "a link to itself is told of" eval 'ln -s loop loop && mv -T loop policy.yaml'
write new.yaml
seen "and what takes its place is seen" mv new.yaml policy.yaml
end
log_is_whole
ok $? "the log is whole"
plan
