# SPDX-License-Identifier: MIT
"""Make a policy and a peer that differ as small as dropping things makes them."""
import copy


def places(value, path=()):
    """The ways to all that can be dropped, the greatest things first."""
    below = []
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in keys:
        # What is left must be a policy: a list of one goes as a whole.
        if len(path) > 0 and (isinstance(value, dict) or len(value) > 1) and (
                key not in ("name", "peer") or isinstance(value[key], list)):
            yield path + (key,)
        if isinstance(value[key], (dict, list)):
            below.append(key)
    for key in below:
        yield from places(value[key], path + (key,))


def drop(value, path):
    ret = copy.deepcopy(value)
    at = ret
    for key in path[:-1]:
        at = at[key]
    del at[path[-1]]
    return ret


def shrink(pair, differs):
    """`pair` is a list of the policy and the peer; drops one thing after another."""
    again = True
    while again:
        again = False
        for path in list(places(pair)):
            smaller = drop(pair, path)
            if differs(smaller):
                pair, again = smaller, True
                break
    return pair
