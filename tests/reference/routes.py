# SPDX-License-Identifier: MIT
"""What a client is given, as v4map.yaml(5) has it: WHAT IS PUSHED and FULL TUNNELS."""
from ipaddress import IPv4Network, IPv6Network, collapse_addresses

from address import NOT_GLOBAL, WELL_KNOWN, blocks
from rules import FAMILIES

EVERYTHING = {"ipv4": IPv4Network("0.0.0.0/0"), "ipv6": IPv6Network("::/0")}
ROUTES_MAX = 8192
TEXT_MAX = 256 * 1024
OLD_ROUTES_MAX = 100
V3_BYTES_MAX = 256 * 1024


def of(family, some):
    return [one for one in some if one.version == (4 if family == "ipv4" else 6)]


def union(some):
    """The fewest blocks, ascending, IPv4 first."""
    return [one for family in EVERYTHING for one in collapse_addresses(of(family, some))]


def without(some, gone):
    rest = union(some)
    for one in union(gone):
        kept = []
        for have in rest:
            if have.version != one.version or not have.overlaps(one):
                kept.append(have)
            elif have != one and one.subnet_of(have):
                kept += have.address_exclude(one)
        rest = kept
    return union(rest)


def holds_global(some):
    """Has one of the IPv4 blocks a global address?"""
    return any(without([one], NOT_GLOBAL) for one in some)


def once(some):
    return list(dict.fromkeys(some))


def all_of(matched, key):
    return [one for rule in matched for one in rule.get(key, [])]


