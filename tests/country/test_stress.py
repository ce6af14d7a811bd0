#!/usr/bin/env python3
"""The stress scenario of the country: with the settings of stress.txt the state falls, without them it stands, and when it has fallen control ends.

    test_stress.py TUMEN SCENARIO_FOLDER
"""
import csv
import pathlib
import subprocess
import sys
import tempfile
import unittest

TUMEN, SCENARIO = sys.argv[1], pathlib.Path(sys.argv[2])
SETTINGS = (SCENARIO / "stress.txt").read_text().split()


def last(folder, *words):
    """Last value of each outcome of a small run to 2014, cells by their levels."""
    ran = subprocess.run([TUMEN, "run", str(SCENARIO), "--scale", "0.002", "--until", "2014", "--quiet", "--out", folder, *words],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    with open(pathlib.Path(folder) / "outcomes.csv", newline="", encoding="utf-8") as file:
        return {(row["outcome"], row["media"]): float(row["simulated"] or "nan") for row in csv.DictReader(file)}


class Stress(unittest.TestCase):
    def test_falls_under_stress_alone(self):
        """At the values that are shipped: three seeds of three fall in ten years of stress, none without; prior draws are another matter (README)."""
        settings = [word for setting in SETTINGS for word in ("--set", setting)]
        with tempfile.TemporaryDirectory() as temporary:
            for seed in "1", "2", "3":
                stressed = last(temporary, "--seed", seed, *settings)
                self.assertEqual(stressed["collapse_level", ""], 1, f"seed {seed}")
                self.assertLess(stressed["support_level", ""], 0.3)
                quiet = last(temporary, "--seed", seed)
                self.assertEqual(quiet["collapse_level", ""], 0, f"seed {seed}")
                self.assertGreater(quiet["support_level", ""], 0.6)

    def test_control_ends(self):
        """A state that has fallen searches no homes: more use foreign media, and more regularly."""
        with tempfile.TemporaryDirectory() as temporary:
            fallen, standing = last(temporary, "--hold", "collapse=1@2004"), last(temporary)
        self.assertGreater(fallen["media_users", "regular"], 1.1 * standing["media_users", "regular"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
