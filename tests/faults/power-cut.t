#!/bin/bash
# SPDX-License-Identifier: MIT
# The power fails under load, 20 times: every record that was announced as durable is in the log,
# and v4mapd goes on with what is left of it.
. "$(dirname "$0")/lib.sh"
needs_disks

ROUNDS=20
disk var 2048 # a quick machine fills 512 MiB
ok $? "a disk" || plan
log=$T/var/v4map.jsonl
sync_often() {
	for _ in {1..20}; do
		sync -f "$T/var"
	done
}

wrong=0 durable=0 beyond=0 torn=0 started=0
for ((round = 1; round <= ROUNDS; round++)); do
	# Every other round the disk may write a file's size before its bytes.
	((round % 2)) && mode=ordered || mode=writeback
	replug var "data=$mode" || break
	case $((round % 4)) in
	0) policy 'durability: each' && rate=(-r 20000) ;;
	1 | 2) policy "sync-interval: $((20 + RANDOM % 100))ms" && rate=(-r $((RANDOM + 1))) ;;
	3) policy 'durability: none' && rate=() ;;
	esac
	load "${rate[@]}" 10000000 && started=$((started + 1))
	sleep 0.1
	# The kernel writes when it likes, also in the middle of a line.
	[ $((round % 4)) != 3 ] || sync_often
	sleep_random 300
	promised=$("$BUILD/tests/faults/shutdown-fs" "$T/var" "$state") || break
	kill_loader
	daemon_pids | xargs kill -KILL
	ended
	run=$(sed -n 's/^run //p' "$T/load.log")
	replug var || break
	# A gap has a place in the ring as every record has, and so counts for what is durable.
	logged=$(grep -cE "\"run\":\"$run\",\"(record\":|gap\":\{)" "$log")
	[ -z "$(tail -c 1 "$log" | tr -d '\n\0')" ] || torn=$((torn + 1))
	if [ "$logged" -lt "$promised" ]; then
		wrong=$((wrong + 1))
		echo "# round $round ($mode): $promised durable, $logged logged"
	fi
	durable=$((durable + promised)) beyond=$((beyond + $(put) - promised))
done
is "$started" "$ROUNDS" "v4mapd starts on what the power cut left"
is "$wrong" 0 "all records announced as durable are in the log"
policy
load 10
wait "$loader"
ended
ok $? "it ends"
verified "$log"
is "$(count_of recovered)" "$(compgen -G "$log.torn-*" | wc -l)" "each torn end is beside the log"
echo "# $durable records were durable, $beyond were not; $(count_of recovered) ends were torn ($torn seen), $(count_of gap) gaps"
plan
