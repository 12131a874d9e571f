# SPDX-License-Identifier: MIT
"""Random policies, and peers that their rules know: small universes, so that things meet."""
import ipaddress
from ipaddress import IPv4Network, IPv6Address, IPv6Network

from address import MAPPED, PLACES, block

IPV4 = ("10.20.0.0", "192.0.2.0", "198.51.100.0", "203.0.113.0", "100.64.0.0", "126.10.13.0",
        "8.8.8.0", "172.16.0.0", "127.255.255.0", "255.255.255.0", "0.0.0.0")
IPV6 = ("2001:db8:20::", "2001:db8:2::", "2a04::", "fd00::", "64:ff9b::", "2002:c000:200::",
        "fe80::5efe:c000:200", "::", "2001::", "64:ff9b:1::", "7fff:ffff::", "ffff:ffff::")
TRANSLATORS = ("2001:db8::", "64:ff9b::", "64:ff9b:1::", "2001:db8:122:300::", "2002::", "::",
               "2001::")
FORMS = ("native", "mapped", "translated", "nat64", "6to4", "teredo", "isatap", "v4-compatible",
         "v4-translated")
NAMES = ("alice", "bob", "partner-1", "partner-22", "a.laptop", "b.laptop", "A b\"c", "\u00e9ve",
         "*")
PATTERNS = ("*", "alice", "partner-*", "*.laptop", "?ob", "p*-?", "??*ve", "Alice", "*a*", "*b*c",
            "\u00e9*")
PLATFORMS = ("linux", "win", "mac", "android", "ios", "Linux")
VERSIONS = ("2.3", "2.3.18", "2.4", "2.4.12", "2.5.1", "2.5", "2.6.14", "2.6.3", "2.7.0", "2.7",
            "2.7_beta1", "3", "3.8.4", "3.git::662eae9a", "2.4_rc2", "2", "2.6_git", "2.10.1",
            "4.0", "unknown", "1.9")
ASKED = ("2.3", "2.4", "2.5.1", "2.5", "2.6.3", "2.6.14", "2.6", "2.7", "2", "3")  # ascending
SIGNS = ("", "<", "<=", ">", ">=", "=")
OPTIONS = ("dhcp-option DOMAIN example.org", "ping 10", "ping-restart 60", "route-gateway 10.8.0.1",
           "dhcp-option DNS 10.20.0.53", "block-outside-dns", "x y z", "route-metric 5")
DENIALS = ("closed", "transition addresses are not accepted", "no: \"quoted\", 'too' \\ \u00fc",
           "#no", "- no", "null", "{no}")


