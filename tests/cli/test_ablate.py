#!/usr/bin/env python3
"""`tumen system`: what it tells of subsystems; --ablate: each switch off beside runs by hand, verdicts, runs that are kept; and of the
country that no switch is without effect unless its row says so.

    test_ablate.py TUMEN COUNTRY [unittest arguments]
"""
import csv
import json
import pathlib
import sys
import unittest

from folder import InFolder

COUNTRY = pathlib.Path(sys.argv[2]).resolve()
SCENARIO = """language: 1
name: switches
time: { start: 2000-01-01, end: 2003-12-31 }
attributes:
  status: [home, away, gone]
  sex: [female, male]
parameters:
  road.on: { value: 1, range: [0, 1], assumed: yes }
  word.on: { value: 1, range: [0, 1], assumed: yes }
  idle.on: { value: 1, range: [0, 1], assumed: yes }
  rare.on: { value: 1, range: [0, 1], assumed: yes }
feedback:
  news: { range: [0, 100], start: 1, next: "news * 0.9 + word.on * 0.5 + idle.on * 0" }
population: { size: 4000, draw: { sex: { female: 0.5, male: rest } } }
transitions:
  leave: { who: status = home, rate: "(0.1 + 0.2 * road.on) / y", then: { set: { status: away } } }
  vanish: { who: status = away, rate: "rare.on * 1e-9 / y", then: { set: { status: gone } } }
outcomes:
  leavers: { firings: leave, by: [sex], every: year }
  away: { stock: status = away, every: year }
  vanished: { firings: vanish, every: year }
  news_level: { feedback: news, every: year }
systems:
  - { number: 1, name: Road, state: in, switch: road.on, target: [leavers, away], claims: [C1], documents: [S1] }
  - { number: 2, name: Word, state: in, switch: word.on, target: news_level }
  - { number: 3, name: Idle, state: coarse, switch: idle.on, target: news_level, note: inert on purpose }
  - { number: 4, name: Rare, state: in, switch: rare.on, target: vanished }
  - { number: 5, name: Books, state: out }
evidence: { C1: { text: Roads carry. } }
"""


