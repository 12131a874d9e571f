#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
Does v4map decide as the slow reference in tests/reference does, for random policies and peers?
COUNT: how many pairs; SEED: which.  Each seed always gives the same.
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../reference"))
sys.dont_write_bytecode = True

from evaluate import evaluate  # noqa: E402
from generate import Universe  # noqa: E402
from shrink import shrink  # noqa: E402
from yaml_text import Steady, write_policy  # noqa: E402

BUILD = os.environ.get("V4MAP_BUILD", os.path.join(HERE, "../../build"))
COUNT = int(os.environ.get("COUNT", "10000"))
SEED = int(os.environ.get("SEED", "4"))
PEERS = 10    # of a policy
BATCH = 100   # policies at a time
SHOWN = 5     # differences
LOOKED_AT = 50


def run(tasks):
    """What v4map says to each (path of a policy, peer), and all its complaints."""
    lines = []
    for path, peer in tasks:
        options = [f"--{key}\t{value}" for key, value in peer.items()]
        lines.append("\t".join(["--json", f"--policy\t{path}"] + options) + "\n")
    done = subprocess.run([os.path.join(BUILD, "tests/explain-many")], input="".join(lines),
                          capture_output=True, text=True, check=False)
    got = done.stdout.splitlines()
    return got + [f"ended with {done.returncode}"] * (len(tasks) - len(got)), done.stderr


def read(line):
    return json.loads(line) if line.startswith("{") else line


def one(pair, folder):
    """(got, want, complaints) of a policy and a peer."""
    path = write_policy(pair[0], os.path.join(folder, "one.yaml"), Steady())
    lines, complaints = run([(path, pair[1])])
    return read(lines[0]), evaluate(*pair), complaints


def way(pair, folder):
    """In what a policy and a peer differ; nothing: in nothing, or they make no sense."""
    try:
        got, wanted, complaints = one(pair, folder)
    except (KeyError, IndexError):
        return ""
    if not isinstance(got, dict):
        return re.sub(r".*\.yaml[.:0-9a-z]*", "status", complaints)
    return " ".join(key for key in sorted({**got, **wanted}) if got.get(key) != wanted.get(key))


def show(pair, folder):
    """Print the smallest pair that differs in the same way."""
    first = way(pair, folder)
    if not first:
        print(f"# only in its own style: {json.dumps(pair)}")
        return
    pair = shrink(pair, lambda smaller: way(smaller, folder) == first)
    got, wanted, complaints = one(pair, folder)
    with open(os.path.join(folder, "one.yaml"), encoding="utf-8") as file:
        print("".join(f"#     {line}" for line in file), end="")
    for name, value in pair[0].get("prefix-lists", {}).items():
        print(f"# list {name}: {value}")
    print(f"# peer {json.dumps(pair[1])}")
    if isinstance(got, dict):
        for key in first.split():
            print(f"# {key}: want {json.dumps(wanted.get(key))}")
            print(f"# {key}: got  {json.dumps(got.get(key))}")
    else:
        print(f"# want {json.dumps(wanted)}\n# got  {json.dumps(got)} {complaints.strip()}")


def show_some(bad, folder):
    """Of each way one."""
    ways = {}
    for pair in bad[:LOOKED_AT]:
        ways.setdefault(way(pair, folder), pair)
    for pair in list(ways.values())[:SHOWN]:
        print("# ---")
        show(pair, folder)


def batch(number, count, folder):
    """The pairs of `count` policies, and those that differ."""
    pairs, tasks = [], []
    for index in range(count):
        rng = random.Random(f"{SEED}.{number}.{index}")
        universe = Universe(rng)
        path = write_policy(universe.policy, os.path.join(folder, f"{index}.yaml"), rng)
        for _ in range(PEERS):
            pairs.append([universe.policy, universe.peer()])
            tasks.append((path, pairs[-1][1]))
    lines, _ = run(tasks)
    answers = [evaluate(*pair) for pair in pairs]
    bad = [pair for pair, line, answer in zip(pairs, lines, answers) if read(line) != answer]
    return answers, bad


def tell(seen):
    """What the pairs were like, to see that they are worth it."""
    print("# " + ", ".join(f"{name} {count}" for name, count in sorted(seen.items())))


def look(answers, seen):
    for answer in answers:
        names = [answer["verdict"] + " at " + answer["stage"], answer["peer"]["form"]]
        names += answer["mismatches"] + (["something excluded"] if "without" in answer else [])
        names += [f"{len(answer['rules'])} rules"] + (["too long"] if "limit" in answer else [])
        for name in names:
            seen[name] = seen.get(name, 0) + 1


def main():
    bad, done, seen = [], 0, {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(-(-COUNT // (BATCH * PEERS))):
            count = min(BATCH, -(-(COUNT - done) // PEERS))
            answers, differing = batch(number, count, folder)
            done += len(answers)
            bad += differing
            look(answers, seen)
        tell(seen)
        print(f"{'not ' if bad else ''}ok 1 - {done} random policies and peers (seed {SEED}): "
              f"{len(bad)} differences")
        show_some(bad, folder)
    print("1..1")
    return bool(bad)


sys.exit(main())
