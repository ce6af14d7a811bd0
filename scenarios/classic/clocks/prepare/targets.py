#!/usr/bin/env python3
"""Figures that scenario.yaml expects, by programs that share nothing with the engine. Standard library only."""
from math import comb, exp


def firings(h, windows):
    """Expected firings of a recurrent clock that fires once a window at most and carries its overshoot: its state is free
    (what is left is exponential, whatever happened) or due (the threshold lay within the overshoot: it fires next window)."""
    p, due, total = 1 - exp(-h), 0.0, 0.0
    for _ in range(windows):
        total += due + (1 - due) * p
        due = due * p + (1 - due) * (1 - exp(-h) - h * exp(-h))
    return total


def gate(h, opened, shut, windows):
    """Mean window of firing where the clock runs in `opened` windows, then stands for `shut`, and so on."""
    alive, total, weight = 1.0, 0.0, 0.0
    for w in range(1, windows + 1):
        if (w - 1) % (opened + shut) < opened:
            total += w * alive * (1 - exp(-h))
            weight += alive * (1 - exp(-h))
            alive *= exp(-h)
    return total / weight, weight


def few(others, enough, q, windows):
    """Mean window in which a person first sees fewer than `enough` of its ties on, each going off with chance q a window."""
    def still(t):  # P(at least `enough` are on after t windows)
        on = (1 - q) ** t
        return sum(comb(others, m) * on ** m * (1 - on) ** (others - m) for m in range(enough, others + 1))
    return 1 + sum(still(t) for t in range(windows))


def doubled(h, at, windows):
    """Mean window of a firing with hazard h up to window `at`, then 2 h; and the share that fires."""
    alive, total, weight = 1.0, 0.0, 0.0
    for w in range(1, windows + 1):
        now = alive * (1 - exp(-h if w <= at else -2 * h))
        total, weight, alive = total + w * now, weight + now, alive - now
    return total / weight, weight


if __name__ == "__main__":
    print("recurrent 0.5: %.8f in 300 windows" % firings(0.5, 300))
    print("recurrent 0.02: %.8f in 300 windows" % firings(0.02, 300))
    print("event 0.2: %.8f in 300 windows" % firings(0.2, 300))
    print("gate: mean %.8f, share %.8f" % gate(0.2, 2, 1, 300))
    print("few: mean %.8f" % few(7, 3, 0.05, 300))
    for c in (0.01, 0.02, 0.04):
        print("doubled %g: mean %.8f, share %.8f" % ((c,) + doubled(c, 30, 300)))