class Ablate(InFolder):
    def setUp(self):
        super().setUp()
        (self.folder / "scenario.yaml").write_text(SCENARIO)

    def ablate(self, *words, status=0):
        return json.loads(self.expect(status, "system", "./scenario.yaml", "--ablate", "--json", *words).stdout)

    def run_of(self, seed, *words):
        self.expect(0, "run", "./scenario.yaml", "--quiet", "--seed", seed, "--out", "r", *words)
        with (self.folder / "r/outcomes.csv").open() as file:
            rows = [row for row in csv.DictReader(file) if row["sex"] in ("", "all")]
        years = {name: [float(row["simulated"]) for row in rows if row["outcome"] == name] for name in ("leavers", "away", "news_level")}
        return {"leavers": sum(years["leavers"]), "away": sum(years["away"]) / 4, "news_level": sum(years["news_level"]) / 4}

    def test_beside_runs_by_hand(self):
        """A flow is summed, a stock and a variable are means of their years; the effect is the mean over pairs."""
        told = self.ablate("--seeds", "2..4")
        rows = {(row["number"], row["target"]): row for row in told["systems"]}
        whole = [self.run_of(seed) for seed in (2, 3, 4)]
        for (number, target), switch in {(1, "leavers"): "road.on", (1, "away"): "road.on", (2, "news_level"): "word.on"}.items():
            without = [self.run_of(seed, "--set", f"{switch}=0") for seed in (2, 3, 4)]
            row = rows[number, target]
            self.assertAlmostEqual(row["whole"], sum(run[target] for run in whole) / 3, 6)
            self.assertAlmostEqual(row["without"], sum(run[target] for run in without) / 3, 6)
            self.assertAlmostEqual(row["effect"], row["without"] - row["whole"], 6)

    def test_verdicts(self):
        """Moved beyond noise; equal in every pair; nobody there to tell by; no switch."""
        told = self.ablate("--seeds", "6")
        self.assertEqual([row["verdict"] for row in told["systems"]], ["moves", "moves", "moves", "inert", "open", "-"])
        self.assertEqual((told["moves"], told["open"], told["inert"]), (3, 1, 1))
        road, idle = told["systems"][0], told["systems"][3]
        self.assertTrue(road["low"] <= road["effect"] <= road["high"] < 0)
        self.assertEqual((road["same"], idle["same"]), (0, 6))
        few = self.ablate("--seeds", "2", "--scale", "0.01", "--store", "other")
        self.assertTrue(few["systems"][0]["thin"])
        self.assertEqual(few["systems"][0]["verdict"], "open")

    def test_runs_are_kept(self):
        """The whole model is run once for all switches, and compare finds the same runs."""
        shown = self.expect(0, "system", "./scenario.yaml", "--ablate", "--seeds", "2", "--out", "ab").stdout
        self.assertIn("10 runs made, 0 found", shown)
        shown = self.expect(0, "system", "./scenario.yaml", "--ablate", "--seeds", "3", "--threads", "1", "--out", "ab").stdout
        self.assertIn("5 runs made, 10 found", shown)
        self.assertIn("inert: equal in every", " ".join(shown.split()))
        with (self.folder / "ab/ablate.csv").open() as file:
            self.assertEqual(len(list(csv.DictReader(file))), 6)
        self.assertIn("All persons are synthetic".lower(), (self.folder / "ab/ablate.html").read_text().lower())

    def test_system(self):
        """States, switches, targets, claims and documents, and how many are in."""
        shown = self.expect(0, "system", "./scenario.yaml", "--set", "road.on=0").stdout
        for said in ("road.on = 0 (off)", "leavers away", "3 of 5 in", "C1", "S1"):
            self.assertIn(said, shown)
        told = json.loads(self.expect(0, "system", "./scenario.yaml", "--json").stdout)["systems"]
        self.assertEqual([(one["number"], one["state"], one["switch"], one["targets"]) for one in told][:2],
                         [(1, "in", "road.on", ["leavers", "away"]), (2, "in", "word.on", ["news_level"])])

    def test_mistakes(self):
        (self.folder / "scenario.yaml").write_text(SCENARIO.replace("target: vanished", "target: vanishd"))
        self.assertIn("did you mean 'vanished'?", self.expect(3, "system", "./scenario.yaml").stderr)
        (self.folder / "scenario.yaml").write_text(SCENARIO.split("systems:")[0] + "evidence: {}\n")
        self.assertIn("both a switch and a target", self.expect(2, "system", "./scenario.yaml", "--ablate").stderr)

    def test_the_country(self):
        """All 25 are there with a state, and all but the statistics have a switch and a target; no switch leaves the whole run as it was,
        and no target that was counted stays the same in every pair, unless the system's row says `inert`."""
        systems = json.loads(self.expect(0, "system", COUNTRY, "--json").stdout)["systems"]
        self.assertEqual([one["number"] for one in systems], list(range(1, 26)))
        self.assertEqual([one["number"] for one in systems if not one["switch"] or not one["targets"]], [22])
        self.assertTrue(all(one["claims"] and one["documents"] for one in systems))
        told = json.loads(self.expect(0, "system", COUNTRY, "--ablate", "--json", "--seeds", "1", "--scale", "0.0003").stdout)
        said = {one["number"] for one in systems if "inert" in (one["note"] or "")}
        for row in told["systems"]:
            print(f"  {row['number']:2} {row['name']}: {row['target']} {row['whole']} -> {row['without']}, {row['verdict']}")
            if row["switch"] and row["number"] not in said:
                self.assertEqual(row["same"], 0, f"{row['switch']} changes nothing at all")
                self.assertNotEqual(row["verdict"], "inert", f"{row['switch']} does not move {row['target']}")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
