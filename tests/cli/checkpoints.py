"""What the tests of checkpoints share: a scenario with every kind of thing that is kept, runs, and results without their clocks."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TUMEN = pathlib.Path(sys.argv[1]).resolve()
# Births, counters, feedback, events, terms, certain chances, drivers, an outcome of each kind and period.
SCENARIO = """language: 1
name: valley
title: A valley
time: { start: 2000-01-01, windows: WINDOWS }
attributes:
  life: [unborn, here, away, dead]
  sex: [f, m]
  town: [x, y, z]
  mood: { levels: 0..7, start: 3 }
  birth_year: { levels: 1921..2030 }
alive: life in [here, away]
unborn: life = unborn
parameters: { go: { value: 0.6, unit: 1/y }, dread: 0.3 }
drivers: { gate: { start: 1, steps: { 2000-06-01: 0.2, 2000-09-01: 2 } } }
feedback: { alarm: { by: town, range: [0, 10], start: 0.5, next: "alarm - alarm * window / 2 y + 0.001 * count(leave, by town)" } }
population:
  size: SIZE
  set: { life: here, birth_year: 1970 }
  draw: { sex: { f: 0.5, m: rest } }
  place: town
  households: { size: 4 }
  unit: { households: 20 }
  unborn: { per_household: 1, reserve: 0.05, national: 0.02 }
layers: { home: { groups: household }, friends: { degree: 4, within: town, long: 0.1 } }
counters: { kin_away: { layer: home, of: life = away, max: 3 } }
transitions:
  leave:
    who: life = here
    rate: go * (1 + kin_away) * exp(-dread * mood) * exp(-alarm) * gate
    branch:
      - { name: caught, chance: share(life = away), then: { step: { mood: 2 }, tell: { home: { step: { mood: 1 } } }, add: { alarm: 0.001 } } }
      - { name: across, chance: rest, then: { set: { life: away }, tell: { friends: { chance: 0.3, step: { mood: -1 } } } } }
  return: { who: life = away, after: 70 d, then: { set: { life: here } } }
  tick: { who: mood >= 6, chance: 1, then: { step: { mood: -1 } } }
  bear: { who: sex = f and life = here and age < 45, rate: 0.05 / y, then: { birth: { set: { life: here, town: mother.town }, draw: { sex: { f: 0.5, m: rest } } } } }
  die: { rate: 0.001 / y * (1 + age), then: { set: { life: dead } } }
events: { storm: { by: town, rate: 2 / y, then: { add: { alarm: 0.5 } } } }
outcomes:
  left: { flow: life = away, by: [town, sex], every: year }
  at_home: { stock: life = here, by: [town], every: window }
  deaths: { firings: die, every: run }
  fear: { feedback: alarm }
"""
# What tells how long a run took and how much memory it had, in run.json, report.json and report.html.
CLOCKS = re.compile(rb'"(?:wall_s|person_weeks_per_s|peak_rss_bytes)":[^,}]*|"phase_s":{[^}]*}')


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def scenario(self, size, windows, name="valley.yaml"):
        path = self.folder / name
        path.write_text(SCENARIO.replace("SIZE", str(size)).replace("WINDOWS", str(windows)))
        return path

    def tumen(self, *words, cwd=None, **more):
        return subprocess.run([str(TUMEN), *map(str, words)], cwd=cwd or self.folder, capture_output=True, text=True, **more)

    def expect(self, status, *words, cwd=None, **more):
        ran = self.tumen(*words, cwd=cwd, **more)
        self.assertEqual(ran.returncode, status, f"{words}\n{ran.stdout}\n{ran.stderr}")
        return ran

    def refuse(self, status, message, *words, cwd=None, **more):
        """Ends with `status`, says `message` on stderr and nothing on stdout."""
        ran = self.expect(status, *words, cwd=cwd, **more)
        self.assertIn(message, ran.stderr)
        self.assertEqual(ran.stdout, "")
        return ran

    def results(self, folder):
        """The files of a results folder, but for the checkpoint, without their clocks."""
        return {path.name: CLOCKS.sub(b"", path.read_bytes()) for path in folder.iterdir() if not path.name.startswith("checkpoint.tumen")}

    def assert_same_results(self, one, other):
        one, other = self.results(one), self.results(other)
        self.assertEqual(sorted(one), sorted(other))
        self.assertIn("report.html", one)
        for name in one:
            self.assertEqual(one[name], other[name], name)

    def place(self, name):
        """A folder of its own, so that results can have the same name."""
        path = self.folder / name
        path.mkdir(exist_ok=True)
        return path


def main():
    os.environ.pop("TUMEN_SCENARIOS", None)
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[2:]])
