/* SPDX-License-Identifier: MIT */
/*
 * No image, however broken, is read outside of its bytes.  Worth most under ASan: the copies are
 * exactly as large as they say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "policy_fixture.h"
#include "v4map/push.h"

static struct policy_file real;
static char rendered[PUSH_TEXT_MAX + 1];

static int setup(void **state)
{
	struct policy_report report;

	(void)state;
	return policy_file_load("tests/data/policy-full.yaml", false, &real, &report);
}

static int teardown(void **state)
{
	(void)state;
	policy_file_done(&real);
	return 0;
}

static void *copy(size_t size)
{
	void *image = malloc(size != 0 ? size : 1);

	assert_non_null(image);
	memcpy(image, real.image, size);
	return image;
}

/* What the server would do with a policy that it took. */
static void use(const struct policy *policy)
{
	static const char *const ADDRESSES[] = {
		"198.51.100.66", "::ffff:192.0.2.7", "64:ff9b::808:808", "2002:c633:640c::1", NULL};
	void *scratch = malloc(policy_scratch_size(policy));

	assert_non_null(scratch);
	for (size_t i = 0; i < 2 * COUNT(ADDRESSES); i++) {
		const struct peer_texts texts = {
			.ip = ADDRESSES[i / 2], .common_name = "partner-7"};
		struct decision decision;
		struct peer peer;
		struct strbuf sb;
		size_t count;
		const struct prefix *translators = policy_translators(policy, &count);

		peer_init(&peer, &texts, translators, count);
		peer_set_listener(&peer, FAMILY_IPV6);
		peer_set_tunnel(&peer, "10.8.0.2", NULL, false, false);
		policy_decide(policy, &peer, i % 2 == 0 ? STAGE_VERIFY : STAGE_CONNECT, scratch,
			&decision);
		strbuf_init(&sb, rendered, sizeof(rendered));
		(void)push_render(policy, &decision, &sb);
		for (size_t j = 0; j < decision.matched_count; j++)
			(void)strlen(policy_rule_name(policy, decision.matched[j]));
		if (decision.verdict == VERDICT_DENY)
			(void)strlen(policy_text(policy, policy->rules[decision.deny_rule].deny));
	}
	free(scratch);
}

/* Is the image taken?  If so it is used; if not, the view is untouched. */
static bool try_image(const void *image, size_t size)
{
	struct policy policy, before;
	struct err err = {.text = ""};
	int rc;

	memset(&policy, 0x5a, sizeof(policy));
	before = policy;
	rc = policy_open(image, size, &policy, &err);
	if (rc == 0) {
		use(&policy);
		return true;
	}
	assert_int_equal(rc, -EINVAL);
	assert_string_not_equal(err.text, "");
	assert_memory_equal(&policy, &before, sizeof(policy));
	return false;
}

static void real_image_is_taken(void **state)
{
	(void)state;
	assert_true(try_image(real.image, real.image_size));
}

static void every_byte_may_be_wrong(void **state)
{
	static const uint8_t FLIPS[] = {0xff, 0x01, 0x02, 0x04, 0x10, 0x80, 0x7f};
	uint8_t *image = copy(real.image_size);
	size_t refused = 0;

	(void)state;
	for (size_t i = 0; i < real.image_size; i++) {
		for (size_t j = 0; j < COUNT(FLIPS); j++) {
			image[i] ^= FLIPS[j];
			refused += !try_image(image, real.image_size);
			image[i] ^= FLIPS[j];
		}
	}
	assert_true(refused > real.image_size);
	free(image);
}

/* Every word becomes a number that is dangerous as an offset or a count. */
static void every_word_may_be_wrong(void **state)
{
	const uint32_t size = (uint32_t)real.image_size;
	const uint32_t words[] = {0, 1, UINT32_MAX, UINT32_MAX - 3, 0x80000000, 0x0ccccccd,
		0x0e38e38f, 0x05555556, size, size - 1, size - 4, size / 2};
	uint8_t *image = copy(real.image_size);

	(void)state;
	for (size_t i = 0; i + sizeof(uint32_t) <= real.image_size; i += sizeof(uint32_t)) {
		for (size_t j = 0; j < COUNT(words); j++) {
			memcpy(image + i, &words[j], sizeof(uint32_t));
			(void)try_image(image, real.image_size);
		}
		memcpy(image + i, (const uint8_t *)real.image + i, sizeof(uint32_t));
	}
	free(image);
}

