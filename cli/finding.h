/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_FINDING_H
#define V4MAP_FINDING_H
/* What is wrong with a file, one line each: FILE:LINE:COL: error|warning: text [code], or JSON. */

#include <stdbool.h>
#include <stdio.h>
#include "v4map/policy_yaml.h"

void finding_print(FILE *out, const struct err *err, const char *severity, bool json);

/* All that was kept of a policy's, and how many more there are. */
void findings_print(FILE *out, const struct policy_report *report, const char *severity, bool json);

/* The exit status that a policy's error ends with: EXIT_MISUSE when it was not even read. */
int finding_status(const struct err *err);

#endif
