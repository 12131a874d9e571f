# SPDX-License-Identifier: MIT
"""Addresses and blocks as v4map.yaml(5) has them: what a peer's address really is."""
import ipaddress
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Network

MAPPED = IPv6Network("::ffff:0:0/96")
WELL_KNOWN = IPv6Network("64:ff9b::/96")
LOCAL_USE = IPv6Network("64:ff9b:1::/48")
NOT_GLOBAL = [IPv4Network(text) for text in (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4")]
# RFC 6052 2.2: where the bytes of the IPv4 address stand, by the prefix's length.
PLACES = {32: (4, 5, 6, 7), 40: (5, 6, 7, 9), 48: (6, 7, 9, 10), 56: (7, 9, 10, 11),
          64: (9, 10, 11, 12), 96: (12, 13, 14, 15)}


@lru_cache(maxsize=100000)
def block(text):
    """A v4-mapped block is the IPv4 block it stands for."""
    ret = ipaddress.ip_network(text)
    if ret.version == 6 and ret.subnet_of(MAPPED):
        return IPv4Network((int(ret.network_address) & 0xffffffff, ret.prefixlen - 96))
    return ret


def blocks(texts):
    return [block(text) for text in texts]


def inside(address, some):
    return any(address in one for one in some if one.version == address.version)


def is_global(address):
    return not inside(address, NOT_GLOBAL)


def carried(address, translator):
    """The IPv4 address inside, or None: bits 64 to 71 and those behind it must be zero."""
    places = PLACES[translator.prefixlen]
    if address.packed[8] != 0 or any(address.packed[places[-1] + 1:]):
        return None
    return IPv4Address(bytes(address.packed[place] for place in places))


def not_believed(address):
    """The form of an IPv6 address that stays one, and the IPv4 address inside."""
    data = address.packed
    last = IPv4Address(data[12:])
    if address in WELL_KNOWN:
        return "nat64", last
    if address in LOCAL_USE:
        return "nat64", None
    if address in IPv6Network("2002::/16"):
        return "6to4", IPv4Address(data[2:6])
    if address in IPv6Network("2001::/32"):
        return "teredo", IPv4Address(bytes(byte ^ 0xff for byte in data[12:]))
    if data[8:12] in (b"\0\0\x5e\xfe", b"\2\0\x5e\xfe"):
        return "isatap", last
    if address in IPv6Network("::/96") and int(address) > 1:
        return "v4-compatible", last
    if address in IPv6Network("::ffff:0:0:0/96"):
        return "v4-translated", last
    return "native", None


def classify(text, translators):
    """(canonical address, form, embedded, translator, reserved) of an address as it arrived."""
    address = ipaddress.ip_address(text.split("%")[0])
    if address.version == 4:
        return address, "native", None, None, False
    if address in MAPPED:
        return address.ipv4_mapped, "mapped", address.ipv4_mapped, None, False
    reserved = address in WELL_KNOWN and not is_global(IPv4Address(address.packed[12:]))
    around = [one for one in translators if address in one]
    if around:
        longest = max(around, key=lambda one: one.prefixlen)
        ipv4 = carried(address, longest)
        if ipv4 is not None and (address not in WELL_KNOWN or is_global(ipv4)):
            return ipv4, "translated", ipv4, longest, False
    form, embedded = not_believed(address)
    return address, form, embedded, None, reserved
