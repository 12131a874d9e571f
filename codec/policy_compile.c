/* SPDX-License-Identifier: MIT */
/* The draft as an image (v4map/policy_image.h). */
#include "policy_draft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "v4map/prefixset.h"

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
	size_t count = (size_t)draft->header.servers.count + draft->header.translators.count +
		       draft->header.proxies.count;

	for (size_t i = 0; i < draft->rule_count; i++) {
		const struct image_rule *rule = &draft->rules[i].image;

		count += (size_t)rule->peers.count + rule->routes.count + rule->excludes.count +
			 rule->dns.count;
	}
	return count;
}

/* An array behind what there is already. */
static struct image_span array(struct image_header *header, size_t count, size_t element)
{
	const struct image_span span = {header->size, (uint32_t)count};

	header->size = align(header->size + count * element);
	return span;
}

/* Sizes are small: a file has at most POLICY_TEXT_MAX bytes, the lists POLICY_LIST_BLOCKS_MAX. */
static struct image_header lay_out(const struct draft *draft)
{
	struct image_header header = draft->header;

	memcpy(header.magic, IMAGE_MAGIC, sizeof(header.magic));
	header.version = IMAGE_VERSION;
	header.wait_for_log = draft->audit.durability == DURABILITY_EACH;
	header.refuse_on_failure = draft->audit.on_failure == ON_FAILURE_REFUSE;
	header.size = align(sizeof(header));
	/* First, so that what a reader looks through was written last and is still in the cache. */
	header.list_prefixes = array(&header, draft->list_block_count, sizeof(struct prefix));
	header.rules = array(&header, draft->rule_count, sizeof(struct image_rule));
	header.strings = array(&header, draft->string_count, sizeof(uint32_t));
	header.gates = array(&header, draft->rule_count, sizeof(struct image_gate));
	header.ranges = array(&header, draft->range_count, sizeof(struct version_range));
	header.lists = array(&header, draft->list_count, sizeof(struct image_list));
	header.prefixes = array(&header, count_prefixes(draft), sizeof(struct prefix));
	header.list_marks = array(&header, image_mark_count((uint32_t)draft->list_block_count),
		sizeof(struct prefix));
	header.texts = array(&header, draft->text_len, 1);
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

/* A whole array; none may have no place. */
static void put(char *base, struct image_span span, const void *from, size_t element)
{
	if (span.count != 0)
		memcpy(base + span.first, from, span.count * element);
}

static void fill(struct image *image, const struct draft *draft)
{
	struct image_header *header = image->header;
	struct image_rule *rules = (void *)(image->base + header->rules.first);
	struct image_list *lists = (void *)(image->base + header->lists.first);
	struct image_gate *gates = (void *)(image->base + header->gates.first);
	struct prefix *marks = (void *)(image->base + header->list_marks.first);

	image->prefixes = (void *)(image->base + header->prefixes.first);
	header->servers = pack(image, draft, header->servers);
	header->translators = pack(image, draft, header->translators);
	header->proxies = pack(image, draft, header->proxies);
	for (size_t i = 0; i < draft->rule_count; i++) {
		rules[i] = draft->rules[i].image;
		gates[i] = rule_gate(&rules[i], draft->strings, draft->texts);
		rules[i].peers = pack(image, draft, rules[i].peers);
		rules[i].routes = pack(image, draft, rules[i].routes);
		rules[i].excludes = pack(image, draft, rules[i].excludes);
		rules[i].dns = pack(image, draft, rules[i].dns);
	}
	for (size_t i = 0; i < draft->list_count; i++)
		lists[i] = (struct image_list){draft->lists[i].name, draft->lists[i].blocks};
	for (size_t i = 0; i < header->list_marks.count; i++)
		marks[i] = draft->list_blocks[i * IMAGE_MARK_STEP];
	put(image->base, header->ranges, draft->ranges, sizeof(struct version_range));
	put(image->base, header->list_prefixes, draft->list_blocks, sizeof(struct prefix));
	put(image->base, header->strings, draft->strings, sizeof(uint32_t));
	put(image->base, header->texts, draft->texts, 1);
}

int draft_compile(struct draft *draft, void **ret, size_t *size, struct err *err)
{
	struct image_header header;
	struct image image = {0};
	int rc = draft_check_limits(draft, err);

	if (rc != 0)
		return rc;
	sort_servers(draft);
	draft->header.proxies.count = (uint32_t)prefixset_canonicalise(
		draft->prefixes + draft->header.proxies.first, draft->header.proxies.count);
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
