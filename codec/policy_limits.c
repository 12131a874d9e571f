/* SPDX-License-Identifier: MIT */
/* What rules give a client at most, counted as core/policy_routes.c decides and push.c writes. */
#include "policy_draft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "v4map/prefixset.h"
#include "v4map/push.h"
#include "v4map/routes.h"

/* The fixed lines: push-remove for both families, the bypass, redirect-gateway and the like. */
enum { FIXED_LINES_MAX = 8 * (PUSH_LINE_MAX + 1), DNS_LINE_MAX = 80 };

/* What some rules have, side by side, and what is left of it. */
struct sum {
	struct prefix *routes, *excludes, *dns, *left;
	uint32_t *push;
	size_t route_count, exclude_count, dns_count, push_count;
	unsigned defaults;
};

static void free_sum(struct sum *sum)
{
	free(sum->routes);
	free(sum->excludes);
	free(sum->dns);
	free(sum->left);
	free(sum->push);
}

static int reserve(const struct draft_rule *rules, size_t count, struct sum *ret)
{
	size_t routes = ROUTES_DEFAULTS, excludes = 1, dns = 1, push = 1;

	for (size_t i = 0; i < count; i++) {
		routes += rules[i].image.routes.count;
		excludes += rules[i].image.excludes.count;
		dns += rules[i].image.dns.count;
		push += rules[i].image.push.count;
	}
	ret->routes = calloc(routes, sizeof(*ret->routes));
	ret->excludes = calloc(excludes, sizeof(*ret->excludes));
	ret->dns = calloc(dns, sizeof(*ret->dns));
	ret->push = calloc(push, sizeof(*ret->push));
	if (excludes > 1)
		ret->left = calloc(POLICY_ROUTES_MAX, sizeof(*ret->left));
	if (ret->routes == NULL || ret->excludes == NULL || ret->dns == NULL || ret->push == NULL ||
		(excludes > 1 && ret->left == NULL))
		return -ENOMEM;
	return 0;
}

static size_t append(const struct draft *draft, struct image_span span, struct prefix *ret)
{
	memcpy(ret, draft->prefixes + span.first, span.count * sizeof(*ret));
	return span.count;
}

static void gather(
	const struct draft *draft, const struct draft_rule *rules, size_t count, struct sum *sum)
{
	for (size_t i = 0; i < count; i++) {
		const struct image_rule *rule = &rules[i].image;

		sum->route_count += append(draft, rule->routes, sum->routes + sum->route_count);
		sum->exclude_count +=
			append(draft, rule->excludes, sum->excludes + sum->exclude_count);
		sum->dns_count += append(draft, rule->dns, sum->dns + sum->dns_count);
		memcpy(sum->push + sum->push_count, draft->strings + rule->push.first,
			rule->push.count * sizeof(*sum->push));
		sum->push_count += rule->push.count;
		sum->defaults |= rule->default_route;
	}
	sum->exclude_count = prefixset_canonicalise(sum->excludes, sum->exclude_count);
}

/* A default route is written as routes where something of its family is excluded. */
static void unite(struct sum *sum)
{
	sum->route_count = routes_unite(sum->routes, sum->route_count,
		sum->defaults & routes_families(sum->excludes, sum->exclude_count));
}

/* The bypass is a route, too, where the others make it due. */
static bool brings_bypass(const struct draft *draft, const struct prefix *routes, size_t count)
{
	const uint32_t mode = draft->header.bypass;
	const struct image_span servers = draft->header.servers;

	if (mode == IMAGE_BYPASS_NEVER || count == 0)
		return false;
	return mode == IMAGE_BYPASS_ALWAYS ||
	       routes_cover_server(routes, count, draft->prefixes + servers.first, servers.count);
}

static bool brings_nat64(const struct draft *draft, const struct sum *sum)
{
	return draft->header.nat64_guard != 0 && (sum->defaults & IMAGE_IPV6) != 0 &&
	       !routes_exclude_nat64(sum->excludes, sum->exclude_count);
}

