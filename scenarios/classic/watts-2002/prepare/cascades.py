#!/usr/bin/env python3
"""Computes the checks of watts-2002 without the engine. Standard library only.

    python3 cascades.py                        # limit of a large network, in seconds
    python3 cascades.py 10000 2000 1.5 3       # simulation: persons, networks, mean degrees (a minute each with pypy3)

Limit of a large network, Poisson degrees p_k of mean z, one seed, threshold phi, K = floor(1 / phi):
- cascade condition (Watts 2002): sum over k <= K of k (k - 1) p_k > z;
- chance that the seed sets off a cascade: 1 - sum p_k u^k, where u, the chance that a tie does not lead into the giant vulnerable
  cluster, is the smallest solution of u = 1 - sum over k <= K of (k p_k / z) (1 - u^(k - 1));
- size of a cascade: the first fixed point above 0 of q -> sum (k p_k / z) P(Binomial(k - 1, q) >= phi k), then the same sum with p_k and
  Binomial(k, q) (Gleeson and Cahalane 2007, Physical Review E 75:056103, with a vanishing share of seeds).
"""
import random
import sys
from math import comb, exp, floor, sqrt

PHI_PERCENT = 18


def degrees_of(z, most=80):
    p = [exp(-z)]
    for k in range(1, most):
        p.append(p[-1] * z / k)
    return p


def needed(k):
    """Adopting ties that a person with k ties needs."""
    return max(1, -(-PHI_PERCENT * k // 100))


def at_least(m, n, q):
    return 1 - sum(comb(n, i) * q**i * (1 - q) ** (n - i) for i in range(m))


def limit(z):
    p = degrees_of(z)
    vulnerable = floor(100 / PHI_PERCENT)
    condition = sum(k * (k - 1) * p[k] for k in range(2, vulnerable + 1)) / z
    u = 0.0
    for _ in range(100000):
        u = 1 - sum(k * p[k] / z * (1 - u ** (k - 1)) for k in range(1, vulnerable + 1))
    chance = 1 - sum(p[k] * u**k for k in range(len(p)))
    q, before = 1e-6, 0.0
    while abs(q - before) > 1e-14:
        before = q
        q = sum(k * p[k] / z * at_least(needed(k), k - 1, q) for k in range(1, len(p)) if p[k] > 1e-18)
    size = sum(p[k] * at_least(needed(k), k, q) for k in range(1, len(p)) if p[k] > 1e-18)
    return condition, chance, size


def window(low, high, rising):
    for _ in range(60):
        middle = (low + high) / 2
        if (limit_condition(middle) > 1) == rising:
            high = middle
        else:
            low = middle
    return high


def limit_condition(z):
    p = degrees_of(z)
    return sum(k * (k - 1) * p[k] for k in range(2, floor(100 / PHI_PERCENT) + 1)) / z


def poisson(z, draw):
    bound, k, product = exp(-z), 0, draw.random()
    while product > bound:
        k, product = k + 1, product * draw.random()
    return k


def network(persons, z, draw):
    """Poisson degrees, ends of ties joined at random; ties to oneself and second ties dropped."""
    ends = [i for i in range(persons) for _ in range(poisson(z, draw))]
    draw.shuffle(ends)
    ties = [[] for _ in range(persons)]
    for a, b in zip(ends[::2], ends[1::2]):
        if a != b and b not in ties[a]:
            ties[a].append(b)
            ties[b].append(a)
    return ties


def cascade(ties, seed):
    adopted, adopting, size, front = bytearray(len(ties)), [0] * len(ties), 1, [seed]
    adopted[seed] = 1
    while front:
        touched = []
        for a in front:
            for b in ties[a]:
                adopting[b] += 1
                touched.append(b)
        front = []
        for b in touched:
            if not adopted[b] and adopting[b] >= needed(len(ties[b])):
                adopted[b] = 1
                front.append(b)
        size += len(front)
    return size


def simulate(persons, networks, z):
    draw = random.Random(int(1000 * z) + persons)
    shares = []
    for _ in range(networks):
        shares.append(cascade(network(persons, z, draw), draw.randrange(persons)) / persons)
    large = [s for s in shares if s > 0.1]
    chance = len(large) / networks
    mean = sum(large) / max(1, len(large))
    spread = sqrt(sum((s - mean) ** 2 for s in large) / max(1, len(large) - 1))
    return chance, sqrt(chance * (1 - chance) / networks), mean, spread / sqrt(max(1, len(large)))


if __name__ == "__main__":
    if len(sys.argv) > 3:
        for mean_degree in map(float, sys.argv[3:]):
            print("z %g, %s persons, %s networks: chance of a cascade over a tenth %.4f (s.e. %.4f), mean share then %.5f (%.5f)" % (
                (mean_degree, sys.argv[1], sys.argv[2]) + simulate(int(sys.argv[1]), int(sys.argv[2]), mean_degree)), flush=True)
    else:
        print("cascade window: z from %.5f to %.5f" % (window(0.5, 2, True), window(3, 8, False)))
        for mean_degree in (0.8, 1.1, 1.2, 1.5, 2, 3, 4, 5, 5.5, 5.7, 6, 6.5):
            print("z %g: condition %.4f, chance %.4f, size %.4f" % ((mean_degree,) + limit(mean_degree)))
