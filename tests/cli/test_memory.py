#!/usr/bin/env python3
"""The memory of a run: what check expects of it, and what is said when it would not fit. Sanitizers hold other bytes.

    test_memory.py TUMEN [unittest arguments]
"""
import json
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
VILLAGE = HERE / "scenarios" / "village.yaml"
TUMEN = pathlib.Path(sys.argv[1]).resolve()


class Memory(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def json_of(self, *words):
        ran = subprocess.run([str(TUMEN), *map(str, words), "--json"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return json.loads(ran.stdout)

    def village_of(self, persons):
        (self.folder / "village.csv").write_text((HERE / "scenarios/village.csv").read_text())
        path = self.folder / "large.yaml"
        path.write_text(VILLAGE.read_text().replace("size: 3000", f"size: {persons}"))
        return path

    def test_memory_is_what_check_expects(self):
        """Within a tenth of the peak where that is large; small runs are mostly program."""
        network = self.folder / "network.yaml"
        network.write_text(
            "language: 1\nname: network\ntime: { start: 2001, end: 2001-06-30 }\n"
            "attributes: { mood: [calm, angry], ends: { levels: 0..8 } }\n"
            'population: { size: 1200000, draw: { ends: { cumulative: "(ends + 1) / 9" } } }\n'
            "layers: { work: { degrees: ends }, friends: { random: 6 } }\n"
            "counters: { colleagues: { layer: work, of: mood = angry, max: 3 }, angry: { layer: friends, of: mood = angry, max: 3 } }\n"
            "transitions:\n"
            '  anger: { who: mood = calm, rate: "(0.1 + angry + colleagues) / y", then: { set: { mood: angry } } }\n'
            "  calm: { who: mood = angry, rate: 1 / y, then: { set: { mood: calm } } }\n")
        for path, scale, large in ((self.village_of(3000000), 1, True), (network, 1, True), (network, 0.02, False)):
            words = (path, "--scale", scale, "--threads", 2)
            expected = self.json_of("check", *words)["expected"]["memory_bytes"]
            peak = self.json_of("run", *words, "--out", "out")["peak_rss_bytes"]
            with self.subTest(path=path.name, scale=scale):
                self.assertEqual(peak > 100e6, large, peak)
                self.assertAlmostEqual(expected, peak, delta=0.1 * peak if large else 15e6)

    def test_too_large_to_start(self):
        """Refused before anything is made, by each command that runs."""
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (2 ** 30, 2 ** 30))
        path = self.village_of(60000000)
        for words in (("run", path, "--out", "out"), ("run", path, "--engine", "reference", "--out", "out"),
                      ("trace", path, "--person", 1)):
            ran = subprocess.run([str(TUMEN), *map(str, words)], cwd=self.folder, capture_output=True, text=True, preexec_fn=limit)
            self.assertEqual((ran.returncode, ran.stdout), (1, ""), ran.stderr)
            found = re.search(r"the run needs about ([\d.]+) GiB of memory for its 60,000,000 rows, but what the limit of this process "
                              r"\(ulimit -v\) leaves is (0\.\d+) GiB; a --scale of at most (0\.\d+) fits", ran.stderr)
            self.assertTrue(found, ran.stderr)
            need, left, scale = map(float, found.groups())
            self.assertTrue(0.7 * left / need < scale < left / need, found.groups())
        self.assertFalse((self.folder / "out").exists())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
