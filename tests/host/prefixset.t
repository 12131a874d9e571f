#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sets of address blocks against Python's ipaddress, over thousands of random sets."""

import ipaddress
import os
import random
import subprocess

BUILD = os.environ.get("V4MAP_BUILD", os.path.join(os.path.dirname(__file__), "../../build"))
MAPPED = ipaddress.ip_network("::ffff:0:0/96")
rng = random.Random(4632)


def order(block):
    return block.version, int(block.network_address), block.prefixlen


def collapse(blocks):
    """The fewest blocks, IPv4 first."""
    return [
        block
        for version in (4, 6)
        for block in sorted(
            ipaddress.collapse_addresses(b for b in blocks if b.version == version), key=order
        )
    ]


def exclude(block, gone):
    """What is left of `block` without `gone`."""
    if block.version != gone.version or not block.overlaps(gone):
        return [block]
    return [] if block.subnet_of(gone) else list(block.address_exclude(gone))


def subtract(blocks, remove):
    for gone in remove:
        blocks = [left for block in blocks for left in exclude(block, gone)]
    return collapse(blocks)


def block(version, low, high, within):
    """Length from `low` to `high`; `within` is the number of lowest bits that may differ."""
    bits = 32 if version == 4 else 128
    base = 0x0A000000 if version == 4 else 0x20010DB8 << 96
    value = base ^ rng.getrandbits(within) if within else base
    size = rng.randint(low, high)
    found = ipaddress.ip_network((value >> (bits - size) << (bits - size), size))
    # A mapped block is read as the IPv4 one it stands for: no row for this oracle.
    if found.version == 6 and found.subnet_of(MAPPED):
        return block(version, low, high, within)
    return found


def anywhere(count):
    return [block(v, 1, 32 if v == 4 else 128, 32 if v == 4 else 128)
            for v in rng.choices((4, 6), k=count)]


def crowded(count):
    """So near each other that they nest, touch and merge."""
    return [block(v, (32 if v == 4 else 128) - 6, 32 if v == 4 else 128, 7)
            for v in rng.choices((4, 6), k=count)]


ALL = [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]


def all_of(version, bits):
    """Every address of a small block, shuffled, some twice: they make one."""
    blocks = list(block(version, bits - 6, bits - 6, 32).subnets(new_prefix=bits))
    blocks += rng.choices(blocks, k=8)
    rng.shuffle(blocks)
    return blocks


def many(make, most, least=0):
    return lambda: make(rng.randint(least, most))


CASES = [
    ("a few blocks anywhere", 1500, many(anywhere, 12), many(anywhere, 12)),
    ("a few blocks near each other", 3000, many(crowded, 16), many(crowded, 16)),
    ("many blocks near each other", 300, many(crowded, 96), many(crowded, 24)),
    ("all there is without something anywhere", 600, lambda: list(ALL), many(anywhere, 4, 1)),
    ("all there is without something small", 600, lambda: list(ALL), many(crowded, 6, 1)),
    ("0.0.0.0/0 without something", 200, lambda: ALL[:1], many(anywhere, 4, 1)),
    ("::/0 without something", 200, lambda: ALL[1:], many(anywhere, 4, 1)),
    ("all there is without all there is", 1, lambda: list(ALL), lambda: list(ALL)),
    ("something without all there is", 200, many(anywhere, 12), lambda: list(ALL)),
    ("something without nothing", 300, many(crowded, 32), list),
    ("nothing without something", 50, list, many(anywhere, 4)),
    ("each address of an IPv4 block", 50, lambda: all_of(4, 32), many(crowded, 4)),
    ("each address of an IPv6 block", 50, lambda: all_of(6, 128), many(crowded, 4)),
    ("the same, and half of it", 300, lambda: crowded(8) * 2, many(crowded, 2)),
]


def answers(cases):
    text = "".join(
        " ".join(map(str, blocks)) + " - " + " ".join(map(str, remove)) + "\n"
        for blocks, remove in cases
    )
    tool = os.path.join(BUILD, "tests/prefixset")
    done = subprocess.run([tool], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return done.stderr, []
    lines = done.stdout.split("\n")
    return "", list(zip(lines[0::3], lines[1::3], lines[2::3]))


def wrong(case, answer):
    """What differs, or nothing."""
    blocks, remove = case
    whole = collapse(blocks)
    bits = [
        f"{any(gone.network_address in b for b in whole):d}"
        f"{any(gone.version == b.version and gone.overlaps(b) for b in whole):d}"
        for gone in remove
    ]
    want = (
        ("the set", whole, [ipaddress.ip_network(b) for b in answer[0].split()]),
        ("without", subtract(whole, collapse(remove)),
         [ipaddress.ip_network(b) for b in answer[1].split()]),
        ("contains, overlaps", "".join(bits), answer[2]),
    )
    for what, wanted, got in want:
        if wanted != got:
            return f"{what}: {blocks} - {remove}: want {wanted}, got {got}"
    return ""


def run(make_set, make_remove, count):
    cases = [(make_set(), make_remove()) for _ in range(count)]
    complaint, got = answers(cases)
    if complaint or len(got) != count:
        return complaint or f"{len(got)} answers to {count} cases"
    return next(filter(None, map(wrong, cases, got)), "")


failed = False
for number, (name, count, make_set, make_remove) in enumerate(CASES, 1):
    complaint = run(make_set, make_remove, count)
    print(f"{'not ' if complaint else ''}ok {number} - {name}: {count} sets", flush=True)
    if complaint:
        failed = True
        print("# " + complaint[:2000].replace("\n", "\n# "))
print(f"1..{len(CASES)}")
raise SystemExit(failed)
