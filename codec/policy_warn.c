/* SPDX-License-Identifier: MIT */
/* What `v4map check` warns of: a policy that is right, and hardly what anybody wants. */
#include "policy_draft.h"
#include "v4map/routes.h"

/* Forms of a canonical IPv4 address; all others stay IPv6, and `native` is either. */
enum { IPV4_FORMS = 1 << FORM_MAPPED | 1 << FORM_TRANSLATED, EITHER = 1 << FORM_NATIVE };

static void warn(struct policy_report *report, const char *file, const char *code, struct place at,
	const char *text)
{
	struct err err = {.file = file};

	(void)draft_err(&err, code, at, "%s", text);
	report_add(report, &err);
}

static bool excludes_itself(const struct image_rule *rule)
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

static bool has_no_peer_of_its_family(const struct draft *draft, const struct image_rule *rule)
{
	const unsigned families =
		routes_families(draft->prefixes + rule->peers.first, rule->peers.count);

	return families != 0 && rule->families != 0 && (families & rule->families) == 0;
}

/* NULL: somebody may. */
static const char *why_nobody_matches(const struct draft *draft, const struct image_rule *rule)
{
	if (excludes_itself(rule))
		return "family, form and listener exclude each other: nobody matches this rule";
	if (has_no_peer_of_its_family(draft, rule))
		return "no peer block is of this family: nobody matches this rule";
	if (rule->forms == 1u << FORM_TRANSLATED && draft->header.translators.count == 0)
		return "form translated, and there are no translators: nobody matches this rule";
	return NULL;
}

static bool ends_for_everybody(const struct image_rule *rule)
{
	const bool asks = rule->families != 0 || rule->forms != 0 || rule->listeners != 0 ||
			  rule->tunnels != 0 || rule->lists != 0 || rule->peers.count != 0 ||
			  rule->common_names.count != 0 || rule->platforms.count != 0 ||
			  rule->versions.count != 0;

	return !asks && (rule->last != 0 || rule->deny != IMAGE_NO_TEXT);
}

/* All behind such a rule is in vain; told once. */
static void warn_unreached(
	const struct draft *draft, const char *file, struct policy_report *report)
{
	for (size_t i = 0; i + 1 < draft->rule_count; i++) {
		if (!ends_for_everybody(&draft->rules[i].image))
			continue;
		warn(report, file, "never-matches", draft->rules[i + 1].at,
			"the rule before this one matches everybody and ends it: no rule from "
			"here on is asked");
		return;
	}
}

/* Whom it is too much for; each is worse than those before it. */
enum excess { EXCESS_NONE = 0, EXCESS_OLD, EXCESS_V3, EXCESS_ALL };

static enum excess excess_of(const struct burden *burden)
{
	if (burden->overflow || burden->bytes > PUSH_TEXT_MAX)
		return EXCESS_ALL;
	if (routes_too_many_for_v3(burden->ipv4, burden->ipv6))
		return EXCESS_V3;
	if (routes_too_many_for_old(burden->ipv4, burden->ipv6))
		return EXCESS_OLD;
	return EXCESS_NONE;
}

static void warn_rule(const struct draft *draft, const struct draft_rule *rule, const char *file,
	struct policy_report *report)
{
	static const char *const TEXTS[] = {
		[EXCESS_NONE] = NULL,
		[EXCESS_OLD] = "an OpenVPN 2.3 client ends when it is given more than 100 routes "
			       "of a family",
		[EXCESS_V3] = "an OpenVPN 3 client cannot connect when its options pass 256 KiB, "
			      "and one of 2.3 ends at more than 100 routes of a family",
		[EXCESS_ALL] = NULL, /* an error */
	};
	const char *text = TEXTS[excess_of(&rule->alone)];
	const char *never = why_nobody_matches(draft, &rule->image);

	if (never != NULL)
		warn(report, file, "never-matches", rule->at, never);
	if (text != NULL)
		warn(report, file, "too-many-routes", rule->at, text);
}

/* Most clients match few of the rules, so this is no error. */
static void warn_together(const struct draft *draft, const char *file, struct policy_report *report)
{
	static const char *const TEXTS[] = {
		[EXCESS_NONE] = NULL,
		[EXCESS_OLD] = "a client that matched all rules would be given more than 100 "
			       "routes of a family, at which one of OpenVPN 2.3 ends",
		[EXCESS_V3] = "a client that matched all rules would be given more than 256 KiB "
			      "as OpenVPN 3 counts, which then cannot connect",
		[EXCESS_ALL] = "a client that matched all rules would be refused: its options "
			       "would pass 256 KiB",
	};
	const enum excess excess = excess_of(&draft->together);
	const char *text = TEXTS[excess];

	for (size_t i = 0; i < draft->rule_count; i++)
		if (excess_of(&draft->rules[i].alone) >= excess)
			return;
	if (draft->together.overflow)
		text = "a client that matched all rules would be refused: more than 8192 blocks "
		       "would be left of its routes";
	if (text != NULL)
		warn(report, file, "too-many-routes", (struct place){0, 0}, text);
}

void draft_warn(const struct draft *draft, struct policy_report *report)
{
	const char *file = report->errs[0].file;

	/* First, so that no others take their place in the report. */
	warn_together(draft, file, report);
	warn_unreached(draft, file, report);
	for (size_t i = 0; i < draft->rule_count; i++)
		warn_rule(draft, &draft->rules[i], file, report);
	for (size_t i = 0; i < draft->list_count; i++)
		if (draft->lists[i].blocks.count == 0)
			warn(report, file, "empty-list", draft->lists[i].at,
				"this prefix list holds nothing: nobody matches a rule that asks "
				"for it");
}