static void every_length_is_too_short(void **state)
{
	(void)state;
	for (size_t size = 0; size < real.image_size; size++) {
		void *image = copy(size);

		assert_false(try_image(image, size));
		if (size >= sizeof(struct image_header)) {
			((struct image_header *)image)->size = (uint32_t)size;
			assert_false(try_image(image, size));
		}
		free(image);
	}
}

static void address_must_be_aligned(void **state)
{
	uint8_t *image = malloc(real.image_size + 1);

	(void)state;
	assert_non_null(image);
	memcpy(image + 1, real.image, real.image_size);
	assert_false(try_image(image + 1, real.image_size));
	free(image);
}

/* One lie at a time, each to be refused. */
struct lie {
	const char *name;
	void (*tell)(struct image_header *header, struct image_rule *rules, struct prefix *prefixes,
		uint32_t *strings, char *texts);
};

#define LIE(function, statement)                                                                   \
	static void function(struct image_header *header, struct image_rule *rules,                \
		struct prefix *prefixes, uint32_t *strings, char *texts)                           \
	{                                                                                          \
		(void)header, (void)rules, (void)prefixes, (void)strings, (void)texts;             \
		statement;                                                                         \
	}

LIE(lie_magic, header->magic[7] = 'H')
LIE(lie_version, header->version = IMAGE_VERSION + 1)
LIE(lie_size, header->size--)
LIE(lie_bypass, header->bypass = IMAGE_BYPASS_NEVER + 1)
LIE(lie_replace, header->replace_pushed_routes = 2)
LIE(lie_wait, header->wait_for_log = 2)
LIE(lie_refuse, header->refuse_on_failure = 2)
LIE(lie_rules_align, header->rules.first += 2; header->rules.count--)
LIE(lie_rules_count, header->rules.count = POLICY_RULES_MAX + 1)
LIE(lie_marks, header->list_marks.count++)
LIE(lie_marks_first, header->list_marks.first = header->size)
LIE(lie_gates, header->gates.count--)
LIE(lie_gates_first, header->gates.first = header->size - 4)
LIE(lie_rules_overflow, header->rules.count = UINT32_MAX / sizeof(struct image_rule) + 2)
LIE(lie_text_open, texts[header->texts.count - 1] = 'x')
LIE(lie_string, strings[0] = header->texts.count)
LIE(lie_family, prefixes[0].addr.family = 5)
LIE(lie_no_family, prefixes[0].addr.family = FAMILY_NONE)
LIE(lie_len4, prefixes[0].len = 33)
LIE(lie_len6, prefixes[2].len = 129)
LIE(lie_host_bits, prefixes[rules[0].routes.first].addr.bytes[3] = 1)
LIE(lie_unused, prefixes[0].addr.bytes[4] = 1)
LIE(lie_servers, header->servers.count = header->prefixes.count + 1)
LIE(lie_server_block, header->servers.count++)
LIE(lie_server_order, prefixes[1] = prefixes[0])
LIE(lie_translators, header->translators.first = UINT32_MAX)
LIE(lie_translator, header->translators.first--)
LIE(lie_name, rules[0].name = header->texts.count)
LIE(lie_deny, rules[4].deny = IMAGE_NO_TEXT - 1)
LIE(lie_forms, rules[0].forms = 1 << FORM_COUNT)
LIE(lie_families, rules[0].families = 4)
LIE(lie_listeners, rules[0].listeners = 8)
LIE(lie_tunnels, rules[0].tunnels = 1)
LIE(lie_tunnels_high, rules[0].tunnels = 16)
LIE(lie_deny_at, rules[0].deny_at = 2)
LIE(lie_last, rules[0].last = 2)
LIE(lie_default, rules[0].default_route = 4)
LIE(lie_leak_guard, header->leak_guard = IMAGE_LEAK_GUARD_NEVER + 1)
LIE(lie_nat64_guard, header->nat64_guard = 2)
LIE(lie_lists, rules[0].lists = 1)
LIE(lie_list_count, header->lists.count = POLICY_LISTS_MAX + 1)
LIE(lie_ranges, rules[5].versions.first = header->ranges.count)
LIE(lie_proxies, header->proxies.count = header->prefixes.count + 1)
LIE(lie_excludes, prefixes[rules[5].excludes.first] = prefixes[rules[5].excludes.first + 1])
LIE(lie_dns, prefixes[rules[5].dns.first].len = 31)
LIE(lie_platforms, rules[5].platforms.count = header->strings.count)
LIE(lie_peers, rules[2].peers.first = header->prefixes.count - 2)
LIE(lie_peers_order, prefixes[rules[2].peers.first] = prefixes[rules[2].peers.first + 1])
LIE(lie_routes, rules[1].routes.count = UINT32_MAX)
LIE(lie_routes_order, prefixes[rules[1].routes.first + 1] = prefixes[rules[1].routes.first])
LIE(lie_peers_shared,
	for (uint32_t i = 0; i < header->rules.count; i++) rules[i].peers = rules[2].peers)
