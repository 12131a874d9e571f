/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "policy_fixture.h"

#define A10 "aaaaaaaaaa"
#define A60 A10 A10 A10 A10 A10 A10
#define R(text) "rules: [{name: a, " text "}]" /* its text begins in column 19 */
#define W(text) R("when: {" text "}")	       /* in column 26 */

struct bad_row {
	const char *name, *yaml;
	unsigned line, column;
	const char *code, *message;
};

static const struct bad_row BAD[] = {
	/* keys */
	{"unknown key", "rulez: []", 1, 1, "unknown-key", "'rulez'; did you mean rules?"},
	{"unknown key of a rule", "rules:\n  - name: a\n    routs: []", 3, 5, "unknown-key",
		"'routs'; did you mean routes?"},
	{"unknown key of when", W("comon-name: a"), 1, 26, "unknown-key",
		"did you mean common-name?"},
	{"unknown key of audit", "audit: {files: /x}", 1, 9, "unknown-key", "did you mean file?"},
	{"unknown key like none", "colour: blue", 1, 1, "unknown-key",
		"no such key here: 'colour'"},
	{"a merge key", "<<: {}", 1, 1, "unknown-key", "'<<'"},
	{"upper case", "Rules: []", 1, 1, "unknown-key", "did you mean rules?"},
	{"duplicate key", "bypass: auto\nrules: []\nbypass: auto", 3, 1, "duplicate-key",
		"bypass is there already, on line 1"},
	{"duplicate key of a rule", "rules:\n- name: a\n  last: true\n  last: true", 4, 3,
		"duplicate-key", "on line 3"},
	{"a list as key", "? [a]\n: b", 1, 3, "wrong-type", "want a key, found a list"},
	{"a mapping as key", "? {a: b}\n: b", 1, 3, "wrong-type", "want a key, found a mapping"},
	{"a NUL in a key", "\"rules\\0\": []", 1, 1, "bad-value", "NUL"},
	/* types */
	{"a list of all", "- rules", 1, 1, "wrong-type", "policy: want a mapping, found a list"},
	{"a text for all", "rules", 1, 1, "wrong-type", "policy: want a mapping, found 'rules'"},
	{"rules: mapping", "rules: {}", 1, 8, "wrong-type", "want a list of rules"},
	{"rules: nothing", "rules:", 1, 7, "wrong-type", "found nothing"},
	{"rules: text", "rules: ''", 1, 8, "wrong-type", "found ''"},
	{"rules: of texts", "rules: [a]", 1, 9, "wrong-type", "found 'a'"},
	{"rules: of lists", "rules: [[]]", 1, 9, "wrong-type", "found a list"},
	{"routes: one text", R("routes: 10.0.0.0/8"), 1, 27, "wrong-type",
		"routes: want a list of address blocks, found '10.0.0.0/8'"},
	{"routes: a list in it", R("routes: [[10.0.0.0/8]]"), 1, 28, "wrong-type", "found a list"},
	{"routes: nothing in it", R("routes: [10.0.0.0/8, , ]"), 1, 40, "syntax", ""},
	{"routes: an empty element", "rules:\n- name: a\n  routes:\n  -\n", 4, 4, "wrong-type",
		"found nothing"},
	{"when: list", R("when: []"), 1, 25, "wrong-type", "when: want a mapping, found a list"},
	{"when: nothing", R("when: "), 1, 25, "wrong-type", "found nothing"},
	{"name: list", "rules: [{name: [a]}]", 1, 16, "wrong-type", "name: want a name"},
	{"family: mapping", W("family: {}"), 1, 34, "wrong-type", "found a mapping"},
	{"audit: text", "audit: /x", 1, 8, "wrong-type", "audit: want a mapping, found '/x'"},
	{"deeper than six", "rules: [{name: a, when: {peer: [[[[1]]]]}}]", 1, 33, "wrong-type",
		"found a list"},
	/* the subset */
	{"a second document", "---\nrules: []\n---\nrules: []\n", 3, 1, "not-in-subset",
		"a second document"},
	{"an alias", "bypass: *a", 1, 9, "not-in-subset", "an alias"},
	{"an anchor", "bypass: &a auto", 1, 9, "not-in-subset", "an anchor"},
	{"an anchor of a list", "rules: &a []", 1, 8, "not-in-subset", "an anchor"},
	{"an anchor of a mapping", "audit: &a {}", 1, 8, "not-in-subset", "an anchor"},
	{"an anchor of a key", "&a audit: {}", 1, 1, "not-in-subset", "an anchor"},
	{"a tag", "bypass: !!str auto", 1, 9, "not-in-subset", "a tag"},
	{"a local tag", "rules: !mine []", 1, 8, "not-in-subset", "a tag"},
	{"the bare tag", "bypass: ! auto", 1, 9, "not-in-subset", "a tag"},
	{"the bare tag behind \xc3\xbc", "# \xc3\xbc\r\nbypass: ! auto", 2, 9, "not-in-subset",
		"a tag"},
	{"a YAML directive", "%YAML 1.1\n---\nrules: []", 1, 1, "not-in-subset", "a directive"},
	{"a TAG directive", "%TAG ! !a\n---\nrules: []", 1, 1, "not-in-subset", "a directive"},
	{"a tab before a line", "audit:\n\tfile: /x", 2, 1, "syntax", "found a tab"},
	{"a tab behind blanks", "audit:\n  \tfile: /x", 2, 3, "syntax", "found a tab"},
	{"a tab in a flow list", "rules: [\n\t{name: a}]", 2, 1, "syntax", "found a tab"},
	{"not closed", "rules: [\n", 2, 1, "syntax", "not YAML"},
	{"a stray bracket", "rules: ]", 1, 8, "syntax", "not YAML"},
	{"deep brackets", "rules: [{name: a, push: [{{{{{{{{{{{{{{{{{{{{", 1, 26, "wrong-type",
		"found a mapping"},
	{"a NUL byte", "bypass: a\1to", 1, 10, "syntax", "control characters"},
	{"half a letter", "bypass: \xc3", 1, 9, "syntax", "not YAML"},
	{"Latin 1", "# M\xfcller\nbypass: auto", 1, 4, "syntax", "not YAML"},
	{"UTF-16",
		"\xff\xfe"
		"b",
		1, 1, "syntax", "not YAML"},
	{"a NUL by escape", R("deny: \"a\\0b\""), 1, 25, "bad-value", "NUL"},
	/* values at the top */
	{"audit: relative", "audit: {file: v4map.jsonl}", 1, 15, "bad-value",
		"file: want an absolute path, found 'v4map.jsonl'"},
	{"audit: empty", "audit: {file: ''}", 1, 15, "bad-value", "absolute path"},
	{"server: block", "server-addresses: [192.0.2.0/24]", 1, 20, "bad-value",
		"want single addresses, found the block '192.0.2.0/24'"},
	{"server: name", "server-addresses: [vpn.example.org]", 1, 20, "bad-value",
		"found 'vpn.example.org'"},
	{"server: mapped block", "server-addresses: ['::ffff:192.0.2.0/120']", 1, 20, "bad-value",
		"want single addresses"},
	{"server: one text", "server-addresses: 192.0.2.1", 1, 19, "wrong-type",
		"want a list of addresses"},
	{"translator: IPv4", "translators: [10.0.0.0/8]", 1, 15, "bad-value", "IPv6 block"},
	{"translator: length", "translators: ['2001:db8::/33']", 1, 15, "bad-value", "found 33"},
	{"translator: byte 8", "translators: ['2001:db8::ff00:0:0:0/96']", 1, 15, "bad-value",
		"bits 64 to 71"},
	{"bypass: unknown", "bypass: on", 1, 9, "bad-value",
		"want auto, always or never, found 'on'"},
	{"bool: yes", "replace-pushed-routes: yes", 1, 24, "bad-value",
		"want true or false, found 'yes'"},
	{"bool: True", R("last: True"), 1, 25, "bad-value", "found 'True'"},
	{"bool: 1", R("last: 1"), 1, 25, "bad-value", "found '1'"},
	{"bool: quoted", R("last: \"true\""), 1, 25, "bad-value", "found the text \"true\""},
	{"bool: quoted false", R("last: 'false'"), 1, 25, "bad-value", "the text"},
	/* rules */
	{"no name", "rules:\n  - last: true\n", 2, 5, "missing-name", "want a rule with a name"},
	{"nothing in a rule", "rules: [{}]", 1, 9, "missing-name", "name"},
	{"empty name", "rules: [{name: ''}]", 1, 16, "bad-value", "found ''"},
	{"name of 64", "rules: [{name: " A60 "aaaa}]", 1, 16, "bad-value", "want 1 to 63"},
	{"name with a blank", "rules: [{name: a b}]", 1, 16, "bad-value", "found 'a b'"},
	{"name with a line end", "rules: [{name: \"a\\n\"}]", 1, 16, "bad-value", "letters"},
	{"name beyond ASCII", "rules: [{name: \xc3\xbc}]", 1, 16, "bad-value", "letters"},
	{"duplicate name", "rules:\n- name: a\n- name: b\n- name: a\n", 4, 9, "duplicate-name",
		"'a' is the rule on line 2 already"},
	{"family: unknown", W("family: ipv5"), 1, 34, "bad-value",
		"want ipv4 or ipv6, found 'ipv5'"},
	{"form: unknown", W("form: [native, nat46]"), 1, 41, "bad-value",
		"want native, mapped, translated, nat64, 6to4, teredo, isatap, v4-compatible or "
		"v4-translated, found 'nat46'"},
	{"tunnel: unknown", W("tunnel: none"), 1, 34, "bad-value", "want ipv4, ipv6 or dual"},
	{"listener: dual", W("listener: dual"), 1, 36, "bad-value", "want ipv4 or ipv6"},
	{"peer: host bits", W("peer: 10.0.0.1/8"), 1, 32, "bad-value", "did you mean 10.0.0.0/8?"},
	{"peer: zone", W("peer: 'fe80::1%eth0'"), 1, 32, "bad-value", "want an address block"},
	{"common-name: empty", W("common-name: ''"), 1, 39, "bad-value", "want a name"},
	{"common-name: nine stars", W("common-name: 'a*********'"), 1, 39, "bad-value",
		"at most 8 '*', found 9"},
	{"routes: host bits", R("routes: [10.20.0.0/16, 10.20.0.1/16]"), 1, 42, "bad-value",
		"did you mean 10.20.0.0/16?"},
	{"routes: IPv6 host bits", R("routes: ['2001:db8:20::1/48']"), 1, 28, "bad-value",
		"did you mean 2001:db8:20::/48?"},
	{"routes: length", R("routes: [10.0.0.0/33]"), 1, 28, "bad-value", "from 0 to 32"},
	{"routes: not an address", R("routes: [10.0.0/8]"), 1, 28, "bad-value", "'10.0.0/8'"},
	{"routes: mapped, /95", R("routes: ['::ffff:0:0/95']"), 1, 28, "bad-value",
		"/96 or longer"},
	{"push: route", R("push: [route 10.0.0.0 255.0.0.0]"), 1, 26, "bad-value",
		"want networks under routes"},
	{"push: route alone", R("push: [route]"), 1, 26, "bad-value", "under routes"},
	{"push: route-ipv6", R("push: ['route-ipv6 fd00::/8']"), 1, 26, "bad-value",
		"under routes"},
	{"push: quote", R("push: ['echo \"a']"), 1, 26, "bad-value", "misread"},
	{"push: comma", R("push: ['echo a,b']"), 1, 26, "bad-value", "misread the ,"},
	{"push: empty", R("push: ['']"), 1, 26, "bad-value", "want an option"},
	{"push: line end", R("push: [\"ping 1\\nping 2\"]"), 1, 26, "bad-value", "byte 0x0a"},
	{"deny: empty", R("deny: ''"), 1, 25, "bad-value", "want the reason"},
	{"deny: list", R("deny: [a]"), 1, 25, "wrong-type", "want the reason, found a list"},
	{"deny: nothing", R("deny: "), 1, 25, "wrong-type", "want the reason, found nothing"},
	{"deny-at: unknown", R("deny: a, deny-at: later"), 1, 37, "bad-value",
		"want connect or verify"},
	/* not a single key */
	{"nothing", "", 0, 0, "empty", "want a key at least, found none"},
	{"only blanks", " \n\n", 0, 0, "empty", "`rules: []`"},
	{"only comments", "# nothing\n\n# here\n", 0, 0, "empty", "found none"},
	{"only a mark of byte order", "\xef\xbb\xbf", 0, 0, "empty", "found none"},
	{"only a document's begin", "---\n", 0, 0, "empty", "found none"},
	{"only a mapping of nothing", "{}", 0, 0, "empty", "found none"},

	/* empty lists */
	{"empty server-addresses", "server-addresses: []", 1, 19, "empty-list",
		"server-addresses: want at least one of addresses"},
	{"empty translators", "translators: []", 1, 14, "empty-list", "at least one"},
	{"empty routes", R("routes: []"), 1, 27, "empty-list", "at least one of address blocks"},
	{"empty push", R("push: []"), 1, 25, "empty-list", "at least one"},
	{"empty family", W("family: []"), 1, 34, "empty-list", "at least one"},
	{"empty peer", W("peer: []"), 1, 32, "empty-list", "at least one"},
	{"empty common-name", W("common-name: []"), 1, 39, "empty-list", "at least one"},
	/* what does not go together */
	{"deny and routes", R("deny: a, routes: [10.0.0.0/8]"), 1, 25, "conflict",
		"either deny or routes"},
	{"push and deny", R("push: [ping 1], deny: a"), 1, 41, "conflict", "either deny or routes"},
	{"deny-at without deny", R("deny-at: connect"), 1, 28, "conflict", "found no deny"},
	{"verify and tunnel", R("deny: a, deny-at: verify, when: {tunnel: dual}"), 1, 37,
		"conflict", "asks for tunnel"},
	{"verify and listener", R("deny: a, deny-at: verify, when: {listener: ipv4}"), 1, 37,
		"conflict", "asks for listener"},
	{"verify and client-version", R("deny: a, deny-at: verify, when: {client-version: '3'}"), 1,
		37, "conflict", "asks for client-version"},
	{"verify and platform", R("deny: a, deny-at: verify, when: {platform: win}"), 1, 37,
		"conflict", "asks for platform"},
	{"deny and exclude", R("deny: a, exclude: [10.0.0.0/8]"), 1, 25, "conflict", "either"},
	{"deny and default-route", R("deny: a, default-route: ipv4"), 1, 25, "conflict", "either"},
	{"deny and dns", R("deny: a, dns: 10.0.0.53"), 1, 25, "conflict", "either"},
	{"version: a word", W("client-version: new"), 1, 42, "bad-value",
		"want a version such as 2.6, <2.4 or '>=2.4 <2.6', found 'new'"},
	{"version: four parts", W("client-version: 2.6.1.1"), 1, 42, "bad-value", "'2.6.1.1'"},
	{"version: 256", W("client-version: 2.256"), 1, 42, "bad-value", "'2.256'"},
	{"version: none between", W("client-version: '>2.5 <2.4'"), 1, 42, "bad-value",
		"no version is"},
	{"version: below all", W("client-version: '<0.0.1'"), 1, 42, "bad-value", "no version is"},
	{"dns: a block", R("dns: [10.0.0.0/8]"), 1, 25, "bad-value", "single addresses"},
	{"dns: a name", R("dns: [ns.example.org]"), 1, 25, "bad-value", "want an address"},
	{"dns: nine",
		R("dns: [10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5, 10.0.0.6, 10.0.0.7, "
		  "10.0.0.8, 10.0.0.9]"),
		1, 105, "bad-value", "at most 8 name servers"},
	{"default-route: both in one", R("default-route: dual"), 1, 34, "bad-value",
		"want ipv4 or ipv6"},
	{"leak-guard", "leak-guard: true", 1, 13, "bad-value", "want auto, always or never"},
	{"nat64-guard", "nat64-guard: auto", 1, 14, "bad-value", "want true or false"},
	{"prefix-lists: a list", "prefix-lists: [a]", 1, 15, "wrong-type", "found a list"},
	{"prefix-lists: two of a name", "prefix-lists:\n  a: /b\n  a: /c", 3, 3, "duplicate-key",
		"on line 2"},
	{"prefix-lists: a bad name", "prefix-lists: {'a b': /c}", 1, 16, "bad-value", "letters"},
	{"prefix-lists: relative", "prefix-lists: {a: b}", 1, 19, "bad-value", "absolute path"},
	{"prefix-lists: a list in it", "prefix-lists: {a: [/b]}", 1, 19, "wrong-type",
		"found a list"},
	{"prefix-lists: nothing in it", "prefix-lists: {a: }", 1, 19, "wrong-type",
		"found nothing"},
	{"peer-list: unknown", W("peer-list: office"), 1, 37, "unknown-list", "found 'office'"},
	{"proxies: a name", "proxies: [haproxy]", 1, 11, "bad-value", "want an address block"},
	{"verify and native", R("deny: a, deny-at: verify, when: {form: [6to4, native]}"), 1, 37,
		"conflict", "look alike"},
	{"verify and mapped", R("when: {form: mapped}, deny: a, deny-at: verify"), 1, 59,
		"conflict", "look alike"},
};

