#!/bin/bash
# SPDX-License-Identifier: MIT
# The library as OpenVPN's loader sees it: what it shows, what it needs, how it is linked.
. "$(dirname "$0")/lib.sh"

so=$BUILD/v4map.so
[ -e "$so" ] || skip_all "no $so"
sanitized && skip_all "a sanitizer brings symbols and libraries of its own"

is "$(nm -D --defined-only --format=just-symbols "$so" | sort)" \
	"openvpn_plugin_abort_v1
openvpn_plugin_client_constructor_v1
openvpn_plugin_client_destructor_v1
openvpn_plugin_close_v1
openvpn_plugin_func_v3
openvpn_plugin_min_version_required_v1
openvpn_plugin_open_v3" "it shows the plugin interface and nothing else"
is "$(readelf -dW "$so" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sed 's/^libc\..*/libc/')" libc \
	"it needs libc and nothing else"

# A guest does not end the process, start threads, change its state or talk past its host.
forbidden='^(_?_?exit|quick_exit|abort|__assert_fail|raise|fork|vfork|system|popen|pthread_create|
signal|sigaction|setlocale|setenv|putenv|unsetenv|chdir|chroot|umask|setuid|setgid|atexit|
__cxa_atexit|syslog|openlog|open|open64|fopen|fopen64|write|pwrite|printf|__printf_chk|puts|sleep|
usleep|connect|getaddrinfo)$'
found=$(nm -D --undefined-only --format=just-symbols "$so" | sed 's/@.*//' |
	grep -E "$(tr -d '\n' <<<"$forbidden")")
is "$found" "" "it asks nothing of libc that a guest must not"

flags=$(readelf -dW "$so" | grep -E 'FLAGS')
[[ $flags == *NODELETE* ]]
ok $? "it stays loaded over a SIGHUP (-z nodelete)"
[[ $flags == *NOW* ]]
ok $? "everything is bound when it is loaded"
readelf -dW "$so" | grep -q TEXTREL
[ $? = 1 ]
ok $? "its code is never written to"
readelf -lW "$so" | grep -q 'GNU_STACK .* RW '
ok $? "its stack is not executable"
plan
