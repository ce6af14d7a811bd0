#!/usr/bin/env python3
"""`tumen verify` as its users meet it: rows, exit statuses, files, suites, interruptions.

    test_verify.py TUMEN SCENARIOS [unittest arguments]
"""
import csv
import json
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

TUMEN, SCENARIOS = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
LEAVE, STEPS = SCENARIOS / "leave.yaml", SCENARIOS / "steps.yaml"


class Verify(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def tumen(self, status, *words, **environment):
        ran = subprocess.run([str(TUMEN), "verify", *map(str, words)], cwd=self.folder, capture_output=True, text=True,
                             env={**os.environ, **environment})
        self.assertEqual(ran.returncode, status, f"{words}\n{ran.stdout}\n{ran.stderr}")
        return ran

    def found(self, status, *words):
        ran = self.tumen(status, *words, "--json")
        self.assertEqual(ran.stderr, "")
        found = json.loads(ran.stdout)
        return found, {row["check"].split("/")[1]: row for row in found["rows"]}

    def changed(self, old, new, source=LEAVE, name="leave.yaml"):
        text = source.read_text()
        self.assertIn(old, text)
        path = self.folder / name
        path.write_text(text.replace(old, new))
        return path

    def test_table(self):
        ran = self.tumen(0, LEAVE)
        self.assertEqual(ran.stderr, "")
        self.assertNotIn("\033", ran.stdout)
        self.assertLessEqual(max(map(len, ran.stdout.splitlines())), 100)
        for words in ("leave: Leaving at a constant rate", "resolution", "share who left in 260 weeks; exact", "published: made up", "0.9190 [0.9145, 0.9235]", "geometric(1 -", "(s.e.", "pass",
                      "10 checks: 10 pass", "42 runs, seed 1", "results/verify/verify.html"):
            self.assertIn(words, ran.stdout)
        self.assertEqual(sorted(path.name for path in (self.folder / "results/verify").iterdir()),
                         ["verify.csv", "verify.html", "verify.json"])
        self.tumen(0, LEAVE, "--quiet")  # replaces its own results

    def test_files(self):
        found, rows = self.found(0, LEAVE, "--out", "out")
        self.assertEqual(found, json.loads((self.folder / "out/verify.json").read_text()))
        with (self.folder / "out/verify.csv").open() as file:
            table = list(csv.DictReader(file))
        self.assertEqual([row["check"] for row in table], [row["check"] for row in found["rows"]])
        for row in table:
            other = rows[row["check"].split("/")[1]]
            for key in ("text", "kind", "set", "expected", "verdict"):
                self.assertEqual(row[key], other[key])
            for key in ("ours", "low", "high", "resolution"):
                self.assertEqual(float(row[key]) if row[key] else None, other[key])
        page = (self.folder / "out/verify.html").read_text()
        self.assertEqual(len(re.findall(r'<tr class="pass"', page)), 10)
        self.assertEqual(page.count('role="img"'), 10)
        self.assertNotRegex(page, r"https?://|src=|@import|url\(")

    def test_same_for_any_threads(self):
        texts = {self.tumen(0, LEAVE, "--json", "--threads", threads).stdout for threads in (1, 2, 5, 50)}
        self.assertEqual(len(texts), 1)

    def test_planted_number_turns_its_row_red(self):
        path = self.changed("expected: 1 - exp(-q * 260 week)", "expected: 0.93")
        ran = self.tumen(1, path, "--out", "out")
        self.assertRegex(ran.stdout, r"0\.93 .*0\.9190 \[0\.9145, 0\.9235\].*FAIL")
        self.assertIn("leave/left\n  fail: what is expected lies outside what chance allows", ran.stdout)
        self.assertIn("10 checks: 9 pass, 1 fail", ran.stdout)
        page = (self.folder / "out/verify.html").read_text()
        self.assertEqual(re.findall(r'<tr class="bad.*?" id="(.*?)"', page), ["leave/left"])

    def test_exact_rows(self):
        path = self.changed("expected: 9 * 8 + 6", "expected: 77", STEPS, "steps.yaml")
        _, rows = self.found(1, path)
        self.assertEqual({name for name, row in rows.items() if row["verdict"] == "fail"}, {"sum"})
        self.assertEqual((rows["sum"]["ours"], rows["sum"]["low"], rows["sum"]["resolution"]), (78, 78, 0))

    def test_one_run_of_chance(self):
        path = self.changed("    runs: 30\n    outcome: gone", "    outcome: gone")
        ran = self.tumen(3, path)
        self.assertRegex(ran.stderr, r"leave\.yaml:\d+:3: error: check 'left': two seeds gave .* one run cannot decide what depends on chance")
        self.assertIn("\n    ^~~~\n", ran.stderr)
        self.assertIn("MISTAKE", ran.stdout)
        self.assertIn("9 pass, 1 mistake", ran.stdout)

    def test_times_of_runs_that_end_early(self):
        path = self.changed("end: 2005-12-31", "end: 2005-12-31, until: share(status = gone) > 0.5")
        ran = self.tumen(3, path)
        self.assertIn("check 'when': a run ended before its last window, so the times of the rest are not known", ran.stderr)
        self.assertIn("leave 'until' out", ran.stderr)

    def test_too_few_runs(self):
        path = self.changed("left_first: { text: share in the first year, kind: exact, runs: 30",
                            "left_first: { text: share in the first year, kind: exact, runs: 2")
        _, rows = self.found(1, path)
        self.assertEqual(rows["left_first"]["verdict"], "weak")
        self.assertIn("raise 'runs'", rows["left_first"]["why"])
        self.assertGreater(rows["left_first"]["resolution"], 0.5)

    def test_mistakes_stop_it_before_any_run(self):
        path = self.changed("outcome: gone\n", "outcome: gnoe\n")
        ran = self.tumen(3, path)
        self.assertIn("there is no outcome 'gnoe'", ran.stderr)
        self.assertIn("did you mean 'gone'?", ran.stderr)
        self.assertEqual(ran.stdout, "")
        self.assertFalse((self.folder / "results").exists())

    def test_failed_run(self):
        path = self.changed("set: { q: 0 }, outcome: gone, expected: 0", "set: { q: 9 }, outcome: gone, expected: 0")
        path.write_text(path.read_text().replace("chance: 1 - exp(-q * 1 week)", "chance: 'if(q > 8 / y, 2, 1 - exp(-q * 1 week))'"))
        _, rows = self.found(1, path)
        self.assertEqual(rows["nobody"]["verdict"], "error")
        self.assertIn("leave", rows["nobody"]["why"])
        self.assertEqual(rows["left"]["verdict"], "pass")

    def test_seeds(self):
        first, _ = self.found(0, LEAVE)
        self.assertEqual(first["seed"], 1)
        ran = self.tumen(0, LEAVE, "--fresh", "--out", "fresh")
        seed = re.match(r"seed (\d+); repeat with --seed \1\n", ran.stdout).group(1)
        again, rows = self.found(0, LEAVE, "--seed", seed)
        self.assertEqual(again, json.loads((self.folder / "fresh/verify.json").read_text()))
        self.assertNotEqual(rows["left"]["ours"], first["rows"][0]["ours"])
        self.assertIn("choose one of them", self.tumen(2, LEAVE, "--fresh", "--seed", 3).stderr)

    def test_fast(self):
        path = self.changed("  more: { text", "  more: { slow: yes, text")
        ran = self.tumen(0, path, "--fast")
        self.assertIn("9 checks: 9 pass; 1 slow ones left out", ran.stdout)
        self.assertNotRegex(ran.stdout, r"(?m)^  more ")

    def test_suite(self):
        found = json.loads(self.tumen(0, SCENARIOS, "--json").stdout)
        self.assertEqual([row["check"].split("/")[0] for row in found["rows"]], ["leave"] * 10 + ["steps"] * 9)
        (self.folder / "shelf/classic").mkdir(parents=True)
        for source in (LEAVE, STEPS):
            (self.folder / "shelf/classic" / source.name).write_text(source.read_text())
        shelf = {"TUMEN_SCENARIOS": str(self.folder / "shelf")}
        ran = self.tumen(0, **shelf)
        self.assertIn("19 checks: 19 pass", ran.stdout)
        self.assertEqual(self.tumen(0, "classic", **shelf).stdout, ran.stdout)
        self.assertIn("9 checks: 9 pass", self.tumen(0, "classic/steps", **shelf).stdout)
        page = (self.folder / "results/verify/verify.html").read_text()
        self.assertIn('id="steps"', page)

    def test_nothing_to_verify(self):
        path = self.changed(STEPS.read_text()[STEPS.read_text().index("checks:"):], "", STEPS, "steps.yaml")
        self.assertIn("has no section 'checks'", self.tumen(2, path).stderr)
        self.assertIn("there is no scenario 'nothing'", self.tumen(2, "nothing").stderr)
        self.assertIn("unknown option '--scale'", self.tumen(2, LEAVE, "--scale", "0.1").stderr)

    def test_foreign_folder(self):
        (self.folder / "mine").mkdir()
        (self.folder / "mine/letter.txt").write_text("dear")
        ran = self.tumen(1, LEAVE, "--out", "mine")
        self.assertIn("holds no results of tumen", ran.stderr)
        self.assertEqual((self.folder / "mine/letter.txt").read_text(), "dear")

    def long_scenario(self):
        path = self.changed("set: { q: 0 }, outcome: gone", "set: { q: 0.001 }, runs: 100000, outcome: gone")
        return path

    def test_interrupted(self):
        running = subprocess.Popen([str(TUMEN), "verify", str(self.long_scenario()), "--threads", "2", "--out", "out"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(2)
        running.send_signal(signal.SIGINT)
        stdout, stderr = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 130, stderr)
        left = int(re.search(r"interrupted; (\d+) of 10 checks were not run", stderr).group(1))
        self.assertGreaterEqual(left, 2)  # the long one and the one that waits behind it
        self.assertIn(f"{left} not run", stdout)
        found = json.loads((self.folder / "out/verify.json").read_text())
        self.assertFalse(found["complete"])
        self.assertEqual([row["verdict"] for row in found["rows"]].count("not run"), left)

    def test_progress_on_a_terminal(self):
        mine, theirs = pty.openpty()
        ran = subprocess.run([str(TUMEN), "verify", str(LEAVE)], cwd=self.folder, stdout=subprocess.PIPE, stderr=theirs)
        os.close(theirs)
        shown = os.read(mine, 1 << 16).decode()
        os.close(mine)
        self.assertEqual(ran.returncode, 0)
        self.assertRegex(shown, r"\[[#.]{24}\] \d+ of 42 runs")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
