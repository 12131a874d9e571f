# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What every test in bash says in TAP, whatever it looks at.
count=0 failed=0

# ok STATUS NAME
ok() {
	count=$((count + 1))
	[ "$1" = 0 ] && echo "ok $count - $2" && return
	echo "not ok $count - $2"
	failed=1
	return 1
}

# is GOT WANT NAME
is() {
	[ "$1" = "$2" ]
	ok $? "$3" || diff -u --label want --label got <(echo "$2") <(echo "$1") | sed 's/^/# /'
}

# skip NAME REASON: for what cannot be looked at here.
skip() {
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# Both end the test; $planned tells a trap on EXIT that it is no accident.
skip_all() {
	echo "1..0 # SKIP $1"
	planned=1
	exit 0
}

plan() {
	echo "1..$count"
	# shellcheck disable=SC2034 # for such a trap
	planned=1
	exit "$failed"
}