LIE(lie_names, rules[2].common_names.first = header->strings.count)
LIE(lie_push, rules[2].push.count = header->strings.count)
LIE(lie_option, texts[strings[rules[2].push.first] + 4] = '\n')
LIE(lie_option_quote, texts[strings[rules[2].push.first] + 4] = '"')

static const struct lie LIES[] = {
	{"magic", lie_magic},
	{"version", lie_version},
	{"size", lie_size},
	{"bypass", lie_bypass},
	{"replace", lie_replace},
	{"wait for log", lie_wait},
	{"refuse on failure", lie_refuse},
	{"rules not aligned", lie_rules_align},
	{"too many rules", lie_rules_count},
	{"more marks than lists", lie_marks},
	{"marks outside", lie_marks_first},
	{"fewer gates than rules", lie_gates},
	{"gates outside", lie_gates_first},
	{"rules overflow 32 bits", lie_rules_overflow},
	{"texts without end", lie_text_open},
	{"a string outside", lie_string},
	{"a family of 5", lie_family},
	{"no family", lie_no_family},
	{"IPv4 /33", lie_len4},
	{"IPv6 /129", lie_len6},
	{"host bits", lie_host_bits},
	{"unused bytes", lie_unused},
	{"servers outside", lie_servers},
	{"a server that is a block", lie_server_block},
	{"servers not ascending", lie_server_order},
	{"translators outside", lie_translators},
	{"a translator that is none", lie_translator},
	{"a name outside", lie_name},
	{"a reason outside", lie_deny},
	{"forms", lie_forms},
	{"families", lie_families},
	{"listeners", lie_listeners},
	{"tunnels", lie_tunnels},
	{"tunnels above", lie_tunnels_high},
	{"deny-at", lie_deny_at},
	{"last", lie_last},
	{"default route", lie_default},
	{"leak guard", lie_leak_guard},
	{"nat64 guard", lie_nat64_guard},
	{"a list that is not there", lie_lists},
	{"too many lists", lie_list_count},
	{"ranges outside", lie_ranges},
	{"proxies outside", lie_proxies},
	{"excludes not ascending", lie_excludes},
	{"a name server that is a block", lie_dns},
	{"platforms outside", lie_platforms},
	{"peers outside", lie_peers},
	{"peers not ascending", lie_peers_order},
	{"routes outside", lie_routes},
	{"routes not ascending", lie_routes_order},
	{"peers of five rules", lie_peers_shared},
	{"common names outside", lie_names},
	{"push outside", lie_push},
	{"a line end in an option", lie_option},
	{"a quote in an option", lie_option_quote},
};

static void lie_is_refused(void **state)
{
	const struct lie *lie = *state;
	char *image = copy(real.image_size);
	struct image_header *header = (void *)image;

	lie->tell(header, (void *)(image + header->rules.first),
		(void *)(image + header->prefixes.first), (void *)(image + header->strings.first),
		image + header->texts.first);
	assert_false(try_image(image, real.image_size));
	free(image);
}

int main(void)
{
	struct CMUnitTest tests[COUNT(LIES) + 5] = {{0}};
	size_t count = 0;

	for (size_t i = 0; i < COUNT(LIES); i++)
		tests[count++] = ROW_TEST(LIES[i].name, lie_is_refused, &LIES[i]);
	tests[count++] = ROW_TEST("a real image", real_image_is_taken, NULL);
	tests[count++] = ROW_TEST("every byte", every_byte_may_be_wrong, NULL);
	tests[count++] = ROW_TEST("every word", every_word_may_be_wrong, NULL);
	tests[count++] = ROW_TEST("every length", every_length_is_too_short, NULL);
	tests[count++] = ROW_TEST("not aligned", address_must_be_aligned, NULL);
	return cmocka_run_group_tests_name("policy_image", tests, setup, teardown);
}
