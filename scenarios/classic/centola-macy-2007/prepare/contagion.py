#!/usr/bin/env python3
"""Computes the checks of centola-macy-2007 and eckles-2024 without the engine. Standard library only; pypy3 makes it quick.

    python3 contagion.py PERSONS NETWORKS THRESHOLD:LONG[:NOISE] ...

A ring on which everybody is tied to the four next on either side; a share LONG of the ties is exchanged, in pairs, for ties across
(a - a', b - b' become a - b', b - a'; degrees stay). One person and all he is tied to have adopted. In each round everybody
adopts who has THRESHOLD adopting ties or more, and with chance NOISE whoever has fewer, but at least one. Prints the share of
networks in which all adopt, the rounds until then, the share of networks (in all, whether or not all adopted) in which adoption went on for longer than
it takes on the ring without long ties, and the mean share that adopts.

LONG is a share of distinct ties. Drawing so many ties with repetition would exchange fewer, 1 - exp(-LONG), and move every threshold.
"""
import random
import sys
from math import sqrt

SIDE = 4


def network(persons, long, draw):
    ties = [(i, (i + k) % persons) for k in range(1, SIDE + 1) for i in range(persons)]
    chosen = [i for i in range(len(ties)) if draw.random() < long]
    draw.shuffle(chosen)
    for i, j in zip(chosen[::2], chosen[1::2]):
        (a, to_a), (b, to_b) = ties[i], ties[j]
        if a != to_b and b != to_a:
            ties[i], ties[j] = (a, to_b), (b, to_a)
    tied = [[] for _ in range(persons)]
    for a, b in ties:
        if b not in tied[a]:
            tied[a].append(b)
            tied[b].append(a)
    return tied


def spread(tied, threshold, noise, draw):
    """Adopters in the end and rounds."""
    persons = len(tied)
    first = draw.randrange(persons)
    adopted, count, size, rounds = bytearray(persons), [0] * persons, 0, 0
    front = [first] + tied[first]
    near = set()  # not adopted, with at least one adopting tie
    while True:
        for a in front:
            adopted[a] = 1
            near.discard(a)
        for a in front:
            for b in tied[a]:
                count[b] += 1
        touched = {b for a in front for b in tied[a] if not adopted[b]}
        size += len(front)
        near |= touched
        if size == persons or not near:
            return size, rounds
        if noise > 0:
            front = [b for b in sorted(near) if count[b] >= threshold or draw.random() < noise]
        else:
            front = [b for b in touched if count[b] >= threshold]
            if not front:
                return size, rounds
        rounds += 1


def describe(values):
    mean = sum(values) / len(values)
    return mean, sqrt(sum((v - mean) ** 2 for v in values) / max(1, len(values) - 1) / len(values))


def simulate(persons, networks, threshold, long, noise):
    draw = random.Random("%d %d %g %g" % (persons, threshold, long, noise))
    lattice = spread(network(persons, 0, draw), threshold, 0, draw)[1]
    shares, rounds, longer = [], [], 0
    for _ in range(networks):
        size, took = spread(network(persons, long, draw), threshold, noise, draw)
        shares.append(size / persons)
        longer += took > lattice
        if size == persons:
            rounds.append(took)
    text = "%d persons, threshold %d, long %g, noise %g, %d networks: all adopt in %.4f" % (
        persons, threshold, long, noise, networks, len(rounds) / networks)
    if rounds:
        text += "; rounds %.2f (s.e. %.3f), median %d" % (describe(rounds) + (sorted(rounds)[len(rounds) // 2],))
    text += "; longer than the %d of the ring in %.4f" % (lattice, longer / networks)
    return text + "; mean share %.5f (s.e. %.5f)" % describe(shares)


if __name__ == "__main__":
    for job in sys.argv[3:]:
        parts = job.split(":")
        print(simulate(int(sys.argv[1]), int(sys.argv[2]), int(parts[0]), float(parts[1]), float(parts[2]) if len(parts) > 2 else 0.0), flush=True)
