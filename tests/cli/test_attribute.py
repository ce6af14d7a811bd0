#!/usr/bin/env python3
"""`tumen attribute`: Shapley values beside those made by hand from single runs, steps that add up, runs that are kept, wrong use.

    test_attribute.py TUMEN [unittest arguments]
"""
import csv
import json
import pathlib
import re
import sys
import unittest

from folder import TUMEN, InFolder

HERE = pathlib.Path(__file__).resolve().parent
VILLAGE = HERE / "scenarios" / "village.yaml"
DRIVERS = """drivers:
  pay: { start: 1, steps: { 2001-01-01: 2, 2002-01-01: 4 }, class: money }
  calm: { start: 1, steps: { 2002-07-01: 0.5 }, class: weather }
  wind: { start: 1, steps: { 2002-03-01: 1.5 }, class: weather }
  moon: { start: 1, steps: { 2003-06-01: 3 }, class: sky }
"""


class Attribute(InFolder):
    def setUp(self):
        super().setUp()
        text = re.sub(r"observations:\n.*?\nfigures:", "figures:", VILLAGE.read_text(), flags=re.S)
        text = text.replace("leave.base * pull", "leave.base * pay * calm * wind * moon * pull").replace("tables:\n", DRIVERS + "tables:\n", 1)
        self.path = self.folder / "village.yaml"
        self.path.write_text(text)

    def attributed(self, *words):
        return json.loads(self.expect(0, "attribute", self.path, "--json", *words).stdout)

    def steps(self, told, name):
        return next(item["steps"] for item in told["outcomes"] if item["name"] == name)

    def arrivals(self, seed, year, *settings):
        words = [word for setting in settings for word in ("--set", setting)]
        self.expect(0, "run", self.path, "--quiet", "--seed", seed, "--out", "r", *words)
        with (self.folder / "r/outcomes.csv").open() as file:
            return next(float(row["simulated"]) for row in csv.DictReader(file)
                        if row["outcome"] == "arrivals" and row["sex"] == "all" and row["period_from"].startswith(str(year)))

    def test_beside_runs_by_hand(self):
        """Each world is a run with the drivers of the other classes set to what they were; with two classes the Shapley
        value is the mean of two differences."""
        told = self.attributed("--year", "2002", "--seeds", "5..6")
        self.assertEqual(told["classes"], ["money", "weather"])
        self.assertEqual(told["unchanged"], ["sky"])
        self.assertTrue(told["exact"])
        no_money, no_weather = ["pay=2@2002"], ["calm=1@2002", "wind=1@2002"]
        added = {"money": 0, "weather": 0, "before": 0, "still": 0, "year": 0}
        for seed in (5, 6):
            none, money = self.arrivals(seed, 2002, *no_money, *no_weather), self.arrivals(seed, 2002, *no_weather)
            weather, both = self.arrivals(seed, 2002, *no_money), self.arrivals(seed, 2002)
            added["money"] += ((money - none) + (both - weather)) / 4
            added["weather"] += ((weather - none) + (both - money)) / 4
            added["before"] += self.arrivals(seed, 2001) / 2
            added["still"] += none / 2
            added["year"] += both / 2
        steps = self.steps(told, "arrivals")
        self.assertEqual([step["name"] for step in steps], ["2001", "under way", "money", "weather", "2002"])
        wanted = [added["before"], added["still"] - added["before"], added["money"], added["weather"], added["year"]]
        for step, value in zip(steps, wanted):
            self.assertAlmostEqual(step["value"], value, msg=step["name"])
        self.assertGreater(added["money"], 0)

    def test_steps_add_up(self):
        told = self.attributed("--year", "2003", "--from", "2002", "--seeds", "3", "--out", "a")
        self.assertEqual(told["classes"], ["money", "weather", "sky"])
        for outcome in told["outcomes"]:
            values = [step["value"] for step in outcome["steps"]]
            self.assertAlmostEqual(sum(values[:-1]), values[-1], msg=outcome["name"])
        with (self.folder / "a/attribute.csv").open() as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["step"] for row in rows if row["outcome"] == "arrivals"], ["2002", "under way", "money", "weather", "sky", "2003"])
        steps = self.steps(told, "arrivals")
        self.assertLess(steps[-1]["low"], steps[-1]["value"])
        page = (self.folder / "a/attribute.html").read_text()
        for text in ("What made 2003 what it was", "under way", "weather", "</html>"):
            self.assertIn(text, page)

    def test_many_classes_by_orders(self):
        """More than seven classes: orders are drawn, and the steps still add up."""
        names = [f"d{i}" for i in range(9)]
        text = self.path.read_text().replace("drivers:\n", "drivers:\n" + "".join(
            f"  {name}: {{ start: 1, steps: {{ 2002-02-01: {1 + i / 10} }}, class: c{i} }}\n" for i, name in enumerate(names)), 1)
        self.path.write_text(text.replace("* moon *", "* moon * " + " * ".join(names) + " *"))
        told = self.attributed("--year", "2002", "--seeds", "2")
        self.assertFalse(told["exact"])
        self.assertEqual(len(told["classes"]), 10)  # c0 does not change
        self.assertNotIn("c0", told["classes"])
        steps = [step["value"] for step in self.steps(told, "arrivals")]
        self.assertAlmostEqual(sum(steps[:-1]), steps[-1])

    def test_runs_are_kept(self):
        words = ("attribute", self.path, "--year", "2002", "--seeds", "3")
        self.assertIn("12 runs made, 0 found", self.expect(0, *words, "--threads", "1", "--out", "a").stdout)
        self.assertFalse(list((self.folder / "results/runs").glob("past*")))
        self.assertIn("0 runs made, 12 found", self.expect(0, *words, "--out", "b").stdout)
        self.expect(0, *words, "--threads", "3", "--store", "other", "--out", "c")
        for name in ("attribute.csv", "attribute.json", "attribute.html"):
            for other in ("b", "c"):
                self.assertEqual((self.folder / "a" / name).read_bytes(), (self.folder / other / name).read_bytes())

    def test_wrong_use(self):
        for words, complaint in [
                ((), "which year?"),
                (("--year", "2000"), "must be one of 2001 to 2003"),
                (("--year", "2004"), "must be one of 2001 to 2003"),
                (("--year", "2002", "--from", "2003"), "before the end of 2002"),
                (("--year", "2002", "--from", "2000"), "after the first window"),
                (("--year", "2002", "--set", "pya=1"), "did you mean 'pay'"),
                (("--year", "2002", "--set", "pay=1", "--set", "calm=1", "--set", "wind=1"), "no driver changes")]:
            self.assertIn(complaint, self.expect(2, "attribute", self.path, *words).stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[2:])
