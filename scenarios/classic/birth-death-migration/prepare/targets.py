#!/usr/bin/env python3
"""Figures that scenario.yaml expects, by programs that share nothing with the engine. Standard library only.

arrivals  Immigrants of a window from one source: a clock fires once a window at most and carries its overshoot. Its state is
          free (what is left is exponential) or due (it fires in the next window): a chain of two states.
migration Expected persons by region, window by window: m' = b + m P.
branching Linear birth and death with immigration: generating functions of what one person (its clock of births free or due)
          leaves after w windows, on the roots of unity, and from them the law of the number in one country.
"""
from cmath import exp as cexp, pi
from math import exp, lgamma, log


def arrivals(h, windows):
    """Expected firings in each window, and the chance that the clock is due."""
    p, due, out = 1 - exp(-h), 0.0, []
    to_due = 1 - exp(-h) - h * exp(-h)  # fires, and its next threshold lies within the overshoot
    for _ in range(windows):
        out.append(due + (1 - due) * p)
        due = due * p + (1 - due) * to_due
    return out


def migration(flow, enter, leave, towards, death, windows):
    m = [0.0] * len(enter)
    for w in range(windows):
        now = [flow[w] * e for e in enter]
        for i, x in enumerate(m):
            lives = x * exp(-death[i])
            now[i] += lives * exp(-leave[i])
            for j, share in enumerate(towards[i]):
                now[j] += lives * (1 - exp(-leave[i])) * share
        m = now
    return m


def branching(immigration, birth, death, windows, points=256):
    def source(h):  # free -> (nothing, fires and free, fires and due); due -> (fires and free, fires and due)
        e = exp(-h)
        return e, h * e, 1 - e - h * e, e, 1 - e
    no, free, due, due_free, due_due = source(birth)
    live = exp(-death)
    # the clock of births runs while the person lives; death at d, uniform in law delta e^(-delta d), ends it
    bare = death / (death + birth) * (1 - exp(-death - birth))  # dies before any birth of this window
    mother = 1 - live - bare  # gives birth, then dies
    s_no, s_free, s_due, s_due_free, s_due_due = source(immigration)
    values = []
    for r in range(points):
        z = cexp(2j * pi * r / points)
        f = d = z  # a person after no window, clock free or due
        pf = pd = 1.0 + 0j  # what the source, free or due, brings from here on
        for _ in range(windows):
            # one window earlier: what is brought now has the windows that are left
            pf, pd = s_no * pf + s_free * f * pf + s_due * f * pd, s_due_free * f * pf + s_due_due * f * pd
            f, d = (live * (no * f + free * f * f + due * f * d) + bare + mother * f,
                    live * (due_free * f * f + due_due * f * d) + (1 - live) * f)
        values.append(pf)
    return [(sum(v * cexp(-2j * pi * r * n / points) for r, v in enumerate(values)) / points).real for n in range(points)]


def negative_binomial(size, mean, n):
    p = size / (size + mean)
    return exp(lgamma(n + size) - lgamma(size) - lgamma(n + 1) + size * log(p) + n * log(1 - p))


def poisson(mean, n):
    return exp(-mean + n * log(mean) - lgamma(n + 1))


def moments(law):
    m = sum(n * p for n, p in enumerate(law))
    return m, sum((n - m) ** 2 * p for n, p in enumerate(law))


def distance(law, other):
    """What chi-square would gain for each draw if `other` were tested against `law`."""
    return sum((p - other(n)) ** 2 / other(n) for n, p in enumerate(law) if other(n) > 1e-9)


if __name__ == "__main__":
    windows = 365
    flow = arrivals(0.16, windows)
    print("arrivals: %.6f in all" % sum(flow))
    m = migration(flow, [0.5, 0.3, 0.2], [0.04, 0.02, 0.01], [[0, 0.7, 0.3], [0.5, 0, 0.5], [0.2, 0.8, 0]], [0.02] * 3, windows)
    print("migration: north %.6f middle %.6f south %.6f, all %.6f" % (*m, sum(m)))
    law = branching(0.16, 1e-12, 0.02, windows)
    mean, variance = moments(law)
    print("immigration and death: mean %.6f variance %.6f, gain of chi-square over Poisson %.2e a draw"
          % (mean, variance, distance(law, lambda n: poisson(mean, n))))
    law = branching(0.08, 0.04, 0.08, windows)
    mean, variance = moments(law)
    size = mean * mean / (variance - mean)
    print("birth, death, immigration: mean %.6f variance %.6f size %.6f, in continuous time mean 2, size 2" % (mean, variance, size))
    print("gain of chi-square for each draw over negative binomials: these moments %.2e, Kendall's %.2e"
          % (distance(law, lambda n: negative_binomial(size, mean, n)), distance(law, lambda n: negative_binomial(2, 2, n))))