/* Compiles `len` bytes and finds the results untouched when that fails. */
static int load(const char *yaml, size_t len, struct policy_file *file, struct err *err)
{
	static struct policy_report report;
	struct policy_file before;
	int rc;

	memset(file, 0x5a, sizeof(*file));
	before = *file;
	rc = policy_text_load(yaml, len, "p.yaml", file, &report);
	*err = report.errs[0];
	assert_int_equal(report.count, rc != 0);
	assert_int_equal(report.found, rc != 0);
	assert_string_equal(err->file, "p.yaml");
	if (rc != 0)
		assert_memory_equal(file, &before, sizeof(before));
	return rc;
}

static void is_refused(void **state)
{
	const struct bad_row *row = *state;
	struct policy_file file;
	struct err err;
	size_t len = strlen(row->yaml);
	char *exact = malloc(len); /* not terminated: whoever reads on is found out */

	assert_non_null(exact);
	memcpy(exact, row->yaml, len);
	if (memchr(exact, 1, len) != NULL)
		*(char *)memchr(exact, 1, len) = '\0';
	assert_int_equal(load(exact, len, &file, &err), -EINVAL);
	free(exact);
	if (err.line != row->line || err.column != row->column)
		fail_msg("want %u:%u, found %u:%u: %s", row->line, row->column, err.line,
			err.column, err.text);
	assert_string_equal(err.code, row->code);
	if (strstr(err.text, row->message) == NULL)
		fail_msg("no '%s' in '%s'", row->message, err.text);
}