static size_t route_size(const struct prefix *prefix)
{
	char data[2 * (PUSH_LINE_MAX + 1)];
	struct strbuf line;

	strbuf_init(&line, data, sizeof(data));
	push_route(prefix, &line);
	return line.len;
}

static void count_routes(const struct draft *draft, const struct sum *sum,
	const struct prefix *routes, size_t count, struct burden *burden)
{
	const unsigned redirected =
		sum->defaults & ~routes_families(sum->excludes, sum->exclude_count);
	const size_t ipv4 = routes_count_ipv4(routes, count);

	burden->ipv4 = routes_line_count(routes, ipv4);
	if ((redirected & IMAGE_IPV4) == 0)
		burden->ipv4 += brings_bypass(draft, routes, ipv4);
	burden->ipv6 = routes_line_count(routes + ipv4, count - ipv4);
	if (brings_nat64(draft, sum))
		burden->ipv6 += 2;
	for (size_t i = 0; i < count; i++)
		burden->bytes += route_size(&routes[i]);
}

static int compare_blocks(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

static int compare_offsets(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Each name server and each option is pushed once; equal texts have one offset. */
static void count_others(const struct draft *draft, struct sum *sum, struct burden *burden)
{
	qsort(sum->dns, sum->dns_count, sizeof(*sum->dns), compare_blocks);
	for (size_t i = 0; i < sum->dns_count; i++)
		if (i == 0 || !prefix_equal(&sum->dns[i - 1], &sum->dns[i]))
			burden->bytes += DNS_LINE_MAX;
	qsort(sum->push, sum->push_count, sizeof(*sum->push), compare_offsets);
	for (size_t i = 0; i < sum->push_count; i++)
		if (i == 0 || sum->push[i - 1] != sum->push[i])
			burden->bytes +=
				strlen("push \"\"\n") + strlen(draft->texts + sum->push[i]);
}

static int count_rules(
	const struct draft *draft, const struct draft_rule *rules, size_t count, struct burden *ret)
{
	struct burden burden = {.bytes = FIXED_LINES_MAX};
	struct sum sum = {.routes = NULL};
	const struct prefix *routes;
	int rc = reserve(rules, count, &sum);
	long kept;

	if (rc != 0)
		goto out;
	gather(draft, rules, count, &sum);
	unite(&sum);
	routes = sum.routes;
	kept = (long)sum.route_count;
	if (sum.left != NULL) {
		kept = prefixset_subtract(sum.routes, sum.route_count, sum.excludes,
			sum.exclude_count, sum.left, POLICY_ROUTES_MAX);
		routes = sum.left;
	}
	burden.overflow = kept < 0;
	count_routes(draft, &sum, routes, kept < 0 ? 0 : (size_t)kept, &burden);
	count_others(draft, &sum, &burden);
	*ret = burden;
out:
	free_sum(&sum);
	return rc;
}

static int check_rule(const struct draft_rule *rule, struct err *err)
{
	if (rule->alone.overflow)
		return draft_err(err, "too-many-routes", rule->at,
			"want at most %d blocks left of a rule's routes without its exclude, found "
			"more: each client it matches would be refused",
			POLICY_ROUTES_MAX);
	if (rule->alone.bytes > PUSH_TEXT_MAX)
		return draft_err(err, "limit", rule->at,
			"want at most %d bytes of push lines in a rule, found %zu", PUSH_TEXT_MAX,
			rule->alone.bytes);
	return 0;
}

int draft_check_limits(struct draft *draft, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < draft->rule_count && rc == 0; i++) {
		struct draft_rule *rule = &draft->rules[i];

		rc = count_rules(draft, rule, 1, &rule->alone);
		if (rc == 0)
			rc = check_rule(rule, err);
	}
	if (rc == 0)
		rc = count_rules(draft, draft->rules, draft->rule_count, &draft->together);
	return rc == -ENOMEM ? err_set(err, rc, "no memory") : rc;
}
