/* SPDX-License-Identifier: MIT */
/*
 * The image's inspection: everything that policy_decide and push_render go by without looking
 * again is looked at here.
 */
#include "v4map/policy.h"

#include <errno.h>
#include <string.h>
#include "v4map/push.h"

/* An image under inspection. */
struct inspected {
	const char *base;
	struct policy policy;
	uint32_t prefix_count, string_count, range_count, list_count;
	/* Of all rules. */
	uint64_t prefix_sum, route_sum, exclude_sum, dns_sum, string_sum, range_sum;
};

static int bad(struct err *err, const char *what)
{
	(void)err_set(err, -EINVAL, "not a policy image: %s", what);
	return -EINVAL;
}

static bool span_in(struct image_span span, uint32_t count)
{
	return (uint64_t)span.first + span.count <= count;
}

/* Elements of `element` bytes at a byte offset. */
static bool bytes_in(struct image_span span, size_t element, size_t size)
{
	return span.first % _Alignof(uint32_t) == 0 &&
	       span.first + (uint64_t)span.count * element <= size;
}

static int check_header(const void *image, size_t size, struct err *err)
{
	const struct image_header *header = image;

	if ((uintptr_t)image % _Alignof(struct image_header) != 0 || size < sizeof(*header))
		return bad(err, "too small or not aligned");
	if (memcmp(header->magic, IMAGE_MAGIC, sizeof(header->magic)) != 0)
		return bad(err, "another magic");
	if (header->version != IMAGE_VERSION)
		return err_set(err, -EINVAL, "want policy image version %d, found %u",
			IMAGE_VERSION, header->version);
	if (header->size != size)
		return bad(err, "another size than it says");
	if (header->bypass > IMAGE_BYPASS_NEVER || header->replace_pushed_routes > 1 ||
		header->leak_guard > IMAGE_LEAK_GUARD_NEVER || header->nat64_guard > 1 ||
		header->wait_for_log > 1 || header->refuse_on_failure > 1)
		return bad(err, "a setting out of range");
	return 0;
}

/* Lay the view over the image's arrays. */
static int lay_out(struct inspected *in, size_t size, struct err *err)
{
	const struct image_header *header = (const void *)in->base;

	if (!bytes_in(header->rules, sizeof(struct image_rule), size) ||
		!bytes_in(header->prefixes, sizeof(struct prefix), size) ||
		!bytes_in(header->strings, sizeof(uint32_t), size) ||
		!bytes_in(header->gates, sizeof(struct image_gate), size) ||
		!bytes_in(header->ranges, sizeof(struct version_range), size) ||
		!bytes_in(header->lists, sizeof(struct image_list), size) ||
		!bytes_in(header->list_prefixes, sizeof(struct prefix), size) ||
		!bytes_in(header->list_marks, sizeof(struct prefix), size) ||
		!bytes_in(header->texts, 1, size))
		return bad(err, "an array outside of it");
	if (header->gates.count != header->rules.count)
		return bad(err, "not a gate for each rule");
	if (header->list_marks.count != image_mark_count(header->list_prefixes.count))
		return bad(err, "marks that are not those of its prefix lists");
	if (header->rules.count > POLICY_RULES_MAX)
		return bad(err, "too many rules");
	if (header->lists.count > POLICY_LISTS_MAX)
		return bad(err, "too many prefix lists");
	in->prefix_count = header->prefixes.count;
	in->string_count = header->strings.count;
	in->range_count = header->ranges.count;
	in->list_count = header->lists.count;
	in->policy = (struct policy){.header = header,
		.rules = (const void *)(in->base + header->rules.first),
		.strings = (const void *)(in->base + header->strings.first),
		.gates = (const void *)(in->base + header->gates.first),
		.texts = in->base + header->texts.first,
		.prefixes = (const void *)(in->base + header->prefixes.first),
		.ranges = (const void *)(in->base + header->ranges.first),
		.lists = (const void *)(in->base + header->lists.first),
		.list_prefixes = (const void *)(in->base + header->list_prefixes.first),
		.list_marks = (const void *)(in->base + header->list_marks.first),
		.rule_count = header->rules.count,
		.text_size = header->texts.count};
	return 0;
}

