# SPDX-License-Identifier: MIT
"""Which rules match a client, as v4map.yaml(5) has it: RULES, CONDITIONS and TWO QUESTIONS."""
import re

from address import blocks, classify, inside

FAMILIES = {4: "ipv4", 6: "ipv6"}
# Not known yet during the TLS handshake.
LATER = ("listener", "tunnel", "client-version", "platform")


def version(text):
    """IV_VER as three numbers, what it leaves out is 0; None: a client that does not say."""
    found = re.match(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?", text)
    return tuple(int(number or 0) for number in found.groups()) if found else None


class Client:
    """`arguments`: those of `v4map explain`, by their names."""

    def __init__(self, policy, arguments):
        self.text = arguments["peer"]
        (self.address, self.form, self.embedded, self.translator, self.reserved) = classify(
            self.text, blocks(policy.get("translators", [])))
        self.family = FAMILIES[self.address.version]
        shown = "ipv6" if ":" in self.text else "ipv4"
        self.listener = arguments.get("listener", shown)
        if shown == "ipv4" and self.listener == "ipv6":
            self.form, self.embedded = "mapped", self.address
        self.tunnel = set(arguments.get("tunnel", "ipv4,ipv6").split(","))
        self.common_name = arguments.get("common-name")
        self.platform = arguments.get("platform")
        self.version = version(arguments.get("client-version", "2.6"))
        self.takes_dns = bool(int(arguments.get("client-protocol", "0")) >> 11 & 1)
        self.lists = policy.get("prefix-lists", {})

    def is_before(self, *numbers):
        """A client that does not say its version is as old as any."""
        return self.version is None or self.version[:len(numbers)] < numbers


def glob_matches(pattern, text):
    """`*` any characters, `?` one byte, anything else itself; the whole text."""
    wild = {"*": b".*", "?": b"."}
    parts = [wild.get(letter) or re.escape(letter.encode()) for letter in pattern]
    return re.fullmatch(b"".join(parts), text.encode(), re.DOTALL) is not None


def version_holds(condition, have):
    """All of the comparisons, each over as many numbers as it has."""
    for one in condition.split():
        sign, numbers = re.fullmatch(r"(<=|>=|<|>|=?)([\d.]+)", one).groups()
        want = tuple(int(number) for number in numbers.split("."))
        same = have[:len(want)]
        if not {"<": same < want, "<=": same <= want, ">": same > want, ">=": same >= want,
                "=": same == want, "": same == want}[sign]:
            return False
    return True


def holds(key, values, client):
    """Does the condition `key` hold?  A list holds if one member does."""
    if key == "family":
        return client.family in values
    if key == "form":
        return client.form in values
    if key == "listener":
        return client.listener in values
    if key == "tunnel":
        return ("dual" if len(client.tunnel) == 2 else min(client.tunnel)) in values
    if key == "client-version":
        return client.version is not None and any(
            version_holds(one, client.version) for one in values)
    if key == "platform":
        return client.platform is not None and any(
            glob_matches(one, client.platform) for one in values)
    if key == "peer":
        return inside(client.address, blocks(values))
    if key == "peer-list":
        return any(inside(client.address, blocks(client.lists[one])) for one in values)
    if key == "common-name":
        return client.common_name is not None and any(
            glob_matches(one, client.common_name) for one in values)
    raise KeyError(key)


CONDITIONS = ("family", "form", "listener", "tunnel", "client-version", "platform", "peer",
              "peer-list", "common-name")


def unmet(rule, client):
    """The first condition that does not hold, or None."""
    when = rule.get("when", {})
    for key in CONDITIONS:
        if key in when and not holds(key, when[key], client):
            return key
    return None


def is_known(key, values, client):
    """Is the condition's answer known during the handshake already?"""
    if key in LATER:
        return False
    # A v4-mapped client looks like a native one.
    return not (key == "form" and client.form in ("native", "mapped") and
                client.family == "ipv4" and ("native" in values) != ("mapped" in values))


def matches_at_verify(rule, client):
    """True, False or None: undecided."""
    when = rule.get("when", {})
    known = [key for key in when if is_known(key, when[key], client)]
    if not all(holds(key, when[key], client) for key in known):
        return False
    return True if len(known) == len(when) else None


def ask_at_verify(rules, client):
    """(matched, asked) if the client is refused during the handshake, else None."""
    matched = []
    for rule in rules:
        answer = matches_at_verify(rule, client)
        if answer is False:
            continue
        if answer is True:
            matched.append(rule)
            if rule.get("deny-at") == "verify":
                return matched, rules[:rules.index(rule) + 1]
        if "deny" in rule or rule.get("last"):
            return None
    return None


def ask_at_connect(rules, client):
    """(matched, asked)"""
    matched = []
    for number, rule in enumerate(rules, 1):
        if unmet(rule, client) is None:
            matched.append(rule)
            if "deny" in rule or rule.get("last"):
                return matched, rules[:number]
    return matched, rules