class Given:
    """All that comes of the rules that matched, in the order in which it is decided."""

    def __init__(self, policy, client, matched):
        self.policy, self.client, self.matched = policy, client, matched
        self.mismatches = set()
        self.limit = None  # the one that is passed: refused, reason text-too-long
        self.servers = blocks(policy.get("server-addresses", []))
        self.defaults = once(all_of(matched, "default-route"))
        self.withhold_defaults()
        self.guard()
        self.exclude()
        self.withhold_routes()
        self.spare_old_client()
        self.add_bypass()
        self.name_servers()
        self.lines = list(self.removals()) + [f'push "{option}"' for option in self.options()]
        self.count()

    def lacks(self, family):
        self.mismatches.add(f"tunnel-lacks-{family}")

    def is_cut_off(self):
        """A client before 2.4 over IPv6 does not protect its own connection."""
        return self.client.is_before(2, 4) and self.client.family == "ipv6"

    def withhold_defaults(self):
        self.withheld_defaults = []
        for family in [one for one in EVERYTHING if one in self.defaults]:
            if family not in self.client.tunnel:
                self.lacks(family)
            elif family == "ipv6" and self.is_cut_off():
                self.mismatches.add("route-covers-server")
            else:
                continue
            self.withheld_defaults.append(family)
            self.defaults.remove(family)

    def guard(self):
        """The leak guard, and the one against routes for what DNS64 makes."""
        self.is_blocked = False
        if "ipv4" in self.defaults and "ipv6" not in self.client.tunnel:
            how = self.policy.get("leak-guard", "auto")
            if (how == "never" or how == "auto" and self.client.family == "ipv6" or
                    self.client.is_before(2, 4)):
                self.mismatches.add("ipv6-leaks")
            else:
                self.is_blocked = True
        self.wants_nat64 = "ipv6" in self.defaults and self.policy.get("nat64-guard", False)

    def exclude(self):
        """Where something of a family is excluded, its default route is written as routes."""
        self.excluded = union(blocks(all_of(self.matched, "exclude")))
        routes = blocks(all_of(self.matched, "routes"))
        for family in list(self.defaults):
            if of(family, self.excluded) or family == "ipv6" and self.client.is_before(2, 4):
                routes.append(EVERYTHING[family])
                self.defaults.remove(family)
        self.united = union(routes)
        self.routes = without(routes, self.excluded)
        if self.excluded and len(self.routes) > ROUTES_MAX:
            self.limit = {"blocks": ROUTES_MAX}
            self.mismatches.add("too-many-routes")
            self.routes = []

    def withhold_routes(self):
        self.withheld = []
        for family in EVERYTHING:
            if family not in self.client.tunnel and of(family, self.routes):
                self.withheld += of(family, self.routes)
                self.lacks(family)
        self.routes = [one for one in self.routes if FAMILIES[one.version] in self.client.tunnel]

    def spare_old_client(self):
        self.cutting = []
        if self.is_cut_off():
            self.cutting = [one for one in of("ipv6", self.routes)
                            if any(server.subnet_of(one) for server in of("ipv6", self.servers))]
        if self.cutting:
            self.mismatches.add("route-covers-server")
        self.routes = [one for one in self.routes if one not in self.cutting]

    def redirect(self):
        """The flags of redirect-gateway."""
        flags = ["def1"] if "ipv4" in self.defaults else []
        if "ipv6" in self.defaults or self.is_blocked and not self.client.is_before(3):
            flags.append("ipv6")
            if "ipv4" not in self.defaults:
                flags.append("!ipv4")
        return flags

    def add_bypass(self):
        self.bypass = False
        routes = of("ipv4", self.routes)
        servers = of("ipv4", self.servers)
        if self.client.family != "ipv4" or not routes or "def1" in self.redirect():
            return
        how = self.policy.get("bypass", "auto")
        if servers:
            covers = any(server.subnet_of(one) for one in routes for server in servers)
        else:
            covers = holds_global(routes)
        if how == "always" or how == "auto" and covers:
            self.bypass = True
            self.routes = [one for one in self.routes if one not in servers]
            if covers:
                self.mismatches.add("route-covers-server")

    def name_servers(self):
        servers = once(blocks(all_of(self.matched, "dns")))
        self.withheld_dns = [one for family in EVERYTHING if family not in self.client.tunnel
                             for one in of(family, servers)]
        for one in self.withheld_dns:
            self.lacks(f"ipv{one.version}")
        self.dns = [one for one in servers if one not in self.withheld_dns]

    def count(self):
        """What passes a client's limit is pushed, and named."""
        counts = [sum(line.startswith(begin) for line in self.lines)
                  for begin in ('push "route ', 'push "route-ipv6 ')]
        size = sum(len(line) + 1 for line in self.lines)
        if size > TEXT_MAX and not self.limit:
            self.limit = {"bytes": TEXT_MAX, "found": size}
        if self.client.is_before(2, 4) and max(counts) > OLD_ROUTES_MAX:
            self.mismatches.add("too-many-routes")
        if not self.client.is_before(3) and counts[0] * 149 + counts[1] * 150 > V3_BYTES_MAX:
            self.mismatches.add("too-many-routes")

    def nat64_route(self):
        """In halves, and not where a part of it is excluded."""
        excluded = any(WELL_KNOWN.overlaps(one) for one in of("ipv6", self.excluded))
        return list(WELL_KNOWN.subnets()) if self.wants_nat64 and not excluded else []

    def removals(self):
        if self.policy.get("replace-pushed-routes"):
            yield 'push-remove "route "'
            yield 'push-remove "route-ipv6 "'

    def options(self):
        if self.bypass:
            yield "route remote_host 255.255.255.255 net_gateway"
        if self.redirect():
            yield "redirect-gateway " + " ".join(self.redirect())
        if self.is_blocked and not self.client.is_before(3):
            yield "ifconfig-ipv6 fd15:53b6:dead::2/64 fd15:53b6:dead::1"
        if self.is_blocked and not self.client.is_before(2, 5):
            yield "block-ipv6"
        if self.is_blocked and self.client.is_before(3):
            yield from (f"route-ipv6 {one}" for one in ("::/3", "2000::/4", "3000::/4", "fc00::/7"))
        for one in self.routes + self.nat64_route():
            # Everything is pushed as its halves.
            for half in one.subnets() if one.prefixlen == 0 else [one]:
                if half.version == 4:
                    yield f"route {half.network_address} {half.netmask}"
                else:
                    yield f"route-ipv6 {half}"
        for one in self.dns:
            address = one.network_address
            if self.client.takes_dns:
                yield f"dns server 0 address {address}"
            else:
                yield f"dhcp-option {'DNS' if one.version == 4 else 'DNS6'} {address}"
        yield from once(all_of(self.matched, "push"))