static int check_texts(const struct inspected *in, struct err *err)
{
	const struct policy *policy = &in->policy;

	if (policy->text_size != 0 && policy->texts[policy->text_size - 1] != '\0')
		return bad(err, "its texts do not end");
	for (uint32_t i = 0; i < in->string_count; i++)
		if (policy->strings[i] >= policy->text_size)
			return bad(err, "a text outside of it");
	return 0;
}

static bool prefix_valid(const struct prefix *prefix)
{
	static const uint8_t ZERO[12] = {0};
	const unsigned family = prefix->addr.family;
	struct ipaddr first;

	if ((family != FAMILY_IPV4 && family != FAMILY_IPV6) ||
		prefix->len > family_bits((enum family)family))
		return false;
	if (family == FAMILY_IPV4 && memcmp(prefix->addr.bytes + 4, ZERO, sizeof(ZERO)) != 0)
		return false;
	first = prefix_first(prefix);
	return ipaddr_equal(&first, &prefix->addr);
}

static int check_prefixes(const struct inspected *in, struct err *err)
{
	for (uint32_t i = 0; i < in->prefix_count; i++)
		if (!prefix_valid(&in->policy.prefixes[i]))
			return bad(err, "a block that is none");
	return 0;
}

/* Ascending and disjoint, as the searches of prefixset.h want it. */
static bool is_set(const struct policy *policy, struct image_span span)
{
	const struct prefix *set = policy->prefixes + span.first;

	for (uint32_t i = 1; i < span.count; i++)
		if (prefix_compare(&set[i - 1], &set[i]) >= 0 ||
			prefix_contains(&set[i - 1], &set[i].addr))
			return false;
	return true;
}

static bool are_addresses(const struct policy *policy, struct image_span span)
{
	for (uint32_t i = 0; i < span.count; i++) {
		const struct prefix *address = &policy->prefixes[span.first + i];

		if (address->len != family_bits((enum family)address->addr.family))
			return false;
	}
	return true;
}

static int check_servers(const struct inspected *in, struct err *err)
{
	const struct image_span span = in->policy.header->servers;

	if (!span_in(span, in->prefix_count) || !is_set(&in->policy, span))
		return bad(err, "its server addresses");
	if (!are_addresses(&in->policy, span))
		return bad(err, "a server address that is a block");
	return 0;
}

static int check_proxies(const struct inspected *in, struct err *err)
{
	const struct image_span span = in->policy.header->proxies;

	if (!span_in(span, in->prefix_count) || !is_set(&in->policy, span))
		return bad(err, "its proxies");
	return 0;
}

/* Where they lie; what they hold is looked at by a search, which stays inside whatever it is. */
static int check_lists(const struct inspected *in, struct err *err)
{
	const struct policy *policy = &in->policy;

	for (uint32_t i = 0; i < in->list_count; i++) {
		const struct image_list *list = &policy->lists[i];

		if (list->name >= policy->text_size ||
			!span_in(list->blocks, policy->header->list_prefixes.count))
			return bad(err, "a prefix list outside of it");
	}
	return 0;
}

static int check_translators(const struct inspected *in, struct err *err)
{
	const struct image_span span = in->policy.header->translators;
	int rc = 0;

	if (!span_in(span, in->prefix_count))
		return bad(err, "its translators");
	for (uint32_t i = 0; i < span.count && rc == 0; i++)
		rc = translator_check(&in->policy.prefixes[span.first + i], err);
	return rc;
}