class Universe:
    """One policy, and its peers."""

    def __init__(self, random):
        self.random = random
        self.ipv4 = random.sample(IPV4, 3)
        self.ipv6 = random.sample(IPV6, 3)
        self.spread = random.choice((4, 8, 12))
        self.lists = {}
        self.policy = self.make_policy()

    def maybe(self, probability):
        return self.random.random() < probability

    def some(self, choices, most=3):
        return self.random.sample(choices, self.random.randint(1, min(most, len(choices))))

    def length(self, bits):
        kind = self.random.random()
        if kind < 0.04:
            return 0
        if kind < 0.3:
            return bits
        if kind < 0.4:
            return self.random.randint(1, bits)
        return self.random.randint(bits - self.spread, bits)

    def network(self, family=None):
        """A block near one of a few places, so that blocks meet, nest and are halves of one."""
        family = family or self.random.choice((4, 6))
        bits, places, kind = ((32, self.ipv4, IPv4Network) if family == 4 else
                              (128, self.ipv6, IPv6Network))
        value = int(ipaddress.ip_address(self.random.choice(places)))
        value ^= self.random.getrandbits(self.spread)
        length = self.length(bits)
        ret = kind((value >> (bits - length) << (bits - length), length))
        return ret if family == 4 or not ret.subnet_of(MAPPED) else self.network(family)

    def spell(self, network):
        """One of the texts that mean the block."""
        mapped = network.version == 4 and self.maybe(0.15)
        address = f"::ffff:{network.network_address}" if mapped else self.spell_address(
            network.network_address)
        if network.prefixlen == network.max_prefixlen and self.maybe(0.7):
            return address
        return f"{address}/{network.prefixlen + (96 if mapped else 0)}"

    def spell_address(self, address):
        kind = self.random.random()
        if address.version == 4 or kind < 0.7:
            return str(address)
        if kind < 0.8:
            return str(address).upper()
        if kind < 0.9:
            return address.exploded
        high = IPv6Address(int(address) >> 32 << 32).exploded[:-9]
        return f"{high}{ipaddress.IPv4Address(int(address) & 0xffffffff)}"

    def networks(self, most=4, family=None):
        return [self.spell(self.network(family)) for _ in range(self.random.randint(1, most))]

    def hosts(self, most=3):
        ret = []
        for _ in range(self.random.randint(1, most)):
            near = self.network()
            ret.append(self.spell(type(near)(self.within(near))))
        return ret

    def within(self, network):
        """An address of the block: often its first or last."""
        size = network.num_addresses
        return network[self.random.choice((0, -1, self.random.randrange(size)))]

    def translator(self):
        length = self.random.choice(list(PLACES))
        value = int(IPv6Address(self.random.choice(TRANSLATORS)))
        if self.maybe(0.3):
            value |= self.random.getrandbits(16) << 80
        value = value >> (128 - length) << (128 - length)
        value &= ~(0xff << 56)
        return str(IPv6Network((value, length)))

    # --- the policy ------------------------------------------------------------------------------

    def make_policy(self):
        policy = {}
        if self.maybe(0.5):
            policy["server-addresses"] = self.hosts()
        if self.maybe(0.5):
            policy["translators"] = [self.translator() for _ in range(self.random.randint(1, 4))]
        if self.maybe(0.2):
            policy["proxies"] = self.networks()
        if self.maybe(0.3):
            policy["bypass"] = self.random.choice(("auto", "always", "never"))
        if self.maybe(0.3):
            policy["leak-guard"] = self.random.choice(("auto", "always", "never"))
        for key in ("nat64-guard", "replace-pushed-routes"):
            if self.maybe(0.2):
                policy[key] = self.maybe(0.8)
        if self.maybe(0.2):
            self.lists = {name: self.networks(12) for name in self.some(("office", "home", "x"))}
            policy["prefix-lists"] = self.lists
        policy["rules"] = [self.rule(number) for number in range(self.random.randint(1, 7))]
        self.enlarge(policy)
        return policy

    def rule(self, number):
        rule = {"name": f"rule-{number}"}
        denies = self.maybe(0.15)
        if self.maybe(0.95 if denies else 0.6):
            rule["when"] = self.when(2 if denies else 3)
        if denies:
            rule["deny"] = self.random.choice(DENIALS)
            if self.maybe(0.7):
                rule["deny-at"] = self.random.choice(("verify", "verify", "connect"))
            if rule.get("deny-at") == "verify":
                self.ask_early(rule)
        else:
            self.give(rule)
        if self.maybe(0.1):
            rule["last"] = self.maybe(0.8)
        return rule

    def ask_early(self, rule):
        """What `deny-at: verify` cannot ask for."""
        when = rule.get("when", {})
        for key in ("tunnel", "listener", "client-version", "platform"):
            when.pop(key, None)
        when["form"] = [form for form in when.get("form", [])
                        if form not in ("native", "mapped")]
        if not when["form"]:
            del when["form"]
        if not when:
            rule.pop("when", None)

    def give(self, rule):
        if self.maybe(0.7):
            rule["routes"] = self.networks(6)
        if self.maybe(0.25):
            rule["exclude"] = self.networks(3)
        if self.maybe(0.25):
            rule["default-route"] = self.some(("ipv4", "ipv6"))
        if self.maybe(0.25):
            rule["dns"] = self.hosts(4)
        if self.maybe(0.25):
            rule["push"] = self.some(OPTIONS)

    def when(self, most):
        values = {
            "family": lambda: self.some(("ipv4", "ipv6")),
            "form": lambda: self.some(FORMS, 5),
            "listener": lambda: self.some(("ipv4", "ipv6")),
            "tunnel": lambda: self.some(("ipv4", "ipv6", "dual")),
            "client-version": lambda: [self.asked_version() for _ in self.some("ab")],
            "platform": lambda: self.some(PATTERNS + PLATFORMS),
            "peer": lambda: self.networks(4),
            "peer-list": lambda: self.some(list(self.lists)),
            "common-name": lambda: self.some(PATTERNS),
        }
        keys = [key for key in values if key != "peer-list" or self.lists]
        return {key: values[key]() for key in self.some(keys, most)}

    def asked_version(self):
        if self.maybe(0.2):
            low, high = sorted(self.random.sample(range(len(ASKED)), 2))
            return f"{self.random.choice(('>=', '>'))}{ASKED[low]} <={ASKED[high]}"
        return self.random.choice(SIGNS) + self.random.choice(ASKED)

    def enlarge(self, policy):
        """Now and then, near what a client takes."""
        kind = self.random.random()
        rule = policy["rules"][0]
        if kind > 0.012 or "deny" in rule:
            return
        rule.pop("when", None)
        if kind < 0.01:
            family, count = self.random.choice((4, 6)), self.random.randint(96, 102)
            policy["rules"].append({"name": "old", "routes": self.many(family, count)})
        elif kind < 0.0112:
            family, count = self.random.choice((4, 6)), self.random.randint(1740, 1765)
            policy["rules"].insert(1, {"name": "v3", "routes": self.many(family, count)})
        elif kind < 0.0116:
            rule["routes"] = ["::/0"]
            policy["rules"].insert(1, {"name": "holes", "exclude": [
                f"{0x2000 + 256 * number:x}::1" for number in range(self.random.choice((65, 67, 74)))]})
        else:
            for number in range(2):
                policy["rules"].insert(1, {"name": f"push-{number}", "push": [
                    f"setenv X{number}{one:04} " + "x" * 200 for one in range(600)]})

    def many(self, family, count):
        if family == 4:
            return [f"11.{number >> 7}.{number % 128 * 2}.0/24" for number in range(count)]
        return [f"2a05:{2 * number:x}::/32" for number in range(count)]

    # --- its peers -------------------------------------------------------------------------------

    def peer(self):
        text = self.peer_address()
        ret = {"peer": text}
        if ":" not in text and self.maybe(0.4):
            ret["listener"] = self.random.choice(("ipv4", "ipv6"))
        elif self.maybe(0.1):
            ret["listener"] = "ipv6"
        if self.maybe(0.6):
            ret["common-name"] = self.random.choice(NAMES)
        if self.maybe(0.7):
            ret["client-version"] = self.random.choice(VERSIONS)
        if self.maybe(0.5):
            ret["platform"] = self.random.choice(PLATFORMS)
        if self.maybe(0.4):
            ret["client-protocol"] = self.random.choice(
                ("0", "2048", "990", "3038", "2047", "4096"))
        if self.maybe(0.6):
            ret["tunnel"] = self.random.choice(("ipv4", "ipv6", "ipv4,ipv6", "ipv6,ipv4"))
        if self.maybe(0.2):
            ret["port"] = str(self.random.randint(1, 65535))
        return ret

    def peer_address(self):
        kind = self.random.random()
        if kind < 0.35:
            return self.spell_peer(self.within(self.known()))
        if kind < 0.5:
            return self.spell_peer(self.within(self.network()))
        if kind < 0.75 and "translators" in self.policy:
            return self.spell_peer(self.translated())
        return self.spell_peer(self.embedding())

    def known(self):
        """A block that the policy asks for."""
        texts = list(self.policy.get("proxies", []))
        for some in self.lists.values():
            texts += some
        for rule in self.policy["rules"]:
            texts += rule.get("when", {}).get("peer", [])
        return block(self.random.choice(texts)) if texts else self.network()

    def spell_peer(self, address):
        if address.version == 4 and self.maybe(0.4):
            return self.random.choice((f"::ffff:{address}", f"::FFFF:{address}", str(
                IPv6Address(int(MAPPED[0]) + int(address)).exploded)))
        text = self.spell_address(address)
        mapped = address.version == 6 and address in MAPPED
        return text + "%eth0" if ":" in text and not mapped and self.maybe(0.05) else text

    def inner(self):
        return self.within(self.network(4)).packed

    def translated(self):
        """An address of one of the translators, some with bits where none may be."""
        translator = block(self.random.choice(self.policy["translators"]))
        data = bytearray(translator.network_address.packed)
        for place, byte in zip(PLACES[translator.prefixlen], self.inner()):
            data[place] = byte
        if self.maybe(0.15):
            data[self.random.choice((8, 15, 12, 13))] ^= 1 << self.random.randrange(8)
        return IPv6Address(bytes(data))

    def embedding(self):
        inner = self.inner()
        inverted = bytes(byte ^ 0xff for byte in inner)
        identifier = self.random.choice((b"\0\0\x5e\xfe", b"\2\0\x5e\xfe", b"\1\0\x5e\xfe"))
        head = self.random.choice((b"\xfe\x80" + bytes(6), b"\x20\x02" + inner + bytes(2),
                                   b"\0\x64\xff\x9b\0\1\0\0", b"\x20\x01\x0d\xb8\0\2\0\0"))
        return IPv6Address(self.random.choice((
            b"\0\x64\xff\x9b" + bytes(8) + inner, b"\0\x64\xff\x9b" + bytes(8) + inner,
            b"\0\x64\xff\x9b\0\1" + bytes(6) + inner, b"\x20\x02" + inner + bytes(9) + b"\1",
            b"\x20\x01\0\0" + bytes(8) + inverted, head + identifier + inner,
            bytes(12) + inner, bytes(8) + b"\xff\xff\0\0" + inner,
            bytes(15) + bytes((self.random.randrange(3),)))))
