#!/usr/bin/env python3
"""Makes villages.csv and hierarchy.csv, and computes the checks of siegel-2009 without the engine. Standard library only; pypy3
makes the simulations quick.

    python3 participation.py tables            # writes the two tables into the folder above
    python3 participation.py complete          # all tied to all: exact
    python3 participation.py NETWORKS          # mean participation, of so many networks each

1,000 persons; the number whose threshold is at most l percent is the nearest whole number to 1,000 P(1 - b <= l / 100), b normal. A person takes
part once at least his threshold, in percent of his ties, take part; all at once in a round, until nobody joins.
"""
import pathlib
import random
import sys
from math import erf, floor, sqrt

PERSONS, VILLAGE, SPAN = 1000, 25, 5
NEVER = 101


def upto(level, mean, sd):
    """Persons with a threshold of at most `level` percent."""
    return floor(PERSONS * 0.5 * (1 + erf((level / 100 - (1 - mean)) / sd / sqrt(2))) + 0.5) if level < NEVER else PERSONS


def dealt(upto_level, levels, draw):
    """One number per person, in random order: upto_level(l) persons have at most l."""
    numbers, done = [], 0
    for level in levels:
        numbers += [level] * (upto_level(level) - done)
        done = upto_level(level)
    draw.shuffle(numbers)
    return numbers


def tied(pairs):
    ties = [set() for _ in range(PERSONS)]
    for a, b in pairs:
        if a != b:
            ties[a].add(b)
            ties[b].add(a)
    return [sorted(t) for t in ties]


def exchanged(pairs, share, draw):
    pairs = list(pairs)
    chosen = [i for i in range(len(pairs)) if draw.random() < share]
    draw.shuffle(chosen)
    for i, j in zip(chosen[::2], chosen[1::2]):
        (a, to_a), (b, to_b) = pairs[i], pairs[j]
        if a != to_b and b != to_a:
            pairs[i], pairs[j] = (a, to_b), (b, to_a)
    return tied(pairs)


def small_world(ties, weak, draw):
    return exchanged([(i, (i + k) % PERSONS) for k in range(1, ties // 2 + 1) for i in range(PERSONS)], weak, draw)


def villages(weak, draw):
    return exchanged([(a, b) for first in range(0, PERSONS, VILLAGE) for a in range(first, first + VILLAGE)
                      for b in range(a + 1, first + VILLAGE)], weak, draw)


def leaders(gamma, draw):
    contacts = dealt(lambda k: PERSONS if k == 100 else floor(PERSONS * (1 - ((k + 1) / 2) ** (1 - gamma)) + 0.5), range(2, 101), draw)
    ends = [i for i, k in enumerate(contacts) for _ in range(k)]
    draw.shuffle(ends)
    return tied(zip(ends[::2], ends[1::2]))


def hierarchy_pairs():
    return [((i - 1) // SPAN, i) for i in range(1, PERSONS)]


def participation(ties, threshold):
    takes, count, total = bytearray(PERSONS), [0] * PERSONS, 0
    joining = [i for i in range(PERSONS) if threshold[i] <= 0]
    while joining:
        for i in joining:
            takes[i] = 1
        total += len(joining)
        touched = set()
        for i in joining:
            for j in ties[i]:
                count[j] += 1
                touched.add(j)
        joining = [j for j in touched if not takes[j] and 100 * count[j] >= threshold[j] * len(ties[j])]
    return total


def complete(mean, sd):
    """All tied to all: everybody sees the share of the whole population, himself included."""
    now, rounds = upto(0, mean, sd), 1
    while True:
        after = max(now, upto(100 * now // PERSONS, mean, sd))
        if after == now:
            return now, rounds
        now, rounds = after, rounds + 1


def mean_of(networks, mean, sd, build, name):
    draw = random.Random("%s %g %g" % (name, mean, sd))
    totals = []
    for _ in range(networks):
        threshold = dealt(lambda l: upto(l, mean, sd), range(NEVER + 1), draw)
        totals.append(participation(build(draw), threshold))
    average = sum(totals) / networks
    spread = sqrt(sum((t - average) ** 2 for t in totals) / (networks - 1))
    print("b %g (%g), %s: mean %.2f, s.d. %.1f, s.e. %.2f" % (mean, sd, name, average, spread, spread / sqrt(networks)), flush=True)


def simulate(networks):
    for mean, sd in ((0.6, 0.2), (0.6, 0.25), (0.6, 0.3)):
        for ties, weak in ((4, 0.1), (10, 0), (10, 0.1), (10, 0.5), (20, 0.1), (4, 0.5)):
            mean_of(networks, mean, sd, lambda draw: small_world(ties, weak, draw), "small world, %d ties, weak %g" % (ties, weak))
    for mean, sd in ((0.6, 0.2), (0.7, 0.2), (0.7, 0.3)):
        for weak in (0, 0.1, 0.5):
            mean_of(networks, mean, sd, lambda draw: villages(weak, draw), "villages, weak %g" % weak)
    for mean, sd in ((0.7, 0.15), (0.6, 0.3), (0.7, 0.3)):
        for gamma in (2, 2.5, 3):
            mean_of(networks, mean, sd, lambda draw: leaders(gamma, draw), "leaders, gamma %g" % gamma)
    for mean, sd in ((0.6, 0.25), (0.7, 0.3)):
        mean_of(networks, mean, sd, lambda draw: tied(hierarchy_pairs()), "hierarchy")


def tables():
    folder = pathlib.Path(__file__).resolve().parent.parent
    rows = ["%d,%d" % (v, VILLAGE) for v in range(1, PERSONS // VILLAGE + 1)]
    (folder / "villages.csv").write_text("village,persons\n" + "\n".join(rows) + "\n")
    (folder / "hierarchy.csv").write_text("above,below\n" + "".join("%d,%d\n" % pair for pair in hierarchy_pairs()))


if __name__ == "__main__":
    if sys.argv[1:] == ["tables"]:
        tables()
    elif sys.argv[1:] == ["complete"]:
        for percent in (10, 11, 12, 12.2, 12.5, 12.7, 13, 14, 20, 30):
            print("all tied to all, b 0.75 (%g): %d after %d rounds" % ((percent / 100,) + complete(0.75, percent / 100)))
    else:
        simulate(int(sys.argv[1]))
