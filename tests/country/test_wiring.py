#!/usr/bin/env python3
"""The country's causal description is in its rules: all 124 links with the sign that they have, at small scale, and all 26 loops.

    test_wiring.py TUMEN FOLDER_OF_SCENARIOS [unittest arguments]
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

TUMEN, SCENARIOS = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
# How many links each arrow of the source has, of those with more or less than one.
LINKS = {"6": 2, "8": 2, "11": 2, "12b": 2, "14": 2, "15": 2, "16": 2, "18": 2, "21": 2, "22": 2, "24": 2, "25": 2, "26": 2, "28": 3, "30": 2,
         "34": 2, "36": 2, "40": 2, "42": 3, "43a": 2, "44": 2, "45": 3, "47": 2, "48": 2, "50": 2, "51": 2, "52": 3, "53": 2, "54b": 2,
         "54c": 2, "56": 2, "58": 2, "59": 2, "61": 2, "62": 2, "63": 3, "64": 2}
LETTERS = {"12": "ab", "15": "abc", "39": "abc", "43": "ab", "54": "abc"}
SCALE = "0.01"


def keys():
    arrows = [str(number) + letter for number in range(1, 70) for letter in [""] + list(LETTERS.get(str(number), ""))]
    return [f"{arrow}.{link + 1}" for arrow in arrows for link in range(LINKS.get(arrow, 1))], len(arrows)


class Wiring(unittest.TestCase):
    def told(self, *words):
        with tempfile.TemporaryDirectory() as folder:
            ran = subprocess.run([str(TUMEN), *words], capture_output=True, text=True, cwd=folder)
        self.assertIn(ran.returncode, (0, 1), ran.stderr)
        return json.loads(ran.stdout)

    def test_every_link_is_there_and_right(self):
        wanted, arrows = keys()
        self.assertEqual((arrows, len(wanted)), (82, 124))
        told = self.told("arrows", str(SCENARIOS / "dprk"), "--direct", "--json", "--scale", SCALE)
        rows = {row["key"]: row for row in told["arrows"]}
        self.assertEqual(sorted(rows), sorted(wanted))
        self.assertEqual([key for key, row in rows.items() if not row["right"]], [])

    def test_every_loop_is_there(self):
        entries = self.told("explain", str(SCENARIOS / "dprk"), "--all", "--json")
        names = [name for name in re.findall(r'"([RB]\d+)"', json.dumps(entries))]
        self.assertEqual({name for name in names if re.fullmatch(r"R\d+", name)}, {f"R{n}" for n in range(1, 16)})
        self.assertEqual({name for name in names if re.fullmatch(r"B\d+", name)}, {f"B{n}" for n in range(1, 12)})


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
