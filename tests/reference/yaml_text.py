# SPDX-License-Identifier: MIT
"""A policy as YAML, each time in another style, and its prefix lists as files."""
import json
import os
import re

# What takes one text as well as a list.
ONE_OR_LIST = ("default-route", "family", "form", "listener", "tunnel", "client-version",
               "platform", "peer", "peer-list", "common-name")
PLAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9./_-]| (?=[A-Za-z0-9]))*$")


class Steady:
    """Always the same style."""

    def random(self):
        return 0.5

    def choice(self, choices):
        return choices[0]


def scalar(value, random):
    if isinstance(value, bool):
        return "true" if value else "false"
    if PLAIN.match(value) and random.random() < 0.6:
        return value
    if random.random() < 0.3:
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=random.random() < 0.5)


def flow(value, random, key=None):
    if isinstance(value, dict):
        return "{" + ", ".join(
            f"{name}: {flow(one, random, name)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        if key in ONE_OR_LIST and len(value) == 1 and random.random() < 0.4:
            return scalar(value[0], random)
        return "[" + ", ".join(flow(one, random) for one in value) + "]"
    return scalar(value, random)


def member(key, value, indent, random):
    """Lines of `key: value`."""
    if not isinstance(value, (dict, list)) or not value or random.random() < 0.6:
        return [f"{indent}{key}: {flow(value, random, key)}"]
    ret = [f"{indent}{key}:"]
    if isinstance(value, dict):
        for name, one in value.items():
            ret += member(name, one, indent + "  ", random)
    else:
        ret += [f"{indent}  - {flow(one, random)}" for one in value]
    return ret


def rule_lines(rule, random):
    if random.random() < 0.4:
        return ["  - " + flow(rule, random)]
    lines = [line for key, value in rule.items() for line in member(key, value, "    ", random)]
    return ["  - " + lines[0][4:]] + lines[1:]


def write_list(path, texts, random):
    with open(path, "w", encoding="ascii") as file:
        for text in texts:
            file.write(random.choice((f"{text}\n", f"{text} # it\n", f"# {text}\n\n{text}\n",
                                      f"  {text}\t\n")))


def write_policy(policy, path, random):
    lines = ["---"] if random.random() < 0.1 else []
    for key, value in policy.items():
        if key == "rules" and value:
            lines.append("rules:")
            for rule in value:
                lines += rule_lines(rule, random)
        elif key == "prefix-lists":
            names = {name: f"{path}.{name}" for name in value}
            for name, texts in value.items():
                write_list(names[name], texts, random)
            lines += member(key, names, "", random)
        else:
            lines += member(key, value, "", random)
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in lines))
    return os.path.abspath(path)
