/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_POLICY_FIXTURE_H
#define V4MAP_POLICY_FIXTURE_H
/* A policy from its YAML, ready to decide; for the tests of policies (after cmocka.h). */

#include <stdlib.h>
#include <string.h>
#include "v4map/policy.h"
#include "v4map/policy_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROW_TEST(row_name, function, row)                                                          \
	((struct CMUnitTest){.name = (row_name),                                                   \
		.test_func = (function),                                                           \
		.initial_state = (void *)(uintptr_t)(row)})

struct fixture {
	struct policy_file file;
	struct policy policy;
	void *scratch;
};

static inline void fixture_load(struct fixture *fixture, const char *yaml)
{
	struct policy_report report;
	struct err err = {.text = ""};
	int rc = policy_text_load(yaml, strlen(yaml), "test.yaml", &fixture->file, &report);

	if (rc != 0)
		fail_msg("%u:%u: %s", report.errs[0].line, report.errs[0].column,
			report.errs[0].text);
	rc = policy_open(fixture->file.image, fixture->file.image_size, &fixture->policy, &err);
	if (rc != 0)
		fail_msg("%s", err.text);
	fixture->scratch = calloc(1, policy_scratch_size(&fixture->policy));
	assert_non_null(fixture->scratch);
}

static inline void fixture_done(struct fixture *fixture)
{
	free(fixture->scratch);
	policy_file_done(&fixture->file);
}

#endif
