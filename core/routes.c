/* SPDX-License-Identifier: MIT */
#include "v4map/routes.h"

#include "v4map/form.h"
#include "v4map/prefixset.h"

size_t routes_count_ipv4(const struct prefix *set, size_t count)
{
	size_t ipv4 = 0;

	while (ipv4 < count && set[ipv4].addr.family == FAMILY_IPV4)
		ipv4++;
	return ipv4;
}

unsigned routes_families(const struct prefix *set, size_t count)
{
	const size_t ipv4 = routes_count_ipv4(set, count);

	return (ipv4 != 0 ? IMAGE_IPV4 : 0u) | (ipv4 != count ? IMAGE_IPV6 : 0u);
}

size_t routes_unite(struct prefix *set, size_t count, unsigned everything_of)
{
	static const struct prefix EVERYTHING[ROUTES_DEFAULTS] = {
		{.addr = {.family = FAMILY_IPV4}}, {.addr = {.family = FAMILY_IPV6}}};

	if ((everything_of & IMAGE_IPV4) != 0)
		set[count++] = EVERYTHING[0];
	if ((everything_of & IMAGE_IPV6) != 0)
		set[count++] = EVERYTHING[1];
	return prefixset_canonicalise(set, count);
}

size_t routes_line_count(const struct prefix *routes, size_t count)
{
	return count + (count != 0 && routes[0].len == 0);
}

bool routes_cover_server(const struct prefix *routes, size_t count, const struct prefix *servers,
	size_t server_count)
{
	bool known = false;

	for (size_t i = 0; i < server_count; i++) {
		if (servers[i].addr.family != FAMILY_IPV4)
			continue;
		known = true;
		if (prefixset_contains(routes, count, &servers[i].addr))
			return true;
	}
	for (size_t i = 0; i < count && !known; i++)
		if (form_is_global(&routes[i]))
			return true;
	return false;
}

bool routes_exclude_nat64(const struct prefix *excluded, size_t count)
{
	static const struct prefix WELL_KNOWN = {
		.addr = {.family = FAMILY_IPV6, .bytes = {0x00, 0x64, 0xff, 0x9b}}, .len = 96};

	return prefixset_overlaps(excluded, count, &WELL_KNOWN);
}