struct good_row {
	const char *name, *yaml;
};

static const struct good_row GOOD[] = {
	{"a document's begin and end", "---\nrules: []\n...\n"},
	{"no rules", "rules: []"},
	{"a rule that only has a name", "rules: [{name: a}]"},
	{"name of 63", "rules: [{name: " A60 "aaa}]"},
	{"all of a name's bytes", "rules: [{name: aZ09._-}]"},
	{"a name that looks like a number", "rules: [{name: 1}]"},
	{"eight stars", W("common-name: '********'")},
	{"one text for a list", W("family: ipv4, form: 6to4, peer: 10.0.0.0/8, tunnel: dual")},
	{"a mark of byte order", "\xef\xbb\xbfrules: []\n"},
	{"CRLF", "bypass: auto\r\nrules:\r\n  - name: a\r\n"},
	{"tabs that indent nothing", "bypass:\tauto\t# \t\n"},
	{"verify and a prefix list's peer", R("deny: a, deny-at: verify, when: {peer: 10.0.0.1}")},
	{"versions",
		W("client-version: ['<2.4', 2.5, '=2.6.14', '>=2.6 <3', '3', '>2.5', '<=2.3']")},
	{"name servers, and one text for a list", R("dns: 10.0.0.53, default-route: ipv4")},
	{"verify and other forms", R("deny: a, deny-at: verify, when: {form: [6to4, translated]}")},
	{"connect and tunnel",
		R("deny: a, deny-at: connect, when: {tunnel: dual, listener: ipv4}")},
	{"mapped, /96", R("routes: ['::ffff:0:0/96']")},
	{"options that begin like route", R("push: [route-metric 7, route-gateway 10.8.0.1]")},
	{"empty audit", "audit: {}"},
	{"empty when", R("when: {}")},
};

