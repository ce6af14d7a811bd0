#!/usr/bin/env python3
"""Figures that scenario.yaml expects, by programs that share nothing with the engine. Standard library only.

final     1 - A = (1 - s) exp(-R A): what is left of the susceptible, by bisection.
chain     Reed-Frost: each window every susceptible escapes each of I infected with exp(-R / N); who is infected is so for one
          window. The chain (S, I) of one seed among N, summed over all its states: no simulation.
general   The same for a geometric number of windows of illness: the final size by triangular equations (Lefevre and
          Picard 1990, collective Reed-Frost processes), since only the sum of hazards counts; in 80 digits, as they cancel.
recursion The limit of many persons: S' = S exp(-b I), I' = (1 - q) I + S (1 - exp(-b I)).
"""
from decimal import Decimal, getcontext
from math import comb, exp


def final(r, s):
    low, high = s, 1.0
    for _ in range(200):
        a = (low + high) / 2
        low, high = (a, high) if 1 - (1 - s) * exp(-r * a) > a else (low, a)
    return low


def chain(n, r):
    """Law of the number ever infected, and mean number of windows until nobody is infected, from one seed."""
    binomial = [[comb(m, j) for j in range(m + 1)] for m in range(n)]
    state, size, windows, t = {(n - 1, 1): 1.0}, [0.0] * (n + 1), 0.0, 0
    while state:
        t += 1
        after = {}
        for (s, i), p in state.items():
            escape = exp(-r * i / n)
            for j in range(s + 1):
                q = p * binomial[s][j] * (1 - escape) ** j * escape ** (s - j)
                if j == 0:
                    size[n - s] += q
                    windows += q * t
                elif q > 1e-18:
                    after[s - j, j] = after.get((s - j, j), 0.0) + q
        state = after
    return size, windows


def general(n, b, q):
    """Law of the number ever infected, from one seed."""
    getcontext().prec = 80
    left, q = n - 1, Decimal(str(q))
    def escape(k):  # chance that k persons all escape one infected person, over its whole illness
        e = (-k * Decimal(str(b)) / n).exp()
        return q * e / (1 - (1 - q) * e)
    p = []
    for m in range(left + 1):
        a = escape(left - m)
        known = sum(comb(left - j, m - j) * p[j] / a ** (j + 1) for j in range(m))
        p.append((comb(left, m) - known) * a ** (m + 1))
    return [0.0] + [float(x) for x in p]


def recursion(b, q, seeds, windows):
    s, i, level, flow = 1 - seeds, seeds, [], []
    for _ in range(windows):
        new = s * (1 - exp(-b * i))
        s, i = s - new, (1 - q) * i + new
        level.append(i)
        flow.append(new)
    day = max(range(windows), key=lambda w: level[w])
    return level[day], day + 1, sum((w + 1) * f for w, f in enumerate(flow)) / sum(flow)


if __name__ == "__main__":
    for name, r in (("supercritical", 2.0), ("subcritical", 0.5), ("fast", 3.0)):
        print("final size, R0 = %g, seeds 0.01: %.8f" % (r, final(r, 0.01)))
    size, windows = chain(60, 1.5)
    print("chain of 60, R0 1.5: mean infected %.8f, over 10 infected %.8f, windows %.8f, sum %.12f"
          % (sum(n * p for n, p in enumerate(size)), sum(size[11:]), windows, sum(size)))
    size = general(60, 0.375, 0.25)
    print("general of 60, R0 1.5: mean infected %.8f, over 10 infected %.8f, sum %.12f"
          % (sum(n * p for n, p in enumerate(size)), sum(size[11:]), sum(size)))
    print("chain by the same equations, to check both: %.8f" % sum(n * p for n, p in enumerate(general(60, 1.5, 1))))
    print("recursion 0.5, 0.25, seeds 0.01: peak %.8f in window %d, mean window %.8f" % recursion(0.5, 0.25, 0.01, 365))
