/* SPDX-License-Identifier: MIT */
#include "stand-in.h"

#include <stdio.h>
#include <string.h>

/* What OpenVPN's options.c and push.c would say of this line; NULL: nothing. */
static const char *complaint(const char *line, size_t len)
{
	if (len > 255)
		return "longer than 255 bytes: dropped, its tail read as a line";
	if (len > 1 && line[0] == '<' && line[len - 1] == '>')
		return "FATAL: an inline file without end";
	if (strncmp(line, "push ", 5) == 0 && memchr(line, ',', len) != NULL)
		return "a comma inside push: dropped";
	return NULL;
}

void config_import(const char *text)
{
	if (strlen(text) >= 1000000)
		(void)printf("  !! FATAL: fatal buffer size error\n");
	for (const char *line = text; *line != '\0';) {
		size_t len = strcspn(line, "\n");

		(void)printf("    %.*s\n", (int)len, line);
		if (complaint(line, len) != NULL)
			(void)printf("  !! %s\n", complaint(line, len));
		line += len + (line[len] == '\n');
	}
}