static void is_taken(void **state)
{
	const struct good_row *row = *state;
	struct fixture fixture;

	fixture_load(&fixture, row->yaml);
	assert_false(fixture.file.is_default);
	fixture_done(&fixture);
}

static void full_policy_is_taken_whole(void **state)
{
	struct policy_file file;
	struct policy_report report;
	struct policy policy;
	struct err err;
	const struct image_rule *rule;

	(void)state;
	if (policy_file_load("tests/data/policy-full.yaml", false, &file, &report) != 0)
		fail_msg("%u:%u: %s", report.errs[0].line, report.errs[0].column,
			report.errs[0].text);
	assert_int_equal(policy_open(file.image, file.image_size, &policy, &err), 0);
	assert_string_equal(file.audit.file, "/var/log/openvpn/full.jsonl");
	assert_false(file.is_default);
	assert_int_equal(policy.header->bypass, IMAGE_BYPASS_AUTO);
	assert_int_equal(policy.header->replace_pushed_routes, 1);
	assert_int_equal(policy.header->servers.count, 3); /* .0 and .1 do not merge */
	assert_int_equal(policy.header->translators.count, 2);
	assert_int_equal(policy.header->proxies.count, 2);
	assert_int_equal(policy.header->leak_guard, IMAGE_LEAK_GUARD_ALWAYS);
	assert_int_equal(policy.header->nat64_guard, 1);
	assert_int_equal(policy.rule_count, 6);
	assert_int_equal(policy.route_max, 2 + 2 + 1 + 1); /* two halves have become one */
	assert_int_equal(policy.exclude_max, 2);
	assert_int_equal(policy.dns_max, 2);
	rule = &policy.rules[1];
	assert_string_equal(policy_rule_name(&policy, 1), "over-ipv4");
	assert_int_equal(rule->families, IMAGE_IPV4);
	assert_int_equal(rule->routes.count, 2);
	rule = &policy.rules[2];
	assert_int_equal(rule->families, IMAGE_IPV4 | IMAGE_IPV6);
	assert_int_equal(rule->forms, 1 << FORM_NATIVE | 1 << FORM_MAPPED | 1 << FORM_TRANSLATED);
	assert_int_equal(rule->tunnels, 1 << TUNNEL_IPV4 | 1 << TUNNEL_DUAL);
	assert_int_equal(rule->listeners, IMAGE_IPV6);
	assert_int_equal(rule->peers.count, 3);
	assert_int_equal(rule->common_names.count, 2);
	assert_int_equal(rule->push.count, 2);
	assert_int_equal(rule->last, 1);
	assert_true(rule->deny == IMAGE_NO_TEXT);
	rule = &policy.rules[3];
	assert_string_equal(
		policy_text(&policy, rule->deny), "transition addresses are not accepted");
	assert_int_equal(rule->deny_at, IMAGE_DENY_AT_VERIFY);
	rule = &policy.rules[4];
	assert_int_equal(rule->deny_at, IMAGE_DENY_AT_CONNECT);
	assert_int_equal(rule->last, 0);
	rule = &policy.rules[5];
	assert_int_equal(rule->default_route, IMAGE_IPV4 | IMAGE_IPV6);
	assert_int_equal(rule->versions.count, 2);
	assert_int_equal(policy.ranges[rule->versions.first].low, CLIENT_VERSION(2, 4));
	assert_int_equal(policy.ranges[rule->versions.first].high, CLIENT_VERSION(2, 6) - 1);
	assert_int_equal(rule->platforms.count, 2);
	assert_int_equal(rule->excludes.count, 2);
	assert_int_equal(rule->dns.count, 2);
	policy_file_done(&file);
	assert_null(file.image);
}

