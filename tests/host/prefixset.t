#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random sets of blocks, always the same ones: does ipaddress make the same of them?"""
import ipaddress
import os
import random
import subprocess
import sys

random.seed(20)
FAMILIES = ((4, 32, ipaddress.IPv4Network), (6, 128, ipaddress.IPv6Network))


def block(place):
    """A block near one of a few places, so that blocks meet, nest and are halves of one."""
    family, bits, network = FAMILIES[place % 2]
    kind = random.random()
    if kind < 0.02:
        length = 0
    elif kind < 0.1:
        length = bits
    else:
        length = random.randint(bits - 12, bits) if place % 4 < 2 else random.randint(1, 20)
    base = random.Random(place).getrandbits(bits)
    near = base ^ random.getrandbits(12) << (0 if place % 4 < 2 else bits - 12)
    return network((near >> (bits - length) << (bits - length), length))


def some(most):
    places = [random.randrange(1000) for _ in range(random.randint(1, 3))]
    return [block(random.choice(places)) for _ in range(random.randint(0, most))]


def usable(blocks):
    """A v4-mapped block is an IPv4 one to v4map, and none to ipaddress."""
    mapped = ipaddress.ip_network("::ffff:0:0/96")
    return [b for b in blocks if b.version == 4 or not b.subnet_of(mapped)]


def collapse(blocks):
    ret = []
    for version in (4, 6):
        ret += ipaddress.collapse_addresses(b for b in blocks if b.version == version)
    return ret


def subtract(blocks, remove):
    rest = collapse(blocks)
    for gone in collapse(remove):
        kept = []
        for b in rest:
            if b.version != gone.version or not b.overlaps(gone):
                kept.append(b)
            elif b != gone and gone.subnet_of(b):
                kept += b.address_exclude(gone)
        rest = kept
    return collapse(rest)


def text(blocks):
    return " ".join(str(b) for b in blocks)


def task():
    kind = random.randrange(10)
    blocks = usable(some(40))
    if kind < 4:
        return f"canonical {text(blocks)}", text(collapse(blocks))
    if kind < 8:
        remove = usable(some(12))
        if random.random() < 0.2:
            blocks = [network("%s/0" % ("0.0.0.0" if family == 4 else "::"))
                      for family, _, network in FAMILIES]
        elif blocks and random.random() < 0.7:  # of the same places
            cut = random.randrange(len(blocks))
            blocks, remove = blocks[cut:], blocks[:cut]
        return f"subtract {text(blocks)} - {text(remove)}", text(subtract(blocks, remove))
    if kind == 8:
        near = random.choice(blocks) if blocks else block(random.randrange(1000))
        last = int(near.broadcast_address)
        limit = (1 << near.max_prefixlen) - 1
        value = random.choice((int(near.network_address) - 1, int(near.network_address), last,
                               last + 1)) & limit
        addr = (ipaddress.IPv4Address if near.version == 4 else ipaddress.IPv6Address)(value)
        if addr.version == 6 and addr.ipv4_mapped:
            return task()
        return (f"contains {addr} - {text(blocks)}",
                "yes" if any(addr in b for b in blocks if b.version == addr.version) else "no")
    other = (usable([block(random.randrange(1000))]) + usable(blocks[:1]))[-1:]
    if not other:
        return task()
    rest = blocks[1:]
    return (f"overlaps {other[0]} - {text(rest)}",
            "yes" if any(other[0].overlaps(b) for b in rest if b.version == other[0].version)
            else "no")


def main():
    build = os.environ.get("V4MAP_BUILD", os.path.join(os.path.dirname(__file__), "../../build"))
    tasks = [task() for _ in range(2500)]
    got = subprocess.run([os.path.join(build, "tests/prefixset")], text=True, check=False,
                         input="".join(line + "\n" for line, _ in tasks), capture_output=True)
    lines = got.stdout.splitlines() + [got.stderr] * len(tasks)
    bad = [(line, want, have) for (line, want), have in zip(tasks, lines) if want != have]
    kinds = ("canonical", "subtract", "contains", "overlaps")
    for number, kind in enumerate(kinds, 1):
        wrong = [one for one in bad if one[0].startswith(kind)]
        count = sum(line.startswith(kind) for line, _ in tasks)
        print(f"{'not ' if wrong else ''}ok {number} - {kind}: {count} sets as ipaddress has them")
        if wrong:
            print("# {}\n# want {}\n# got  {}".format(*wrong[0]))
    print(f"1..{len(kinds)}")
    return bool(bad or got.returncode)


sys.exit(main())
