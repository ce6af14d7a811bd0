#!/usr/bin/env python3
"""`tumen arrows`: direct signs beside sums by hand, planted errors, totals beside runs by hand, runs that are kept, wrong use.

    test_arrows.py TUMEN [unittest arguments]
"""
import csv
import json
import math
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import unittest

from folder import TUMEN, InFolder

HERE = pathlib.Path(__file__).resolve().parent
WIRING = HERE / "scenarios" / "wiring.yaml"
KEYS = ["1.1", "1.2", "2", "3a.1", "3a.2", "3b.1", "4.1", "4.2", "4.3", "10.1"]
WEEK_Y = 7 / 365.2425


class Arrows(InFolder):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "wiring.yaml"
        self.path.write_text(WIRING.read_text())

    def replace(self, old, new):
        text = self.path.read_text()
        self.assertIn(old, text)
        self.path.write_text(text.replace(old, new))

    def arrows(self, *words, status=0):
        told = json.loads(self.expect(status, "arrows", self.path, "--json", *words).stdout)
        return told, {row["key"]: row for row in told["arrows"]}

    def test_direct_signs(self):
        told, rows = self.arrows("--direct")
        self.assertEqual([row["key"] for row in told["arrows"]], KEYS)
        self.assertEqual((told["looked"], told["wrong"], told["seeds"]), (len(KEYS), 0, 1))
        self.assertIn("wiring of the model", told["note"])
        self.assertTrue(all(row["right"] and row["pairs"] == 0 for row in rows.values()))
        self.assertEqual({row["direct_sign"] for row in rows.values()}, {"+", "-", "0"})
        self.assertEqual(rows["10.1"]["direct_sign"], "0")
        # a shift of the wall by 0.5 multiplies each hazard of leaving by exp(-dread * 0.5)
        self.assertAlmostEqual(rows["1.1"]["direct"] / rows["1.1"]["before"], math.exp(-0.25) - 1, places=9)
        # of those caught the chance is 0.2 and becomes 0.4
        self.assertAlmostEqual(rows["3a.2"]["direct"] / rows["3a.2"]["before"], 1, places=9)
        # four storms a year become eight, and one more storm a year adds one to the damage
        self.assertAlmostEqual(rows["4.2"]["direct"], 4 * WEEK_Y, places=9)
        self.assertAlmostEqual(rows["4.3"]["direct"], WEEK_Y, places=9)
        # without the order nobody broods, whoever is there: all of it is the interaction
        self.assertEqual(rows["4.1"]["before"], 0)
        self.assertGreater(rows["4.1"]["direct"], rows["4.1"]["interaction"])
        self.assertGreater(rows["4.1"]["interaction"], 0)

    def test_one_bar_for_all_runs(self):
        """Direct signs take one run; what follows them is drawn as part of all from the start, and only what is not kept."""
        counts, kept = [], [0]
        for seeds in "2", "3":
            counts.append(set(map(int, re.findall(r"of (\d+) runs", self.drawn("arrows", self.path, "--seeds", seeds)))))
            kept.append(len(list((self.folder / "results/runs").glob("*.run"))))
        self.assertEqual(counts, [{1 + kept[1]}, {1 + kept[2] - kept[1]}])

    def test_a_planted_reversal_is_seen(self):
        self.replace("exp(-dread * wall)", "exp(dread * wall / 10)")
        self.replace("dread: { value: 0.5", "dread: { value: 0.1")
        told, rows = self.arrows("--direct", status=1)
        self.assertEqual(told["wrong"], 1)
        self.assertFalse(rows["1.1"]["right"])
        self.assertEqual(rows["1.1"]["direct_sign"], "+")

    def test_a_link_that_is_not_there_is_seen(self):
        self.replace("rate: storms * (1 + order)", "rate: storms")
        told, rows = self.arrows("--direct", status=1)
        self.assertEqual([key for key, row in rows.items() if not row["right"]], ["4.2"])
        self.assertEqual(rows["4.2"]["direct_sign"], "0")

    def test_what_was_not_looked_at_is_not_wrong(self):
        """After an interruption, and of dates that the run does not reach."""
        self.replace("size: 4000", "size: 400000")
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        running = subprocess.Popen([str(TUMEN), "arrows", str(self.path), "--seeds", "2", "--threads", "1"], cwd=self.folder, stdout=subprocess.PIPE, stderr=theirs, text=True)
        os.close(theirs)
        os.read(ours, 4096)  # it has begun
        running.send_signal(signal.SIGINT)
        text = " ".join(running.communicate(timeout=60)[0].split())
        self.assertEqual(running.returncode, 130)
        told = json.loads((self.folder / "results/arrows/arrows.json").read_text())
        self.assertLess(told["looked"], len(KEYS))
        self.assertEqual((told["complete"], told["wrong"]), (False, 0))
        self.assertEqual([row["right"] for row in told["arrows"]].count(None), len(KEYS) - told["looked"])
        self.assertIn(f"{told['looked']} of {len(KEYS)} links looked at, 0 with a direct sign", text)
        page = (self.folder / "results/arrows/arrows.html").read_text()
        self.assertIn("not computed", page)
        self.assertNotIn("WRONG", text + page)
        with (self.folder / "results/arrows/arrows.csv").open() as file:
            self.assertEqual({row["right"] for row in csv.DictReader(file)} - {"yes"}, {""})

    def test_a_date_that_is_not_reached(self):
        self.replace("end: 2006-12-31 }", "end: 2006-12-31, until: share(side = left) > 0 }")
        told, rows = self.arrows("--direct", status=1)
        self.assertEqual((told["looked"], told["wrong"]), (0, 0))
        self.assertIn("ended before this date", rows["1.1"]["why"])
        self.assertIn("0 of 10 links looked at", self.expect(1, "arrows", self.path, "--direct").stdout)

    def leavers(self, seed, *words):
        self.expect(0, "run", self.path, "--quiet", "--seed", seed, "--out", "r", *words)
        with (self.folder / "r/outcomes.csv").open() as file:
            return sum(float(row["simulated"]) for row in csv.DictReader(file)
                       if row["outcome"] == "leavers" and row["side"] == "all" and row["period_from"][:4] in ("2002", "2003"))

    def test_totals_beside_runs_by_hand(self):
        told, rows = self.arrows("--seeds", "3..4")
        by_hand = [self.leavers(seed, "--shift", "wall=0.5@2002-01-01") - self.leavers(seed) for seed in (3, 4)]
        self.assertAlmostEqual(rows["1.1"]["total"], sum(by_hand) / 2, places=6)
        self.assertEqual(rows["1.1"]["pairs"], 2)
        self.assertLess(rows["1.1"]["low"], rows["1.1"]["total"])
        self.assertEqual(rows["10.1"]["total"], 0)
        self.assertEqual(rows["10.1"]["total_sign"], "0")
        self.assertEqual(rows["2"]["total_sign"], "+")
        self.assertEqual(sorted(path.name for path in (self.folder / "results/arrows").iterdir()),
                         ["arrows.csv", "arrows.html", "arrows.json"])
        page = (self.folder / "results/arrows/arrows.html").read_text()
        for row in rows.values():
            self.assertIn(f"<th>{row['key']}</th>", page)
        self.assertIn("wiring of the model", page)
        self.assertEqual((rows["1.1"]["cell"], rows["1.2"]["cell"]), ("all", "side=left"))
        self.assertIn("leavers[side=left]", page)
        with (self.folder / "results/arrows/arrows.csv").open() as file:
            self.assertEqual({row["key"]: row["cell"] for row in csv.DictReader(file)}, {key: row["cell"] for key, row in rows.items()})
        self.assertEqual(list((self.folder / "results/runs").glob("past-*")), [])

    def test_runs_are_kept(self):
        first, _ = self.arrows("--seeds", "2")
        again = self.expect(0, "arrows", self.path, "--seeds", "2").stdout
        self.assertIn("0 runs made", again)
        self.assertIn("leavers[side=left]", again)
        second, _ = self.arrows("--seeds", "2", "--threads", "1")
        self.assertEqual(first["arrows"], second["arrows"])

    def test_the_other_engine_of_settings(self):
        """A setting of all worlds counts in the direct sign too."""
        _, plain = self.arrows("--direct")
        _, higher = self.arrows("--direct", "--set", "base=0.08@2002-01-01")
        self.assertAlmostEqual(higher["1.1"]["before"] / plain["1.1"]["before"], 2, places=9)

    def test_list(self):
        rows = self.expect(0, "arrows", self.path, "--list").stdout.strip().splitlines()
        self.assertEqual(len(rows), 2 + len(KEYS))
        self.assertIn("| leave.across | leavers[side=left] | 2 y |", rows[3])
        self.assertIn("| 3a.2 | order | capture | + | shift order by 1, from 2003-01-01 | leave.caught | leavers | 1 y |", rows[6])

    def test_wrong_use(self):
        text = self.path.read_text()
        self.path.write_text(text[:text.index("arrows:")])
        self.assertIn("no section 'arrows'", self.expect(2, "arrows", self.path).stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[2:])
