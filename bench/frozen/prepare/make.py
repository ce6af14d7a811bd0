#!/usr/bin/env python3
"""Writes scenario.yaml and places.csv of the frozen load: 40 transitions that differ in what they read and change.

    bench/frozen/prepare/make.py

Per person-year: 1.5 firings (12 clocks of 1/8 each), 3 messages delivered (a firing tells its four ties with a chance of a half
each) and 4 clocks re-aimed: each message moves `news`, which one clock reads; two firings in three move one of four counts, which
the opposite clock reads.
"""
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent.parent
ROLES, PLACES = 5, 200
HEAD = """\
# Written by prepare/make.py.
language: 1
name: frozen
title: A frozen load
purpose: >
  A measure of speed (W1): what a country asks of the engine, in round numbers that do not change when a scenario of a country does. 40
  transitions, 12 of them enabled for each person; per person-year 1.5 firings, 3 messages delivered and 4 clocks re-aimed, that is,
  clocks of which a factor of the person changes while they run. Hazards follow the time, the place and the age.

time: { start: 1994-01-01, end: 2024-12-31 }

attributes:
  place: { levels: { csv: places.csv, column: place } }
  birth_year: { levels: 1914..1993 }
  role: { levels: 1..5 }
  work: { levels: 0..8, start: 4 }
  home: { levels: 0..8, start: 4 }
  mind: { levels: 0..8, start: 4 }
  luck: { levels: 0..8, start: 4 }
  news: { levels: 0..63, start: 32, note: Good news less bad news. }

parameters:
  persons: { value: 25000, range: [1000, 1e8] }
  base: { value: 0.125, unit: 1/y, range: [0, 10], note: Of each of the 12 clocks of a person. }
  ties: { value: 4, range: [2, 16], note: Of each person; an even number. }
  coupling: { value: 1, range: [0, 1], note: With 0 no clock reads what moves. }

tables:
  at_age: { by: [age], values: { %s } }

drivers:
  trend: { start: 1, steps: { %s } }

feedback:
  tension:
    by: place
    range: [0.5, 2]
    start: 1
    next: tension + 0.1 * (1 - tension) + 0.01 * (count(common_plain, by place) / (persons / %d * base * window) - 1)

population:
  counts: { csv: places.csv, value: persons, by: [place] }
  size: persons
  place: place
  draw:
    birth_year: { cumulative: (birth_year - 1913) / 80 }
    role: { 1: 0.2, 2: 0.2, 3: 0.2, 4: 0.2, 5: rest }

layers:
  friends: { degree: ties, within: place, long: 0.1 }

transitions:
"""
TAIL = """
outcomes:
  firings_of_plain: { firings: common_plain, by: [place], every: year }
  good_mood: { stock: news > 32, by: [place], every: year }
"""


def transition(name, who, rate, change):
    told = "tell: { friends: { chance: 0.5, step: { news: %s } } }"
    moved = f"step: {{ {change} }}, " if change else ""
    return (f"  {name}:\n    who: {who}\n" if who else f"  {name}:\n") + (
        f"    rate: {rate}\n    branch:\n"
        f"      - {{ chance: 0.5, name: bad, then: {{ {moved}{told % -1} }} }}\n"
        f"      - {{ chance: rest, name: good, then: {{ {moved}{told % 1} }} }}\n")


def pair(prefix, who, count, shared):
    """Two clocks that drive a count up and down around 4, as in the urns of Ehrenfest."""
    return [transition(f"{prefix}_{count}_up", who, f"base * (1 + coupling * (4 - {count}) / 4) * {shared}", f"{count}: 1"),
            transition(f"{prefix}_{count}_down", who, f"base * (1 + coupling * ({count} - 4) / 4) * {shared}", f"{count}: -1")]


def main():
    ages = ", ".join(f"{age}: {0.5 + age // 10 % 2}" for age in range(0, 121, 10))
    steps = ", ".join(f"{year}-01-01: {1.1 if year % 2 else 0.9}" for year in range(1995, 2025))
    blocks = pair("common", "", "luck", "trend * tension")
    blocks += [transition("common_news", "", "base * (1 + coupling * (news - 32) / 64) * tension", ""),
               transition("common_plain", "", "base * tension", ""), transition("common_age", "", "base * at_age[age]", "")]
    for role in range(1, ROLES + 1):
        who = f"role = {role}"
        for count, shared in (("work", "trend"), ("home", "tension"), ("mind", "trend * tension")):
            blocks += pair(f"role{role}", who, count, shared)
        blocks.append(transition(f"role{role}_plain", who, "base * tension", ""))
    (FOLDER / "scenario.yaml").write_text(HEAD % (ages, steps, PLACES) + "".join(blocks) + TAIL)
    rows = [f"place{place:03d},{50 + place}" for place in range(PLACES)]
    (FOLDER / "places.csv").write_text("place,persons\n" + "\n".join(rows) + "\n")


main()
