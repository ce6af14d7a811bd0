#!/usr/bin/env python3
"""Figures beside what was observed: means and shares over the persons counted, quotients, ranges and their verdicts; and `set: year`,
by which a person keeps the year of a firing.

    test_reality.py TUMEN [unittest arguments]
"""
import csv
import json
import sys
import unittest

from folder import InFolder

SCENARIO = """language: 1
name: years
time: { start: 2000-01-01, end: 2005-12-31 }
attributes:
  status: [home, away, back]
  sex: [female, male]
  left: { levels: 1999..2005 }
  place: [coast, hill, far]
parameters:
  go: { value: 0.3, unit: 1/y, assumed: yes }
population: { size: 4000, draw: { sex: { female: 0.25, male: rest }, place: { far: 0.002, coast: 0.5, hill: rest } }, place: place }
layers:
  friends: { degree: 2 }
transitions:
  leave: { who: status = home, rate: "go * if(sex = female, 2, 1)", then: { set: { status: away, left: year } } }
  call: { who: "status = away and sex = female", rate: 1 / y, then: { tell: { friends: { who: status = home, set: { status: away, left: year } } } } }
  return: { who: status = away, after: 1 y, then: { set: { status: back } } }
outcomes:
  leavers: { firings: leave, by: [sex, left], every: year }
  departures: { flow: status = away, by: [left], every: year }
  returns: { flow: status = back, by: [sex, left], every: year }
  places: { flow: status = away, by: [place], every: year }
figures:
  - { text: of this year, outcome: leavers, share: left = year, range: [1, 1] }
  - { text: of this year with those called, outcome: departures, share: left = year, range: [1, 1] }
  - { text: years away, outcome: returns, mean: year - left, range: [0.9, 1.1] }
  - { text: women, outcome: leavers, share: sex = female, to: 2000, range: [0.3, 0.5] }
  - { text: women of those who left in 2001, outcome: returns, share: sex = female, given: left = 2001, range: [0.9, 1] }
  - { text: women to men, outcome: leavers, cell: { sex: female }, to: 2000, over: { cell: { sex: male } }, range: [0.5, 0.9] }
  - { text: late to early, outcome: leavers, from: 2003-01-01, per: year, over: { from: 2000-01-01, to: 2000-12-31 }, range: [0.1, 0.5] }
  - { text: from afar, outcome: places, share: place = far, range: [0, 1] }
  - { text: no range, outcome: leavers, observed: many }
evidence: {}
"""


class Reality(InFolder):
    def setUp(self):
        super().setUp()
        (self.folder / "scenario.yaml").write_text(SCENARIO)

    def figures(self, *words):
        self.shown = self.expect(0, "run", "./scenario.yaml", "--out", "out", *words).stdout
        with (self.folder / "out/figures.csv").open() as file:
            self.figure = {row["figure"]: row for row in csv.DictReader(file)}
        with (self.folder / "out/outcomes.csv").open() as file:
            self.rows = list(csv.DictReader(file))
        return self.figure

    def count(self, outcome, **wanted):
        return sum(float(row["simulated"]) for row in self.rows if row["outcome"] == outcome
                   and all(value in (row[key], row[key][:4]) for key, value in wanted.items()))

    def test_values(self):
        """Each figure beside the same made by hand from outcomes.csv."""
        for words in ((), ("--engine", "reference")):
            figure = self.figures(*words)
            value = {name: float(row["simulated"]) for name, row in figure.items() if row["simulated"]}
            self.assertEqual((value["of this year"], value["of this year with those called"]), (1, 1))
            self.assertGreater(sum(self.count("departures", left=str(year)) for year in range(2000, 2006)),
                               sum(self.count("leavers", sex=sex, left=str(year)) for sex in ("female", "male") for year in range(2000, 2006)))
            returned = {(left, year): self.count("returns", left=str(left), period_from=str(year), sex="female") + self.count("returns", left=str(left), period_from=str(year), sex="male")
                        for left in range(2000, 2006) for year in range(2000, 2006)}
            self.assertGreater(sum(returned.values()), 1000)
            mean = sum((year - left) * n for (left, year), n in returned.items()) / sum(returned.values())
            self.assertAlmostEqual(value["years away"], mean, 9)
            women, men = (self.count("leavers", left="2000", period_from="2000", sex=sex) for sex in ("female", "male"))
            self.assertAlmostEqual(value["women"], women / (women + men), 9)
            self.assertAlmostEqual(value["women to men"], women / men, 9)
            of_2001 = [self.count("returns", left="2001", sex=sex) for sex in ("female", "male")]
            self.assertAlmostEqual(value["women of those who left in 2001"], of_2001[0] / sum(of_2001), 9)
            late = sum(self.count("leavers", left=str(year), period_from=str(year), sex=sex) for year in (2003, 2004, 2005) for sex in ("female", "male")) / 3
            self.assertAlmostEqual(value["late to early"], late / (women + men), 9)

    def test_verdicts(self):
        """Inside and outside; open where chance among the persons simulated decides; none without a range; all are told."""
        figure = self.figures()
        self.assertEqual([figure[name]["within"] for name in ("of this year", "years away", "women", "women of those who left in 2001", "no range")],
                         ["inside", "inside", "inside", "outside", ""])
        self.assertIn("OUTSIDE", self.shown)
        self.assertIn("1 outside", self.shown)
        few = self.figures("--scale", "0.01")
        self.assertEqual(few["late to early"]["within"], "open")
        self.assertEqual(few["women"]["thin"], "yes")
        told = json.loads((self.folder / "out/report.json").read_text())
        self.assertEqual([one["within"] for one in told["figures"]], [row["within"] for row in few.values()])
        self.assertIn("Beside what was observed", (self.folder / "out/report.html").read_text())

    def test_small_places_are_masked(self):
        """A share of a place with under ten persons tells how many they are."""
        figure = self.figures()
        self.assertEqual((figure["from afar"]["masked"], figure["from afar"]["simulated"]), ("yes", ""))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
