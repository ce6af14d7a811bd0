#!/usr/bin/env python3
"""Figures that scenario.yaml expects, by programs that share nothing with the engine. Standard library only.

level     The limit of many persons: I' = (1 - q) I + (1 - I)(1 - exp(-b I)); its fixed point, and what noise of order
          1 / sqrt(N) takes from the mean (second order, from the variance of one window).
extinct   Few persons: the chain of the number of infected in full; windows until nobody is, by elimination.
regular   Random regular graph by pairing stubs, infection with hazard b per infected tie and window, recovery with chance q.
process   The same on other networks: small, a ring with long ties, and poisson, numbers of ties by Poisson's law.
"""
from math import comb, exp
import random
import sys


def level(b, q):
    low, high = 1e-9, 1.0
    for _ in range(200):
        x = (low + high) / 2
        low, high = (x, high) if (1 - x) * (1 - exp(-b * x)) > q * x else (low, x)
    return low


def shift(b, q):
    """N x (mean level - fixed point): from F(x + e) = F + F' e + F'' e^2 / 2 with the stationary variance of e."""
    x = level(b, q)
    a = 1 - exp(-b * x)
    slope = (1 - q) - a + (1 - x) * b * exp(-b * x)
    bend = -2 * b * exp(-b * x) - (1 - x) * b * b * exp(-b * x)
    variance = (x * q * (1 - q) + (1 - x) * a * (1 - a)) / (1 - slope * slope)
    return bend / 2 * variance / (1 - slope), variance


def extinct(n, b, q):
    """Mean windows from i infected to none, i = 1..n: (1 - P) t = 1."""
    def row(i):
        a, p = 1 - exp(-b * i / n), [0.0] * (n + 1)
        for stay in range(i + 1):
            for new in range(n - i + 1):
                p[stay + new] += comb(i, stay) * (1 - q) ** stay * q ** (i - stay) * comb(n - i, new) * a ** new * (1 - a) ** (n - i - new)
        return p
    m = []
    for i in range(1, n + 1):
        p = row(i)
        m.append([float(i == j) - p[j] for j in range(1, n + 1)] + [1.0])
    for c in range(n):
        best = max(range(c, n), key=lambda r: abs(m[r][c]))
        m[c], m[best] = m[best], m[c]
        for r in range(c + 1, n):
            f = m[r][c] / m[c][c]
            if f:
                m[r] = [x - f * y for x, y in zip(m[r], m[c])]
    t = [0.0] * n
    for c in reversed(range(n)):
        t[c] = (m[c][n] - sum(m[c][j] * t[j] for j in range(c + 1, n))) / m[c][c]
    return t


def regular(n, k, b, q, start, windows, rng):
    """Mean level over the windows."""
    stubs = [i for i in range(n) for _ in range(k)]
    rng.shuffle(stubs)
    ties = [set() for _ in range(n)]
    for x, y in zip(stubs[::2], stubs[1::2]):
        if x != y:
            ties[x].add(y)
            ties[y].add(x)
    infected, total = set(rng.sample(range(n), int(start * n))), 0
    for _ in range(windows):
        seen = {}
        for i in infected:
            for j in ties[i]:
                if j not in infected:
                    seen[j] = seen.get(j, 0) + 1
        stay = {i for i in infected if rng.random() >= q}
        infected = stay | {j for j, m in seen.items() if rng.random() < 1 - exp(-b * m)}
        total += len(infected)
    return total / windows / n


def small(n, k, share, rng):
    """Ring over n; the ties at each distance are paired at random, a pair exchanges its ends with chance `share`."""
    pairs = []
    for distance in range(1, k // 2 + 1):
        ends, order = [(i + distance) % n for i in range(n)], list(range(n))
        rng.shuffle(order)
        for a, b in zip(order[::2], order[1::2]):
            if rng.random() < share and ends[a] != b and ends[b] != a:
                ends[a], ends[b] = ends[b], ends[a]
        pairs += enumerate(ends)
    return pairs


def poisson(n, z, rng):
    stubs = []
    for i in range(n):
        p = rng.random()
        while p > exp(-z):
            stubs.append(i)
            p *= rng.random()
    rng.shuffle(stubs)
    return list(zip(stubs[::2], stubs[1::2]))


def process(n, pairs, b, q, start, windows, rng):
    """Mean level over the windows, and windows until nobody is infected, at most all."""
    ties = [[] for _ in range(n)]
    for x, y in sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}):
        ties[x].append(y)
        ties[y].append(x)
    catch = [1 - exp(-b * m) for m in range(1 + max(len(others) for others in ties))]
    infected, total, lasted = set(rng.sample(range(n), int(start * n))), 0, 0
    while infected and lasted < windows:
        near = [0] * n
        for i in infected:
            for j in ties[i]:
                near[j] += 1
        infected = {i for i in range(n) if (rng.random() >= q if i in infected else near[i] and rng.random() < catch[near[i]])}
        total += len(infected)
        lasted += 1
    return total / windows / n, lasted


def simulate(text, runs, network, b):
    rng = random.Random(20260802)
    ran = [process(2000, network(rng), b, 0.2, 0.35, 1095, rng) for _ in range(runs)]
    for what, seen in zip(("level", "windows"), zip(*ran)):
        mean = sum(seen) / runs
        error = (sum((s - mean) ** 2 for s in seen) / (runs - 1) / runs) ** 0.5
        print("%s, %g, 0.2: %s %.6f, error %.6f, least %g, most %g" % (text, b, what, mean, error, min(seen), max(seen)), flush=True)


if __name__ == "__main__":
    x = level(0.4, 0.2)
    print("level at 0.4, 0.2: %.8f, shift %.4f / N, variance %.4f / N" % ((x,) + shift(0.4, 0.2)))
    t = extinct(30, 0.25, 0.2)
    print("30 persons at 0.25, 0.2: %.8f windows from all infected" % t[-1])
    if "--regular" in sys.argv:
        rng = random.Random(20260801)
        seen = [regular(2000, 4, 0.1, 0.2, 0.35, 1095, rng) for _ in range(40)]
        mean = sum(seen) / len(seen)
        print("regular 4, 0.1, 0.2: %.6f, error %.6f" % (mean, (sum((s - mean) ** 2 for s in seen) / (len(seen) - 1) / len(seen)) ** 0.5))
    if "--networks" in sys.argv:
        simulate("ring 4", 400, lambda rng: small(2000, 4, 0, rng), 0.09)
        simulate("small 4, long 0.1", 40, lambda rng: small(2000, 4, 0.1, rng), 0.09)
        simulate("small 4, long 0.1", 100, lambda rng: small(2000, 4, 0.1, rng), 0.1)
        simulate("poisson 4", 100, lambda rng: poisson(2000, 4, rng), 0.1)
