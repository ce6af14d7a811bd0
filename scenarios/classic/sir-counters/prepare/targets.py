#!/usr/bin/env python3
"""Figures that scenario.yaml expects, by programs that share nothing with the engine. Standard library only.

counted   With a term of d windows an infected tie passes the illness on with T = 1 - exp(-d x hazard), independently of the others:
          bond percolation on a random regular network, by generating functions.
capped    With a hazard of contact x min(2, infected ties) ties are not independent: simulated here.
"""
from math import exp
import random
import sys


def counted(s, t, k):
    low, high = 0.0, 1.0
    for _ in range(200):  # v: a neighbour is not infected by the rest of its ties
        v = (low + high) / 2
        low, high = (v, high) if (1 - s) * (1 - t + t * v) ** (k - 1) > v else (low, v)
    return 1 - (1 - s) * (1 - t + t * low) ** k


def stub_pairs(degree, rng):
    stubs = [i for i, d in enumerate(degree) for _ in range(d)]
    rng.shuffle(stubs)
    return {(min(x, y), max(x, y)) for x, y in zip(stubs[::2], stubs[1::2]) if x != y}


def capped(n, k, contact, cap, term, seeds, rng):
    ties = [[] for _ in range(n)]
    for x, y in stub_pairs([k] * n, rng):
        ties[x].append(y)
        ties[y].append(x)
    left = {i: term for i in rng.sample(range(n), seeds)}
    ever = set(left)
    while left:
        seen = {}
        for i in left:
            for j in ties[i]:
                seen[j] = seen.get(j, 0) + 1
        left = {i: d - 1 for i, d in left.items() if d > 1}
        for j, m in seen.items():
            if j not in ever and rng.random() < 1 - exp(-contact * min(cap, m)):
                ever.add(j)
                left[j] = term
    return len(ever) / n


def mean(values):
    m = sum(values) / len(values)
    return m, (sum((v - m) ** 2 for v in values) / (len(values) - 1) / len(values)) ** 0.5


if __name__ == "__main__":
    print("counted, 8 ties, 0.05 for 5 windows, seeds 0.01: %.8f" % counted(0.01, 1 - exp(-0.25), 8))
    if "--simulate" in sys.argv:
        rng = random.Random(20260801)
        print("at most 2 counted, 0.03 for 15 windows: %.6f, error %.6f" % mean([capped(10000, 8, 0.03, 2, 15, 100, rng) for _ in range(100)]))
        print("at most 8 counted, 0.05 for 5 windows, to check the rest: %.6f, error %.6f" % mean([capped(10000, 8, 0.05, 8, 5, 100, rng) for _ in range(40)]))
