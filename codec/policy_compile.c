/* SPDX-License-Identifier: MIT */
/* The draft as an image (v4map/policy_image.h). */
#include "policy_draft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "v4map/push.h"

/* The fixed lines: push-remove for both families and the bypass. */
enum { FIXED_LINES_MAX = 3 * (PUSH_LINE_MAX + 1) };

static size_t route_size(const struct prefix *prefix)
{
	char data[PUSH_LINE_MAX + 1];
	struct strbuf line;

	strbuf_init(&line, data, sizeof(data));
	push_route(prefix, &line);
	return line.len;
}

static size_t rule_size(const struct draft *draft, const struct image_rule *rule)
{
	size_t size = 0;

	for (uint32_t i = 0; i < rule->routes.count; i++)
		size += route_size(&draft->prefixes[rule->routes.first + i]);
	for (uint32_t i = 0; i < rule->push.count; i++)
		size += strlen("push \"\"\n") +
			strlen(draft->texts + draft->strings[rule->push.first + i]);
	return size;
}

/* A client that every rule matches must still get a text that every client can take. */
static int check_size(const struct draft *draft, struct err *err)
{
	size_t size = FIXED_LINES_MAX;

	for (size_t i = 0; i < draft->rule_count; i++) {
		size += rule_size(draft, &draft->rules[i].image);
		if (size > PUSH_TEXT_MAX)
			return draft_err(err, "limit", draft->rules[i].at,
				"want at most %d bytes of push lines in all rules together; up to "
				"this one there are %zu",
				PUSH_TEXT_MAX, size);
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

/* Servers stay single addresses: a set's blocks would merge. */
static void sort_servers(struct draft *draft)
{
	struct prefix *servers = draft->prefixes + draft->header.servers.first;
	uint32_t kept = 0;

	qsort(servers, draft->header.servers.count, sizeof(*servers), compare);
	for (uint32_t i = 0; i < draft->header.servers.count; i++)
		if (kept == 0 || !prefix_equal(&servers[kept - 1], &servers[i]))
			servers[kept++] = servers[i];
	draft->header.servers.count = kept;
}

/* The image while it is filled; blocks are packed, everything else is as in the draft. */
struct image {
	char *base;
	struct image_header *header;
	struct prefix *prefixes;
	uint32_t prefix_count;
};

static uint32_t align(size_t size)
{
	return (uint32_t)((size + 3) / 4 * 4);
}

static size_t count_prefixes(const struct draft *draft)
{
	size_t count = draft->header.servers.count + draft->header.translators.count;

	for (size_t i = 0; i < draft->rule_count; i++)
		count += draft->rules[i].image.peers.count + draft->rules[i].image.routes.count;
	return count;
}

/* Sizes are small: a file has at most POLICY_TEXT_MAX bytes. */
static struct image_header lay_out(const struct draft *draft)
{
	struct image_header header = draft->header;

	memcpy(header.magic, IMAGE_MAGIC, sizeof(header.magic));
	header.version = IMAGE_VERSION;
	header.wait_for_log = draft->audit.durability == DURABILITY_EACH;
	header.refuse_on_failure = draft->audit.on_failure == ON_FAILURE_REFUSE;
	header.rules = (struct image_span){align(sizeof(header)), (uint32_t)draft->rule_count};
	header.strings.first =
		align(header.rules.first + draft->rule_count * sizeof(struct image_rule));
	header.strings.count = (uint32_t)draft->string_count;
	header.prefixes.first =
		align(header.strings.first + draft->string_count * sizeof(uint32_t));
	header.prefixes.count = (uint32_t)count_prefixes(draft);
	header.texts.first =
		align(header.prefixes.first + header.prefixes.count * sizeof(struct prefix));
	header.texts.count = (uint32_t)draft->text_len;
	header.size = header.texts.first + header.texts.count;
	return header;
}

static struct image_span pack(
	struct image *image, const struct draft *draft, struct image_span from)
{
	const struct image_span to = {image->prefix_count, from.count};

	memcpy(image->prefixes + to.first, draft->prefixes + from.first,
		from.count * sizeof(struct prefix));
	image->prefix_count += from.count;
	return to;
}

static void fill(struct image *image, const struct draft *draft)
{
	struct image_header *header = image->header;
	struct image_rule *rules = (void *)(image->base + header->rules.first);

	image->prefixes = (void *)(image->base + header->prefixes.first);
	header->servers = pack(image, draft, header->servers);
	header->translators = pack(image, draft, header->translators);
	for (size_t i = 0; i < draft->rule_count; i++) {
		rules[i] = draft->rules[i].image;
		rules[i].peers = pack(image, draft, rules[i].peers);
		rules[i].routes = pack(image, draft, rules[i].routes);
	}
	memcpy(image->base + header->strings.first, draft->strings,
		draft->string_count * sizeof(uint32_t));
	memcpy(image->base + header->texts.first, draft->texts, draft->text_len);
}

int draft_compile(struct draft *draft, void **ret, size_t *size, struct err *err)
{
	struct image_header header;
	struct image image = {0};
	int rc = check_size(draft, err);

	if (rc != 0)
		return rc;
	sort_servers(draft);
	header = lay_out(draft);
	image.base = calloc(1, header.size);
	if (image.base == NULL)
		return err_set(err, -ENOMEM, "no memory");
	image.header = (void *)image.base;
	*image.header = header;
	fill(&image, draft);
	*ret = image.base;
	*size = header.size;
	return 0;
}
