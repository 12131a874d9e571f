/* SPDX-License-Identifier: MIT */
/* What `v4map check` warns of: a policy that is right, and hardly what anybody wants. */
#include "policy_draft.h"
#include "v4map/prefixset.h"

/* Forms of a canonical IPv4 address; all others stay IPv6, and `native` is either. */
enum { IPV4_FORMS = 1 << FORM_MAPPED | 1 << FORM_TRANSLATED, EITHER = 1 << FORM_NATIVE };

static void warn(struct policy_report *report, const char *file, const char *code, struct place at,
	const char *text)
{
	struct err err = {.file = file};

	(void)draft_err(&err, code, at, "%s", text);
	report_add(report, &err);
}

static bool never_matches(const struct image_rule *rule)
{
	const unsigned ipv6_forms = ~(unsigned)(IPV4_FORMS | EITHER);

	if (rule->families == IMAGE_IPV6 && rule->forms != 0 &&
		(rule->forms & (ipv6_forms | EITHER)) == 0)
		return true;
	if (rule->families == IMAGE_IPV4 && rule->forms != 0 &&
		(rule->forms & (IPV4_FORMS | EITHER)) == 0)
		return true;
	return rule->families == IMAGE_IPV6 && rule->listeners == IMAGE_IPV4;
}

static size_t count_ipv4(const struct draft *draft, const struct image_rule *rule)
{
	size_t ipv4 = 0;

	for (uint32_t i = 0; i < rule->routes.count; i++)
		ipv4 += draft->prefixes[rule->routes.first + i].addr.family == FAMILY_IPV4;
	return ipv4;
}

/* The bypass is a route, too, where the rule's own make it due. */
static bool brings_bypass(const struct draft *draft, const struct image_rule *rule)
{
	const struct prefix *routes = draft->prefixes + rule->routes.first;
	const struct image_span servers = draft->header.servers;
	bool covers = draft->header.bypass == IMAGE_BYPASS_ALWAYS && rule->routes.count != 0;

	for (uint32_t i = 0; i < servers.count && !covers; i++)
		covers = prefixset_contains(
			routes, rule->routes.count, &draft->prefixes[servers.first + i].addr);
	return covers && draft->header.bypass != IMAGE_BYPASS_NEVER;
}

/* By whom a rule's routes are too many; NULL: by nobody. */
static const char *too_many_for(const struct draft *draft, const struct image_rule *rule)
{
	const size_t routes = count_ipv4(draft, rule), ipv6 = rule->routes.count - routes;
	const size_t ipv4 = routes + brings_bypass(draft, rule);

	if (ipv4 * POLICY_V3_IPV4_BYTES + ipv6 * POLICY_V3_IPV6_BYTES > POLICY_V3_BYTES_MAX)
		return "an OpenVPN 3 client cannot connect when its options pass 256 KiB, and one "
		       "of 2.3 ends at more than 100 routes of a family";
	if (ipv4 > POLICY_OLD_ROUTES_MAX || ipv6 > POLICY_OLD_ROUTES_MAX)
		return "an OpenVPN 2.3 client ends when it is given more than 100 routes of a "
		       "family";
	return NULL;
}

static void warn_rule(const struct draft *draft, const struct draft_rule *rule, const char *file,
	struct policy_report *report)
{
	const char *too_many = too_many_for(draft, &rule->image);

	if (never_matches(&rule->image))
		warn(report, file, "never-matches", rule->at,
			"family, form and listener exclude each other: nobody matches this rule");
	if (too_many != NULL)
		warn(report, file, "too-many-routes", rule->at, too_many);
}

static void warn_rules(const struct draft *draft, const char *file, struct policy_report *report)
{
	size_t size = 0;

	for (size_t i = 0; i < draft->rule_count; i++) {
		warn_rule(draft, &draft->rules[i], file, report);
		size += draft_rule_size(draft, &draft->rules[i].image);
	}
	if (size > PUSH_TEXT_MAX)
		warn(report, file, "too-many-routes", (struct place){0, 0},
			"a client that matched all rules would be refused: its options would pass "
			"256 KiB");
}

void draft_warn(const struct draft *draft, struct policy_report *report)
{
	const char *file = report->errs[0].file;

	warn_rules(draft, file, report);
	for (size_t i = 0; i < draft->list_count; i++)
		if (draft->lists[i].blocks.count == 0)
			warn(report, file, "empty-list", draft->lists[i].at,
				"this prefix list holds nothing: nobody matches a rule that asks "
				"for it");
}
