#!/usr/bin/env python3
"""Checkpoints of the past that a study's runs share: gone when it ends, removed by a later study when it was killed, and never
taken from one that lives.

    test_pasts.py TUMEN [unittest arguments]
"""
import pathlib
import signal
import subprocess
import sys
import time
import unittest

from folder import TUMEN, InFolder

WIRING = pathlib.Path(__file__).resolve().parent / "scenarios" / "wiring.yaml"
PATIENCE_S = 120


class Pasts(InFolder):
    def left(self):
        return sorted(path.name for path in (self.folder / "results/runs").glob("past-*"))

    def study(self, seed, how):
        """A study that has written a checkpoint and was then sent `how`; its process and the names of its files."""
        running = subprocess.Popen([TUMEN, "arrows", WIRING, "--seeds", "40", "--seed", str(seed), "--threads", "1", "--quiet", "--out", f"out-{seed}"],
                                   cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (running.kill(), running.communicate()))
        began, mine = time.monotonic(), f"past-{running.pid}-"
        while not any(name.startswith(mine) and name.endswith(".tumen") for name in self.left()):
            self.assertIsNone(running.poll(), "it ended before its past was seen")
            self.assertLess(time.monotonic() - began, PATIENCE_S)
            time.sleep(0.001)
        running.send_signal(how)
        if how == signal.SIGKILL:
            running.wait()
        return running, mine

    def test_the_killed_are_swept_and_the_living_kept(self):
        living, kept = self.study(100, signal.SIGSTOP)
        killed, swept = self.study(200, signal.SIGKILL)
        self.assertTrue(any(name.startswith(swept) for name in self.left()))
        self.expect(0, "arrows", WIRING, "--seeds", "1")
        names = self.left()
        self.assertFalse([name for name in names if not name.startswith(kept)])
        self.assertIn(f"{kept}0.lock", names)
        self.assertTrue([name for name in names if name.endswith(".tumen")])
        living.send_signal(signal.SIGCONT)
        self.assertEqual((living.communicate(timeout=PATIENCE_S)[1], living.returncode), ("", 0))
        self.assertEqual(self.left(), [])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[2:])
