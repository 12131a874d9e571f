# SPDX-License-Identifier: MIT
"""
What `v4map explain --json` must say.  Written from the manual, not from the code: slow and
obvious.  A policy is a dict with the keys of v4map.yaml(5), a list where the manual takes one
(prefix-lists: names to lists of blocks); a peer is a dict of v4map-explain's options.
"""
from address import blocks, inside
from routes import Given
from rules import Client, ask_at_connect, ask_at_verify, unmet

# In this order they are printed.
MISMATCHES = (
    "mapped-peer", "translated-peer", "embedded-ipv4", "ambiguous-peer", "verify-connect-differ",
    "family-changed", "tunnel-lacks-ipv4", "tunnel-lacks-ipv6", "mapped-tunnel-address",
    "route-covers-server", "transport-only-ipv4", "transport-only-ipv6", "reserved-in-translator",
    "too-many-routes", "proxied", "ipv6-leaks")


def own_mismatches(policy, client):
    """What is known without any rule."""
    ret = set()
    if client.form in ("mapped", "translated"):
        ret.add(f"{client.form}-peer")
    elif client.form != "native":
        ret.add("embedded-ipv4")
    if client.reserved:
        ret.add("reserved-in-translator")
    if client.family not in client.tunnel:
        ret.add(f"transport-only-{client.family}")
    if inside(client.address, blocks(policy.get("proxies", []))):
        ret.add("proxied")
    return ret


def messages(lines):
    """Each message has at most 1024 bytes, 84 of them to spare (OpenVPN push.c)."""
    count, used = (1 if lines else 0), len("PUSH_REPLY")
    for line in lines:
        if line.startswith('push "'):
            size = len(line) - len('push ""') + 1
            if used + size >= 1024 - 84:
                count, used = count + 1, len("PUSH_REPLY")
            used += size
    return count


def text(value):
    return None if value is None else str(value)


def evaluate(policy, arguments):
    """The object."""
    client = Client(policy, arguments)
    rules = policy.get("rules", [])
    refused = ask_at_verify(rules, client)
    matched, asked = refused or ask_at_connect(rules, client)
    denied = bool(matched) and "deny" in matched[-1]
    mismatches = own_mismatches(policy, client)
    ret = {
        "peer": {"address": client.text, "ip": str(client.address), "family": client.family,
                 "form": client.form, "embedded": text(client.embedded),
                 "translator": text(client.translator)},
        "verdict": "deny" if denied else "allow",
        "stage": "verify" if refused else "connect",
        "reason": matched[-1]["deny"] if denied else None,
        "rules": [rule["name"] for rule in matched],
        # None: not known yet during the handshake, and nothing that is known is in its way.
        "unmet": {rule["name"]: unmet(rule, client) for rule in asked if rule not in matched},
        "config": [], "messages": 0,
        "withheld": [], "withheld_cutting": [], "withheld_dns": [], "withheld_default": [],
    }
    if not denied:
        given = Given(policy, client, matched)
        mismatches |= given.mismatches
        if given.limit:
            ret.update({"verdict": "deny", "reason": "text-too-long", "limit": given.limit})
        else:
            ret.update({"config": given.lines, "messages": messages(given.lines)})
        ret.update({
            "withheld": [str(one) for one in given.withheld],
            "withheld_cutting": [str(one) for one in given.cutting],
            "withheld_dns": [str(one) for one in given.withheld_dns],
            "withheld_default": given.withheld_defaults})
        if given.excluded:
            ret.update({"routes": [str(one) for one in given.united],
                        "without": [str(one) for one in given.excluded]})
    ret["mismatches"] = [name for name in MISMATCHES if name in mismatches]
    return ret