static bool masks_valid(const struct image_rule *rule)
{
	const unsigned families = IMAGE_IPV4 | IMAGE_IPV6;
	const unsigned tunnels = 1u << TUNNEL_IPV4 | 1u << TUNNEL_IPV6 | 1u << TUNNEL_DUAL;

	return rule->forms < 1u << FORM_COUNT && (rule->families & ~families) == 0 &&
	       (rule->listeners & ~families) == 0 && (rule->tunnels & ~tunnels) == 0 &&
	       rule->deny_at <= IMAGE_DENY_AT_VERIFY && rule->last <= 1 &&
	       (rule->default_route & ~families) == 0;
}

static bool all_in(const struct image_span *spans, size_t count, uint32_t limit, uint64_t *sum)
{
	for (size_t i = 0; i < count; i++) {
		if (!span_in(spans[i], limit))
			return false;
		*sum += spans[i].count;
	}
	return *sum <= limit;
}

/* No two rules share elements, so together they have at most what there is: all sums are small. */
static bool spans_valid(struct inspected *in, const struct image_rule *rule)
{
	const struct image_span blocks[] = {rule->peers, rule->routes, rule->excludes, rule->dns};
	const struct image_span strings[] = {rule->common_names, rule->platforms, rule->push};

	in->route_sum += rule->routes.count;
	in->exclude_sum += rule->excludes.count;
	in->dns_sum += rule->dns.count;
	return (in->list_count == 32 || rule->lists >> in->list_count == 0) &&
	       all_in(blocks, 4, in->prefix_count, &in->prefix_sum) &&
	       all_in(strings, 3, in->string_count, &in->string_sum) &&
	       all_in(&rule->versions, 1, in->range_count, &in->range_sum);
}

static int check_rule(struct inspected *in, const struct image_rule *rule, struct err *err)
{
	const struct policy *policy = &in->policy;
	int rc = 0;

	if (rule->name >= policy->text_size ||
		(rule->deny != IMAGE_NO_TEXT && rule->deny >= policy->text_size))
		return bad(err, "a rule's text outside of it");
	if (!masks_valid(rule))
		return bad(err, "a rule's condition out of range");
	if (!spans_valid(in, rule))
		return bad(err, "a rule's list outside of it");
	if (!is_set(policy, rule->peers) || !is_set(policy, rule->routes) ||
		!is_set(policy, rule->excludes))
		return bad(err, "a rule's blocks out of order");
	if (!are_addresses(policy, rule->dns))
		return bad(err, "a name server that is a block");
	for (uint32_t i = 0; i < rule->push.count && rc == 0; i++) {
		const char *option = policy_text(policy, policy->strings[rule->push.first + i]);

		rc = push_option_check(option, strnlen(option, PUSH_LINE_MAX), err);
	}
	return rc;
}

int policy_open(const void *image, size_t size, struct policy *ret, struct err *err)
{
	struct inspected in = {.base = image};
	int rc = check_header(image, size, err);

	if (rc == 0)
		rc = lay_out(&in, size, err);
	if (rc == 0)
		rc = check_texts(&in, err);
	if (rc == 0)
		rc = check_prefixes(&in, err);
	if (rc == 0)
		rc = check_servers(&in, err);
	if (rc == 0)
		rc = check_translators(&in, err);
	if (rc == 0)
		rc = check_proxies(&in, err);
	if (rc == 0)
		rc = check_lists(&in, err);
	for (size_t i = 0; i < in.policy.rule_count && rc == 0; i++)
		rc = check_rule(&in, &in.policy.rules[i], err);
	if (rc != 0)
		return rc;
	in.policy.route_max = (size_t)in.route_sum;
	in.policy.exclude_max = (size_t)in.exclude_sum;
	in.policy.dns_max = (size_t)in.dns_sum;
	*ret = in.policy;
	return 0;
}

const char *policy_text(const struct policy *policy, uint32_t offset)
{
	return policy->texts + offset;
}

const char *policy_rule_name(const struct policy *policy, size_t rule)
{
	return policy_text(policy, policy->rules[rule].name);
}

const struct prefix *policy_translators(const struct policy *policy, size_t *count)
{
	*count = policy->header->translators.count;
	return policy->prefixes + policy->header->translators.first;
}
