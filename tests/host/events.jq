# SPDX-License-Identifier: MIT
# The connect log in short: each event a line of `field=value`, without times, hashes and names
# that differ from run to run; empty fields are left out.

def short: tostring | if length > 100 then "\(.[:12])...(\(length))" else . end;

def field($name; value): value
	| if . == null or . == "" or . == [] then empty
	  else "\($name)=\(if type == "array" then join(",") else short end)" end;

def line: . as $e | .v4map as $v | [
	(.v4map.record // "-"), .event.action,
	field("reason"; .event.reason),
	field("session"; $v.session | if . then sub("^[0-9a-f]+-"; "") else . end),
	field("name"; $v.common_name),
	field("name_hex"; $v.common_name_hex),
	field("user"; if .user.name != $v.common_name then .user.name else null end),
	field("address"; .source.address),
	field("ip"; if .source.ip != .source.address then .source.ip else null end),
	field("port"; .source.port),
	field("form"; $v.form),
	field("embedded"; $v.embedded),
	field("translator"; $v.translator),
	field("listener"; $v.listener),
	field("transport"; .network.transport),
	field("mismatches"; $v.mismatches),
	field("rules"; $v.rules),
	field("routes"; $v.routes | if . then "\(.ipv4)+\(.ipv6)" else . end),
	field("deny"; $v.deny.rule),
	field("text"; $v.deny.text),
	field("tunnel"; $v.tunnel | if . then "\(.operation) \(.address)" else . end),
	field("duration"; .event.duration),
	field("received"; .source.bytes),
	field("sent"; .destination.bytes),
	field("gap"; $v.gap | if . then "\(.first)-\(.last)" else . end),
	field("generation"; $v.generation),
	field("file"; $v.file),
	field("message"; $v.message),
	field("openvpn"; $v.openvpn_version)
] | join(" ");

(map(select(.v4map.record)) | sort_by(.v4map.record)),
(map(select(.v4map.record | not)))
| .[] | line
