#!/usr/bin/env python3
"""`tumen bench` as its users meet it, in quick sizes: what it counts, writes and refuses. No figure of time is judged.

    test_bench.py TUMEN BENCH_FOLDER [unittest arguments]
"""
import csv
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

TUMEN, BENCH = (pathlib.Path(word).resolve() for word in sys.argv[1:3])


class Bench(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def tumen(self, status, *words):
        ran = subprocess.run([str(TUMEN), *map(str, words)], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(ran.returncode, status, f"{words}\n{ran.stdout}\n{ran.stderr}")
        return ran

    def run_of(self, scenario, *words):
        return json.loads(self.tumen(0, "run", BENCH / scenario, "--json", "--out", self.folder / "run", *words).stdout)

    def test_frozen_is_what_it_says(self):
        """1.5 firings, 3 messages delivered, 4 clocks re-aimed per person-year; 40 transitions, all of which fire."""
        found = self.run_of("frozen", "--set", "persons=20000", "--until", "1998", "--profile")
        counters, years = found["counters"], found["persons"] * found["windows"] / 52
        self.assertEqual(len(counters["transition_firings"]), 40)
        self.assertGreater(min(counters["transition_firings"].values()), 0)
        self.assertAlmostEqual(counters["firings"] / years, 1.5, delta=0.1)
        self.assertAlmostEqual(counters["messages_delivered"] / years, 3, delta=0.2)
        moving = sum(count for name, count in counters["transition_firings"].items() if name.endswith(("_up", "_down")))
        self.assertAlmostEqual(moving / years, 1, delta=0.07)  # each re-aims the opposite clock, and each message one
        self.assertAlmostEqual(sum(row["reaimed"] for row in found["profile"]["transitions"]) / years, 4, delta=0.2)

    def test_busy_fires_everybody_each_window(self):
        found = self.run_of("busy", "--set", "persons=5000", "--until", "2001-01-20")
        self.assertEqual(found["counters"]["firings"], 5000 * found["windows"])

    def test_rare_fires_as_rarely_as_declared(self):
        found = self.run_of("rare", "--set", "persons=200000", "--until", "2001-04-10")
        expected = 200000 * 4e-5 * found["windows"]  # 800 in 100 windows; 5 standard deviations
        self.assertLess(abs(found["counters"]["firings"] - expected), 5 * expected ** 0.5)

    def test_cascade_runs_through(self):
        found = self.run_of("cascade", "--set", "persons=50000")
        self.assertTrue(found["until_held"])
        self.assertGreater(found["counters"]["firings"], 0.95 * 50000)

    def test_epidemic_ends(self):
        """R near 2.2 on 20 ties reaches most, and everybody who was infected recovers."""
        found = self.run_of("sir", "--set", "persons=5000", "--set", "term=20")
        last = {row["outcome"]: float(row["simulated"]) for row in csv.DictReader((self.folder / "run" / "outcomes.csv").read_text().splitlines())}
        self.assertTrue(found["until_held"])
        self.assertEqual(last["infected"], 0)
        self.assertGreater(last["ever"], 2600)
        # Each firing is a recovery or a contact; 20 ties of 0.125 against a recovery of 1 give 2.5 contacts to each; 5 standard deviations
        self.assertEqual(found["counters"]["firings"], found["counters"]["messages_sent"] + last["ever"])
        self.assertAlmostEqual(found["counters"]["messages_sent"] / last["ever"], 2.5, delta=0.25)

    def test_files_and_figures(self):
        found = json.loads(self.tumen(0, "bench", "W4", "W5", "--quick", "--turns", 2, "--json").stdout)
        self.assertTrue(found["complete"])
        self.assertEqual({run["workload"] for run in found["runs"]}, {"W4", "W5"})
        for run in found["runs"]:
            self.assertEqual(run["turns"], 2)
            self.assertGreater(run["firings"], 0)
            self.assertGreater(run["bytes"], run["persons"])
            self.assertGreater(sum(run["phase_s"].values()), 0)
        for limit in ("stream_bytes_s", "in_place_bytes_s", "gather_lines_s", "gather_small_lines_s"):
            self.assertGreater(min(found["limits"][limit]), 1e6)
        out = self.folder / "results" / "bench"
        self.assertEqual({path.name for path in out.iterdir()}, {"figures.csv", "runs.csv", "peers.csv", "bench.json", "bench.html"})
        figures = list(csv.DictReader((out / "figures.csv").read_text().splitlines()))
        over = next(row for row in figures if row["figure"] == "over the streaming limit")
        self.assertEqual((over["must"], over["moonshot"], over["verdict"]), ("8", "3", "not judged"))
        peers = list(csv.DictReader((out / "peers.csv").read_text().splitlines()))
        quoted = [row for row in peers if row["measured"] == "elsewhere"]
        self.assertIn("NDlib", {row["program"] for row in quoted})
        self.assertEqual({row["ratio"] for row in quoted}, {""})  # never a ratio across machines
        self.assertEqual({row["workload"] for row in peers}, {"W4"})
        page = (out / "bench.html").read_text()
        self.assertTrue(page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>"))
        self.assertIn("over the streaming limit", page)

    def beside(self, status, peer, *words):
        """W2 beside a program in the place of igraph's that does what `peer` says."""
        program = self.folder / "peers" / "igraph-sir"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{peer}\n")
        program.chmod(0o755)
        return self.tumen(status, "bench", "W2", "--quick", "--turns", 1, "--peers", program.parent, "--quiet", *words)

    def test_a_peer_that_fails_is_named(self):
        ran = self.beside(1, "exit 3")
        self.assertIn("igraph-sir failed (status 3)", ran.stderr)

    def test_peers_run_beside(self):
        says = r"version 7\nbuild_s 1\nrun_s 2\nevents 1000\never 0.8\npeak 14\npeak_rss_bytes 1e6\n"
        self.beside(0, f"printf '{says}'", "--out", "out")
        rows = [row for row in csv.DictReader((self.folder / "out" / "peers.csv").read_text().splitlines()) if row["measured"] == "in this run"]
        self.assertEqual([row["program"] for row in rows], ["igraph", "igraph"])
        for row in rows:
            self.assertEqual((float(row["rate"]), row["source"]), (500, "version 7"))
            self.assertAlmostEqual(float(row["ratio"]), float(row["ours"]) / 500)
        names = [row["figure"] for row in csv.DictReader((self.folder / "out" / "figures.csv").read_text().splitlines())]
        self.assertIn("final size beside igraph's", names)

    def test_profile(self):
        """Tells what was dear, changes nothing, and is absent when not asked for."""
        words = ["--set", "persons=20000", "--until", "1995"]
        plain, told = self.run_of("frozen", *words), self.run_of("frozen", *words, "--profile", "--threads", "1")
        self.assertNotIn("profile", plain)
        self.assertEqual((plain["digest"], plain["full_digest"]), (told["digest"], told["full_digest"]))
        profile = told["profile"]
        self.assertEqual({row["name"]: row["firings"] for row in profile["transitions"]}, told["counters"]["transition_firings"])
        times = [row["time_s"] for row in profile["transitions"]]
        self.assertEqual(times, sorted(times, reverse=True))
        self.assertGreater(sum(row["fire"] for row in profile["transitions"]), 0)
        self.assertGreater(sum(row["receive"] for row in profile["transitions"]), 0)
        self.assertEqual(json.loads((self.folder / "run" / "run.json").read_text())["profile"], profile)
        self.assertEqual({row["started"] for row in profile["transitions"]}, {0})  # all clocks of the load stay enabled
        epidemic = self.run_of("sir", "--set", "persons=2000", "--set", "seeds=20", "--set", "term=20", "--profile")
        ever = [row for row in csv.DictReader((self.folder / "run" / "outcomes.csv").read_text().splitlines()) if row["outcome"] == "ever"]
        infections = int(ever[-1]["simulated"]) - 20  # seeds
        self.assertGreater(infections, 1000)
        self.assertEqual([row["started"] for row in epidemic["profile"]["transitions"]], [infections])
        # in the row, words for at least three in five of the 12 slots (docs/decisions/0004)
        self.assertGreaterEqual(profile["bytes"]["clocks: what is left"], 8 * 12 * 20000 * 3 // 5)
        text = self.tumen(0, "run", BENCH / "frozen", *words, "--profile", "--out", self.folder / "run").stdout
        for heading in ("Time by phase", "Time by transition", "Memory at the end"):
            self.assertIn(heading, text)

    def test_mistakes(self):
        self.assertIn("there is no workload 'W6'; there are: W1", self.tumen(2, "bench", "W6").stderr)
        self.assertIn("there is no folder 'nowhere' of other programs", self.tumen(2, "bench", "W5", "--peers", "nowhere").stderr)
        self.assertIn("--turns takes a whole number from 1 to 15", self.tumen(2, "bench", "--turns", "0").stderr)
        (self.folder / "full").mkdir()
        (self.folder / "full" / "letter.txt").write_text("mine")
        self.assertIn("full", self.tumen(1, "bench", "W5", "--quick", "--out", "full").stderr)

    def test_interrupted(self):
        program = subprocess.Popen([str(TUMEN), "bench", "--quick", "--quiet", "--turns", "15", "--out", "out"], cwd=self.folder,
                                   stderr=subprocess.PIPE, text=True)
        time.sleep(2)
        program.send_signal(signal.SIGINT)
        error = program.communicate(timeout=60)[1]
        self.assertEqual(program.returncode, 130, error)
        self.assertIn("interrupted; what was measured lies in out", error)
        self.assertFalse(json.loads((self.folder / "out" / "bench.json").read_text())["complete"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
