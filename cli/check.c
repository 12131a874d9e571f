/* SPDX-License-Identifier: MIT */
/* `v4map check`: reads the policy as the server would. */
#include "check.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"
#include "finding.h"
#include "v4map-paths.h"
#include "v4map/policy.h"
#include "v4map/policy_yaml.h"

static const char HELP[] =
	"usage: v4map check [--policy FILE] [--json]\n"
	"Read the policy as the server would, and say what is wrong with it.\n"
	"\n"
	"      --policy FILE  instead of " V4MAP_POLICY_DEFAULT "\n"
	"      --json         one object for each finding\n"
	"\n"
	"Exit status: 0 the server would take it, 1 it would not, 2 misuse or unreadable.\n";

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void praise(const char *name, const struct policy_file *file, const struct policy *policy)
{
	if (file->is_default)
		(void)printf("%s: there is none, and the defaults are in force\n", name);
	else
		(void)printf("%s: fine: %zu rule%s, %zu route%s, an image of %zu bytes\n", name,
			policy->rule_count, plural(policy->rule_count), policy->route_max,
			plural(policy->route_max), file->image_size);
}

/* The server would not take a file of somebody else's; what is in it may still be right. */
static int load(const char *path, bool json, struct policy_file *ret, bool *warned)
{
	struct policy_report report;
	int rc = policy_file_load(path, true, ret, &report);

	*warned = rc != 0 && report.errs[0].code != NULL &&
		  strcmp(report.errs[0].code, "ownership") == 0;
	if (*warned) {
		findings_print(stdout, &report, "warning", json);
		rc = policy_file_load(path, false, ret, &report);
	}
	findings_print(stdout, &report, rc == 0 ? "warning" : "error", json);
	if (rc == 0)
		return EXIT_FINE;
	return finding_status(&report.errs[0]);
}

static int check(const char *path, bool json)
{
	const char *name = path != NULL ? path : V4MAP_POLICY_DEFAULT;
	struct err err = {.file = name, .text = ""};
	struct policy_file file;
	struct policy policy;
	bool warned;
	int status = load(path, json, &file, &warned);

	if (status != EXIT_FINE)
		return status;
	if (policy_open(file.image, file.image_size, &policy, &err) != 0) {
		finding_print(stdout, &err, "error", json);
		status = EXIT_FINDINGS;
	} else if (warned) {
		status = EXIT_FINDINGS;
	} else if (!json) {
		praise(name, &file, &policy);
	}
	policy_file_done(&file);
	return status;
}

int check_main(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{"policy", required_argument, NULL, 'p'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct cli_options options = {.command = "check", .table = OPTIONS, .help = HELP};
	const char *path = NULL;
	int option;

	while ((option = cli_option(&options, argc, argv)) >= 0)
		path = optarg; /* the only one that is not dealt with there */
	if (option == CLI_LEAVE)
		return options.status;
	if (optind != argc)
		return cli_complain("check", "want options only, found '%s'", argv[optind]);
	return cli_finish("check", check(path, options.json));
}
