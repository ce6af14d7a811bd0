#!/usr/bin/env python3
"""Runs that are killed at random moments, again and again, and go on: they end with the files of a run that nobody touched.

    test_kill.py TUMEN [unittest arguments]
"""
import random
import subprocess
import time
import unittest

import checkpoints
from checkpoints import TUMEN

KILLS = 50


class Kills(checkpoints.Case):
    def begin(self, *words):
        return subprocess.Popen([str(TUMEN), *map(str, words), "--quiet"], cwd=self.ours, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def run_killed(self, scenario, moments):
        """Runs to the end, killed once at each of the moments (seconds) that it lives to see; how often, and how often it went on."""
        killed = resumed = 0
        while True:
            saved = (self.ours / "r/checkpoint.tumen").exists()
            resumed += saved
            running = self.begin("run", "--resume", "r") if saved else self.begin("run", scenario, "--checkpoint", "2w", "--out", "r")
            try:
                complaint = running.communicate(timeout=moments[killed] if killed < len(moments) else 120)[1]
                self.assertEqual((running.returncode, complaint), (0, ""))
                return killed, resumed
            except subprocess.TimeoutExpired:
                self.assertLess(killed, len(moments), "a run that nobody kills does not end")
                running.kill()
                running.communicate()
                killed += 1

    def test_killed(self):
        scenario, straight = self.scenario(2000, 80), self.place("straight")
        began = time.monotonic()
        self.expect(0, "run", scenario, "--checkpoint", "2w", "--out", "r", "--quiet", cwd=straight)
        took = time.monotonic() - began
        draws, killed, resumed, trial = random.Random("killed at random moments"), 0, 0, 0
        while killed < KILLS:
            self.ours = self.place(f"trial-{trial}")
            more, again = self.run_killed(scenario, [draws.uniform(0.02, took) for _ in range(min(5, KILLS - killed))])
            killed, resumed, trial = killed + more, resumed + again, trial + 1
            self.assert_same_results(straight / "r", self.ours / "r")
            self.assertEqual([path.name for path in self.ours.iterdir()], ["r"])  # neither locks nor folders half written
            self.assertEqual((straight / "r/checkpoint.tumen").read_bytes(), (self.ours / "r/checkpoint.tumen").read_bytes())
        self.assertGreater(resumed, KILLS // 4)
        print(f"killed {killed} times in {trial} runs, went on {resumed} times")


if __name__ == "__main__":
    checkpoints.main()
