#!/usr/bin/env python3
"""`tumen loops`: gains of the right kind where loops are strong, none where a loop does nothing, runs that are kept, wrong use.

    test_loops.py TUMEN [unittest arguments]
"""
import csv
import json
import pathlib
import re
import sys
import unittest

from folder import TUMEN, InFolder

SCENARIOS = pathlib.Path(__file__).resolve().parent / "scenarios"
WIRING, LINEAR = SCENARIOS / "wiring.yaml", SCENARIOS / "linear.yaml"


class Loops(InFolder):
    def loops(self, *words):
        told = json.loads(self.expect(0, "loops", WIRING, "--json", "--periods", "2001,2004", *words).stdout)
        return told, {row["loop"]: row for row in told["loops"]}

    def test_strong_loops_have_their_kind(self):
        told, rows = self.loops("--seeds", "6", "--set", "talk=0.9")
        self.assertEqual(list(rows), ["B1", "R1", "R2"])
        self.assertIn("wiring of the model", told["note"])
        first = {name: row["periods"][0] for name, row in rows.items()}
        self.assertEqual({one["pairs"] for one in first.values()}, {6})
        self.assertGreater(first["R2"]["gain"], 0)
        self.assertLess(first["B1"]["cut"], 0)  # a higher wall keeps people in
        self.assertGreater(first["R1"]["cut"], 0)
        self.assertGreater(first["R1"]["gain"], 0)
        ranks = sorted(one["rank"] for one in first.values() if one["rank"])
        self.assertEqual(ranks, list(range(1, len(ranks) + 1)))
        self.assertEqual(rows["B1"]["cut"], "1.1: wall in leave")
        self.assertEqual([(one["from"], one["to"]) for one in rows["B1"]["periods"]], [(2001, 2003), (2004, 2006)])

    def test_a_loop_that_does_nothing_has_no_gain(self):
        """Where news says nothing to those who think of leaving, both worlds of its loop are one."""
        _, rows = self.loops("--seeds", "2", "--set", "talk=0", "--set", "answer=0")
        for name in ("B1", "R1", "R2"):
            for part in rows[name]["periods"]:
                self.assertEqual(part["closed"], part["cut"])
                self.assertEqual(part["way"], "0")
                self.assertEqual(part["rank"], 0)

    def linear(self, *words):
        told = json.loads(self.expect(0, "loops", LINEAR, "--json", "--periods", "2001,2004", *words).stdout)
        return {row["loop"]: row["periods"] for row in told["loops"]}

    def test_a_known_gain(self):
        """A linear loop that gives back g of each unit gains g / (1 - g)."""
        for back in (0.5, -0.5, 0.8):
            for part in self.linear("--seeds", "3", "--set", f"back={back}")["known"]:
                self.assertAlmostEqual(part["gain"], back / (1 - back), places=3)
                self.assertAlmostEqual(part["low"], part["high"], places=6)
                self.assertEqual(part["way"], "+" if back > 0 else "-")
                self.assertEqual(part["rank"], 1)

    def test_no_gain_without_a_response(self):
        """A ratio to what cannot be told from 0 is no number; nor is one of a single pair."""
        rows = self.linear("--seeds", "6")
        for part in rows["unseen"]:
            self.assertEqual((part["closed"], part["cut"], part["gain"], part["way"], part["rank"]), (0, 0, None, "0", 0))
            self.assertEqual(part["why"], "no pair responds")
        for part in rows["rare"]:
            self.assertNotEqual(part["closed"], 0)
            self.assertEqual((part["gain"], part["low"], part["high"], part["way"], part["rank"]), (None, None, None, "?", 0))
            self.assertIn("cannot be told from 0", part["why"])
        for part in rows["faint"]:  # by some 1e-9 of itself, and twice that: no measure of a loop
            self.assertNotEqual(part["closed"], 0)
            self.assertEqual((part["gain"], part["way"], part["rank"]), (None, "?", 0))
            self.assertIn("cannot be told from 0", part["why"])
        self.assertNotIn("why", rows["known"][0])
        self.assertEqual([part["gain"] for part in self.linear("--seeds", "1")["known"]], [None, None])
        told = self.expect(0, "loops", LINEAR, "--seeds", "6", "--periods", "2001,2004").stdout
        self.assertRegex(told, r"rare +Hardly anybody leaves +reinforcing +leavers +\? +\?\n")
        self.assertRegex(told, r"unseen .* haze +none +none\n")
        self.assertIn("? no clear response", (self.folder / "results/loops/loops.html").read_text())

    def test_runs_are_kept_and_files_written(self):
        first, _ = self.loops("--seeds", "2")
        again = self.expect(0, "loops", WIRING, "--periods", "2001,2004", "--seeds", "2", "--threads", "1").stdout
        self.assertIn("0 runs made", again)
        second, _ = self.loops("--seeds", "2")
        self.assertEqual(first["loops"], second["loops"])
        names = sorted(path.name for path in (self.folder / "results/loops").iterdir())
        self.assertEqual(names, ["loops.csv", "loops.html", "loops.json"])
        self.assertIn("Walls answer news", (self.folder / "results/loops/loops.html").read_text())
        self.assertEqual(list((self.folder / "results/runs").glob("past-*")), [])

    def test_the_cell_of_an_outcome_is_told(self):
        """Two loops on cells of one outcome are not the same loop."""
        path = self.folder / "cells.yaml"
        path.write_text(WIRING.read_text().replace('cut: "1.2", outcome: leavers', 'cut: "1.2", outcome: leavers, cell: { side: left }'))
        words = ["loops", path, "--periods", "2001", "--seeds", "1"]
        self.assertRegex(self.expect(0, *words).stdout, r"R1 .* leavers\[side=left\] ")
        rows = {row["loop"]: row["cell"] for row in json.loads((self.folder / "results/loops/loops.json").read_text())["loops"]}
        self.assertEqual(rows, {"B1": "all", "R1": "side=left", "R2": "all"})
        with (self.folder / "results/loops/loops.csv").open() as file:
            self.assertEqual({row["loop"]: row["cell"] for row in csv.DictReader(file)}, rows)
        self.assertIn("leavers[side=left]", (self.folder / "results/loops/loops.html").read_text())

    def test_one_bar_for_all_runs(self):
        """On a terminal the runs of the base are drawn as part of all, and nothing is said of the time before any is known."""
        drawn = self.drawn("loops", WIRING, "--periods", "2001,2004", "--seeds", "2")
        self.assertEqual(set(re.findall(r"of (\d+) runs", drawn)), {str(2 + 2 * 2 * (2 + 2 + 3))})
        self.assertIn("] 0 of 30 runs\033[K", drawn)

    def test_wrong_use(self):
        for periods, complaint in [("2004,2001", "periods begin in rising years, but 2004 stands before 2001"),
                                   ("2004,2004", "periods begin in rising years, but 2004 stands before 2004"),
                                   ("2001,2007", "no period can begin in 2007: the scenario runs from 2001 to 2006"),
                                   ("1999,2004", "no period can begin in 1999: the scenario runs from 2001 to 2006")]:
            self.assertIn(complaint, self.expect(2, "loops", WIRING, "--periods", periods).stderr)
        self.assertIn("--periods takes up to 8 years", self.expect(2, "loops", WIRING, "--periods", "soon").stderr)
        text = WIRING.read_text()
        (self.folder / "none.yaml").write_text(text[:text.index("loops:")])
        self.assertIn("no section 'loops'", self.expect(2, "loops", self.folder / "none.yaml").stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[2:])
