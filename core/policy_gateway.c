/* SPDX-License-Identifier: MIT */
/*
 * redirect-gateway and its companions.  An OpenVPN client of 2.3 drops the whole directive for a
 * flag it does not know; `ipv6` and `!ipv4` came with 2.4, `block-ipv6` with 2.5.  From 2.7 on the
 * routes of `ipv6` want an address on the tunnel's device, and a client whose IPv6 is switched off
 * ends when it is given one; plain routes it takes or leaves.  OpenVPN 3 wants the address for
 * either (options.c, init.c; tunprop.hpp).
 */
#include "policy_routes.h"

static bool comes_over_ipv6(const struct peer *peer)
{
	return peer->addr.ip.family == FAMILY_IPV6;
}

/* A client of 2.4 or later keeps its own IPv6 connection out of the tunnel, an older one not. */
static bool cuts_itself_off(const struct peer *peer)
{
	return comes_over_ipv6(peer) && client_is_old(peer->client_version);
}

/* A full tunnel of IPv4 only: the client's IPv6 would go around it. */
static void guard_against_leaks(
	const struct policy *policy, const struct peer *peer, struct decision *decision)
{
	const uint32_t mode = policy->header->leak_guard;

	if (client_is_old(peer->client_version) || mode == IMAGE_LEAK_GUARD_NEVER ||
		(mode == IMAGE_LEAK_GUARD_AUTO && comes_over_ipv6(peer))) {
		decision->mismatches |= MISMATCH_IPV6_LEAKS;
		return;
	}
	decision->block_ipv6 = peer->client_version >= CLIENT_VERSION(2, 5);
	decision->block_address = peer->client_version >= CLIENT_VERSION(3, 0);
	decision->block_routes = !decision->block_address; /* which lead nowhere in 2.4 */
	if (decision->block_address)
		decision->redirect |= IMAGE_IPV6;
}

/* Those that the tunnel can carry. */
static unsigned withhold(const struct peer *peer, unsigned wanted, struct decision *decision)
{
	const unsigned lacks = peer->tunnel_known ? wanted & ~peer->tunnel : 0;

	decision->default_withheld = (uint8_t)lacks;
	if ((lacks & IMAGE_IPV4) != 0)
		decision->mismatches |= MISMATCH_TUNNEL_LACKS_IPV4;
	if ((lacks & IMAGE_IPV6) != 0)
		decision->mismatches |= MISMATCH_TUNNEL_LACKS_IPV6;
	return wanted & ~lacks;
}

_Static_assert((int)TUNNEL_IPV4 == (int)IMAGE_IPV4 && (int)TUNNEL_IPV6 == (int)IMAGE_IPV6,
	"one mask of families");

unsigned gateway_decide(const struct policy *policy, const struct peer *peer, unsigned wanted,
	unsigned excluded, struct decision *decision)
{
	unsigned blocks;

	wanted = withhold(peer, wanted, decision);
	if ((wanted & IMAGE_IPV6) != 0 && cuts_itself_off(peer)) {
		decision->mismatches |= MISMATCH_ROUTE_COVERS_SERVER;
		decision->default_withheld |= IMAGE_IPV6;
		wanted &= ~(unsigned)IMAGE_IPV6;
	}
	blocks = wanted & excluded;
	if (client_is_old(peer->client_version))
		blocks |= wanted & IMAGE_IPV6;
	decision->redirect = (uint8_t)(wanted & ~blocks);
	decision->nat64_guard = (wanted & IMAGE_IPV6) != 0 && policy->header->nat64_guard != 0;
	if ((wanted & IMAGE_IPV4) != 0 && peer->tunnel_known && (peer->tunnel & TUNNEL_IPV6) == 0)
		guard_against_leaks(policy, peer, decision);
	return blocks;
}

static bool has_address(const struct prefix *set, size_t count, const struct prefix *address)
{
	for (size_t i = 0; i < count; i++)
		if (prefix_equal(&set[i], address))
			return true;
	return false;
}

/* The tunnel carries questions to it, as far as is known. */
static bool can_ask(const struct peer *peer, const struct prefix *server)
{
	const unsigned family =
		server->addr.family == FAMILY_IPV4 ? (unsigned)TUNNEL_IPV4 : (unsigned)TUNNEL_IPV6;

	return !peer->tunnel_known || (peer->tunnel & family) != 0;
}

/* All of them, each once; returns how many. */
static size_t collect_dns(
	const struct policy *policy, const struct decision *decision, struct prefix *ret)
{
	size_t count = 0;

	for (size_t i = 0; i < decision->matched_count; i++) {
		const struct image_span span = policy->rules[decision->matched[i]].dns;

		for (uint32_t j = 0; j < span.count; j++) {
			const struct prefix *server = &policy->prefixes[span.first + j];

			if (!has_address(ret, count, server))
				ret[count++] = *server;
		}
	}
	return count;
}

/* Those that cannot be asked go behind the others; both keep their order. */
void gateway_dns(const struct policy *policy, const struct peer *peer, struct prefix *addresses,
	struct decision *decision)
{
	const size_t count = collect_dns(policy, decision, addresses);
	struct prefix *withheld = addresses + policy->dns_max;
	size_t kept = 0, lost = 0;

	for (size_t i = 0; i < count; i++) {
		if (can_ask(peer, &addresses[i])) {
			addresses[kept++] = addresses[i];
			continue;
		}
		decision->mismatches |= addresses[i].addr.family == FAMILY_IPV4
						? MISMATCH_TUNNEL_LACKS_IPV4
						: MISMATCH_TUNNEL_LACKS_IPV6;
		withheld[lost++] = addresses[i];
	}
	decision->dns = addresses;
	decision->dns_count = kept;
	decision->dns_withheld = withheld;
	decision->dns_withheld_count = lost;
	decision->dns_option = peer->dns_option;
}
