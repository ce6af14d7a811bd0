#!/usr/bin/env python3
"""Figures that scenario.yaml expects, by programs that share nothing with the engine. Standard library only.

Everyone is infectious for one term of the same length, so a tie carries the infection with one chance T, once, and who is
ever infected is who is joined to a seed when each tie is kept with chance T: bond percolation.

circle    Exact: nearest kept path to the left and to the right; also by window.
random, regular, unequal   Large networks without short loops, by generating functions: v, the chance that a neighbour is not
          infected by the rest of its ties, solves v = (1 - s) g1(1 - T + T v); A = 1 - (1 - s) g0(1 - T + T v).
homes     Exact: all ways of infection within groups of five.
small     A ring with long ties has short loops and no closed form: percolation on such networks made here.
"""
from math import comb, exp, floor
import random
import sys


def solve(s, t, g1):
    low, high = 0.0, 1.0
    for _ in range(200):  # the largest root below 1: where outbreaks from a seed end
        v = (low + high) / 2
        low, high = (v, high) if (1 - s) * g1(1 - t + t * v) > v else (low, v)
    return low


def random_size(s, t, z):
    v = solve(s, t, lambda x: exp(z * (x - 1)))
    return 1 - (1 - s) * exp(-z * t * (1 - v)), v


def degrees_size(s, t, law):
    mean = sum(k * p for k, p in law.items())
    v = solve(s, t, lambda x: sum(k * p * x ** (k - 1) for k, p in law.items()) / mean)
    return 1 - (1 - s) * sum(p * (1 - t + t * v) ** k for k, p in law.items())


def circle(s, t, windows=2000):
    """Share ever infected, and mean window of infection of those who were no seeds."""
    def not_by(w):
        near = sum((t * (1 - s)) ** j for j in range(w)) * (1 - t)  # the path ends before a seed
        return (1 - s) * (near + (t * (1 - s)) ** w) ** 2
    never = [not_by(w) for w in range(windows + 1)]
    new = [never[w - 1] - never[w] for w in range(1, windows + 1)]
    return 1 - never[-1], sum((w + 1) * x for w, x in enumerate(new)) / sum(new)


def homes(n, s, t):
    """Share of a group ever infected: the chain (S, I) with escape (1 - T)^I, seeds binomial."""
    total = 0.0
    def go(left, infected, p):
        nonlocal total
        if infected == 0 or left == 0:
            total += p * (n - left)
            return
        escape = (1 - t) ** infected
        for j in range(left + 1):
            go(left - j, j, p * comb(left, j) * (1 - escape) ** j * escape ** (left - j))
    for seeds in range(n + 1):
        go(n - seeds, seeds, comb(n, seeds) * s ** seeds * (1 - s) ** (n - seeds))
    return total / n


def small_world(n, degree, share, rng):
    """Ring over n; the ties at each distance are paired at random, a pair exchanges its ends with chance `share`."""
    ties = set()
    for k in range(1, degree // 2 + 1):
        ends = [(i + k) % n for i in range(n)]
        order = list(range(n))
        rng.shuffle(order)
        for a, b in zip(order[::2], order[1::2]):
            if rng.random() < share and ends[a] != b and ends[b] != a:
                ends[a], ends[b] = ends[b], ends[a]
        ties |= {(min(i, e), max(i, e)) for i, e in enumerate(ends)}
    return ties


def percolate(n, ties, t, seeds, rng):
    parent = list(range(n))
    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i
    for x, y in ties:
        if rng.random() < t:
            parent[root(x)] = root(y)
    infected = {root(i) for i in rng.sample(range(n), seeds)}
    return sum(root(i) in infected for i in range(n)) / n


def mean(values):
    m = sum(values) / len(values)
    return m, (sum((v - m) ** 2 for v in values) / (len(values) - 1) / len(values)) ** 0.5


if __name__ == "__main__":
    print("circle T 0.8, seeds 0.05: %.8f, mean window %.8f" % circle(0.05, 0.8))
    print("homes of 5, T 0.3, seeds 0.1: %.8f" % homes(5, 0.1, 0.3))
    print("random z 3, T 0.5, seeds 0.01: %.8f" % random_size(0.01, 0.5, 3)[0])
    print("random z 1, T 0.5, seeds 0.01: %.8f" % random_size(0.01, 0.5, 1)[0])
    print("random z 4, T 0.5, one seed: %.8f" % random_size(0, 0.5, 4)[0])
    print("regular 4, T 0.5, seeds 0.01: %.8f" % degrees_size(0.01, 0.5, {4: 1}))
    upto = [floor(10000 * (1 - (k + 1) ** -1.5) + 0.5) if k < 30 else 10000 for k in range(31)]  # as dealt to 10,000
    law = {k: (upto[k] - upto[k - 1]) / 10000 for k in range(1, 31)}
    print("unequal 1..30, T 0.3, seeds 0.01: %.8f, mean degree %.4f" % (degrees_size(0.01, 0.3, law), sum(k * p for k, p in law.items())))
    print("random of the same mean, T 0.3, seeds 0.01: %.8f" % random_size(0.01, 0.3, sum(k * p for k, p in law.items()))[0])
    if "--simulate" in sys.argv:
        rng = random.Random(20260801)
        n = 10000
        for share in (0.0, 0.1, 1.0):
            print("small world degree 10, long %g, T 0.2, seeds 0.01: %.6f, error %.6f"
                  % ((share,) + mean([percolate(n, small_world(n, 10, share, rng), 0.2, n // 100, rng) for _ in range(100)])))