static void defaults(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_load(&fixture, "rules: []");
	assert_string_equal(fixture.file.audit.file, V4MAP_AUDIT_DEFAULT);
	assert_int_equal(fixture.file.audit.durability, DURABILITY_INTERVAL);
	assert_int_equal(fixture.file.audit.sync_interval_ms, 1000);
	assert_int_equal(fixture.policy.header->bypass, IMAGE_BYPASS_AUTO);
	assert_int_equal(fixture.policy.header->replace_pushed_routes, 0);
	assert_int_equal(fixture.policy.rule_count, 0);
	fixture_done(&fixture);
}

int main(void)
{
	struct CMUnitTest tests[COUNT(BAD) + COUNT(GOOD) + 2] = {{0}};
	size_t count = 0;

	for (size_t i = 0; i < COUNT(BAD); i++)
		tests[count++] = ROW_TEST(BAD[i].name, is_refused, &BAD[i]);
	for (size_t i = 0; i < COUNT(GOOD); i++)
		tests[count++] = ROW_TEST(GOOD[i].name, is_taken, &GOOD[i]);
	tests[count++] = ROW_TEST("full policy", full_policy_is_taken_whole, NULL);
	tests[count++] = ROW_TEST("defaults", defaults, NULL);
	return cmocka_run_group_tests_name("policy_yaml", tests, NULL, NULL);
}
