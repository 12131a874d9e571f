/* SPDX-License-Identifier: MIT */
#ifndef V4MAP_PUSH_H
#define V4MAP_PUSH_H
/*
 * A decision as the text OpenVPN imports for one client (CLIENT_CONNECT_V2's "config").  Every
 * line is formatted from parsed values and is at most PUSH_LINE_MAX bytes, since OpenVPN drops a
 * line it dislikes and still admits the client.  Source: OpenVPN options.c read_config_string,
 * push.c push_option_ex and push_remove_option, 2.4 to 2.7.
 */

#include "v4map/policy.h"

/*
 * Append the lines, each ended by '\n', in this order: push-remove lines, the bypass line,
 * redirect-gateway and its companions, IPv4 routes, IPv6 routes, name servers, the matched rules'
 * own push options.  A refusal renders nothing.  Returns 0, or -ENOSPC when the text did not fit
 * or the decision has an overflow.
 */
int push_render(const struct policy *policy, const struct decision *decision, struct strbuf *sb);

/*
 * Append `push "route ADDR MASK"` or `push "route-ipv6 ADDR/LEN"` and '\n'.  A block that is
 * everything becomes its two halves: a route of length 0 would lose to the default route that
 * the client already has (OpenVPN's own `def1` does the same).
 */
void push_route(const struct prefix *prefix, struct strbuf *sb);

/*
 * Can `option` stand inside push "..." so that OpenVPN reads it back unchanged: printable bytes,
 * no quote, backslash or comma, at most PUSH_TOKENS_MAX words, the whole line at most
 * PUSH_LINE_MAX bytes?  Returns 0, or -EINVAL with err filled in.
 */
int push_option_check(const char *option, size_t len, struct err *err);

#endif
