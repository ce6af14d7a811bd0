#!/usr/bin/env python3
"""Computes what Granovetter's crowd settles at, by iterating r -> F(r) from r = 0, in three ways of counting:

continuum   a share of any size (granovetter-1978-large approaches it)
nearest     N persons, of whom the nearest whole number to N F(r) act
down        N persons, of whom the whole part of N F(r) act

and the standard deviation at which the equilibrium jumps, in each. Standard library only, a second of work. Independent of the
engine: nothing is read from the scenario. The two checks with thresholds 0, 1, ..., 99 need no program.

    python3 equilibria.py
"""
from math import erf, exp, floor, pi, sqrt

MEAN = 0.25


def below(x, sigma, mean=MEAN):
    """Share of thresholds of at most x."""
    return 0.5 * (1 + erf((x - mean) / sigma / sqrt(2)))


def settle(step):
    r, rounds = 0, 0
    while True:
        after = step(r)
        if abs(after - r) < 1e-15:
            return r, rounds
        r, rounds = after, rounds + 1


def continuum(sigma):
    return settle(lambda r: below(r, sigma))


def nearest(sigma, persons=100):
    return settle(lambda r: floor(persons * below(r / persons, sigma) + 0.5))


def down(sigma, persons=100):
    return settle(lambda r: floor(persons * below(r / persons, sigma)))


def jump(share, low=0.11, high=0.14):
    """The smallest sigma at which share(sigma) is above one half."""
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if share(middle) > 0.5 else (middle, high)
    return high


def tangency(mean=MEAN):
    """The continuum's jump by the condition F(r) = r, F'(r) = 1: sigma = phi(z), r = Phi(z), r = mean + z sigma."""
    low, high = -3.0, -0.5
    for _ in range(200):
        z = (low + high) / 2
        low, high = (z, high) if 0.5 * (1 + erf(z / sqrt(2))) < mean + z * exp(-z * z / 2) / sqrt(2 * pi) else (low, z)
    return exp(-z * z / 2) / sqrt(2 * pi), 0.5 * (1 + erf(z / sqrt(2)))


if __name__ == "__main__":
    print("jump of sd, percent: continuum %.6f (share below it %.5f), nearest %.4f, down %.4f" % (
        100 * tangency()[0], tangency()[1], 100 * jump(lambda s: nearest(s)[0] / 100), 100 * jump(lambda s: down(s)[0] / 100)))
    print("sd percent, equilibrium in percent (rounds): continuum, nearest of 100, down of 100, nearest of 100,000")
    for sd in (8, 10, 11, 12, 12.1, 12.2, 12.3, 12.54, 12.56, 12.86, 12.89, 20, 30, 40, 50, 80, 100, 200):
        s = sd / 100
        print("%6.2f  %9.4f (%d)  %3d (%d)  %3d (%d)  %9.4f" % (
            (sd, 100 * continuum(s)[0], continuum(s)[1]) + nearest(s) + down(s) + (nearest(s, 100000)[0] / 1000,)))
