#!/usr/bin/env python3
"""The safeguards that docs/use.md lists, each by its name there: what is refused, masked, said, and not shipped.

    test_safeguards.py TUMEN SCENARIO_FOLDER [unittest arguments]
"""
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

TUMEN, COUNTRY = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
USE = COUNTRY.parents[1] / "docs" / "use.md"
SCENARIO = """language: 1
name: land
time: { start: 2000-01-01, end: 2002-12-31 }
attributes:
  status: [home, abroad, caught]
  village: [a, b, c, d]
maps:
  province: { of: village, levels: [north, rest], values: { a: north, b: rest, c: rest, d: rest } }
parameters:
  go: { value: 0.1, unit: 1/y, prior: "lognormal(0.1, 0.5)", fitted: yes, evidence: [C1] }
  guard.on: { value: 1, range: [0, 1], assumed: yes }
drivers:
  mood: { start: 1, steps: { 2001-07-01: 2 }, class: mood, assumed: yes }
population: { size: 3000, place: village, draw: { village: { a: 0.002, b: 0.4, c: 0.3, d: rest } } }
transitions:
  leave:
    who: status = home
    rate: go * mood
    branch:
      - { name: caught, chance: 0.3 * guard.on, then: { set: { status: caught } } }
      - { name: across, chance: rest, then: { set: { status: abroad } } }
outcomes:
  arrivals: { flow: status = abroad, by: [province], every: year, counts_as: result }
  from_north: { flow: status = abroad and province = north, every: year }
  captures: { firings: leave.caught, every: year, counts_as: harm }
observations:
  seen: { outcome: arrivals, csv: seen.csv, from: year, value: persons }
systems:
  - { number: 1, name: Guards, state: in, switch: guard.on, target: [captures, from_north] }
map: { geojson: provinces.geojson, property: name, of: province }
evidence: { C1: { text: People leave. }, C2: { text: So do those of the north. } }
"""
LINKS = """arrows:
  "1": { from: mood, to: leaving, sign: "+", cause: mood, shift: 1, at: 2001-01-01, effect: leave, horizon: 1 y, outcome: OUTCOME }
loops:
  L: { name: Mood, kind: reinforcing, links: ["1"], cut: { guard.on: 0 }, pulse: { cause: mood, shift: 1 }, outcome: OUTCOME }
"""
CLAIMS = """claims:
  C1: { class: consequence, reason: r, carried_by: [go], experiment: { lever: { shift: { mood: 1 } }, outcome: arrivals, measure: difference, direction: "+", smallest: 1 } }
  C2: { class: consequence, reason: r, carried_by: [go], experiment: { lever: { shift: { mood: 1 } }, outcome: from_north, measure: difference, direction: "+", smallest: 1 } }
"""
DESIGN = "title: t\nask: { away: status = abroad }\nsample: { of: status = abroad }\nhome: status = home\n"


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Safeguards(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.write(SCENARIO)
        (self.folder / "seen.csv").write_text("year,persons\n2000,100\n2001,120\n")
        (self.folder / "design.yaml").write_text(DESIGN)
        shape = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
        (self.folder / "provinces.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"name": name}, "geometry": shape} for name in ("north", "rest")]}))

    def write(self, text):
        (self.folder / "scenario.yaml").write_text(text)

    def expect(self, status, *words):
        ran = subprocess.run([str(TUMEN), *map(str, words)], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(ran.returncode, status, f"{words}\n{ran.stdout}\n{ran.stderr}")
        return ran

    def commands(self):
        """Every command that tells what came out."""
        return [("run", "./scenario.yaml"), ("compare", "./scenario.yaml", "--set", "go=0.2", "--seeds", "2"),
                ("attribute", "./scenario.yaml", "--year", "2001", "--seeds", "1"), ("survey", "./scenario.yaml", "--design", "design.yaml"),
                ("system", "./scenario.yaml", "--ablate", "--seeds", "2"), ("fit", "./scenario.yaml", "--runs", "2", "--seeds", "1")]

    def test_finer_than_province_is_refused(self):
        """By keys, by two maps together, and by a condition on one village; whatever the command."""
        for change in (("by: [province], every", "by: [village], every"), ("and province = north,", "and village = a,")):
            self.write(SCENARIO.replace(*change))
            for words in self.commands():
                self.assertIn("could guide those who hunt people", self.expect(3, *words).stderr, f"{words} {change}")
        for words in self.commands():
            if words[0] not in ("run", "fit"):
                continue
            self.write(SCENARIO)
            self.expect(0, *words)

    def test_finer_than_a_year_is_refused(self):
        for change in (("by: [province], every: year", "by: [province], every: window"), ("province = north, every: year", "province = north, every: window")):
            self.write(SCENARIO.replace(*change))
            for words in self.commands():
                self.assertIn("a year is the shortest period", self.expect(3, *words).stderr)

    def test_changes_in_single_villages_are_refused(self):
        """What a change of the persons of one village does would be told in national totals."""
        for words in (("run", "./scenario.yaml"), ("compare", "./scenario.yaml", "--seeds", "2")):
            self.assertIn("finer than the map", self.expect(3, *words, "--assign", "status=caught where village = a").stderr)
            self.expect(0, *words, "--assign", "status=caught where province = north")

    def test_few_persons_of_a_province_are_masked(self):
        """In every file and page of a run and a comparison; national totals are told."""
        self.expect(0, "run", "./scenario.yaml", "--out", "run", "--set", "go=0.9")
        for row in rows(self.folder / "run/outcomes.csv"):
            few = row["province"] == "north" or row["outcome"] == "from_north"
            self.assertEqual(row["masked"], "yes" if few else "", row)
            self.assertEqual(row["simulated"] == "", few, row)
        report = json.loads((self.folder / "run/report.json").read_text())
        outcome = {one["name"]: one for one in report["outcomes"]}
        self.assertEqual(set(outcome["from_north"]["total"]), {None})
        north = outcome["arrivals"]["by"][0]
        self.assertEqual({values[north["levels"].index("north")] for values in north["values"]}, {None})
        self.assertNotIn(None, outcome["arrivals"]["total"])
        self.expect(0, "compare", "./scenario.yaml", "--set", "go=0.9", "--seeds", "3", "--out", "c")
        for row in rows(self.folder / "c/effects.csv"):
            if row["cell"] == "province=north" or row["outcome"] == "from_north":
                self.assertEqual((row["masked"], row["base"], row["effect"]), ("yes", "", ""), row)

    def test_few_persons_of_a_province_are_masked_in_studies(self):
        """Where a study adds up the whole of an outcome, or a cell of it, the floor of a run holds too."""
        self.expect(0, "system", "./scenario.yaml", "--ablate", "--seeds", "2", "--set", "go=0.9", "--out", "ablate")
        for row in rows(self.folder / "ablate/ablate.csv"):
            few = row["target"] == "from_north"
            self.assertEqual([row["masked"]] + [row[key] == "" for key in ("whole", "without", "effect", "low", "high")], ["yes" if few else ""] + [few] * 5)
        self.expect(0, "attribute", "./scenario.yaml", "--year", "2001", "--seeds", "2", "--set", "go=0.9", "--out", "attribute")
        for row in rows(self.folder / "attribute/attribute.csv"):
            few = row["outcome"] == "from_north"
            self.assertEqual((row["masked"], row["value"] == ""), ("yes" if few else "", few), row)
        for outcome, few in (("arrivals", False), ("from_north", True), ("arrivals, cell: { province: north }", True), ("arrivals, cell: { province: rest }", False)):
            self.write(SCENARIO + LINKS.replace("OUTCOME", outcome))
            self.expect(0, "arrows", "./scenario.yaml", "--seeds", "3", "--out", "arrows")
            row, = rows(self.folder / "arrows/arrows.csv")
            self.assertEqual([row["masked"]] + [row[key] == "" for key in ("base", "total", "low", "high")], ["yes" if few else ""] + [few] * 4)
            self.expect(0, "loops", "./scenario.yaml", "--seeds", "3", "--periods", "2001", "--out", "loops")
            row, = rows(self.folder / "loops/loops.csv")
            self.assertEqual([row["masked"]] + [row[key] == "" for key in ("base", "closed", "cut_response")], ["yes" if few else ""] + [few] * 3)
        self.write(SCENARIO + CLAIMS)
        self.expect(0, "claims", "./scenario.yaml", "--draws", "4", "--plant", "4", "--scale", "1", "--out", "claims")
        for row in rows(self.folder / "claims/claims.csv"):
            few = row["id"] == "C2"
            self.assertEqual([row["masked"]] + [row[key] == "" for key in ("effect", "low", "high", "simulated")], ["yes" if few else ""] + [few] * 4)
            self.assertEqual("masked: the figure is of a place" in row["reason"], few)
        for row in rows(self.folder / "claims/effects.csv"):
            self.assertEqual(row["effect"] == "", row["id"] == "C2")
        for row in rows(self.folder / "claims/planted.csv"):
            self.assertEqual(row["effect"] == "", row["claim"] == "C2")

    def test_harm_stands_beside_attempts(self):
        """Marked outcomes of the country: whatever raises attempts is shown with deaths, captures, returns, custody and families."""
        text = "".join(path.read_text(encoding="utf-8") for path in [COUNTRY / "outcomes.yaml"])
        for name in ("deaths_at_frontier", "captures", "returns_forced", "families_watched", "in_custody", "arrests_in_china", "elite_stopped"):
            self.assertRegex(text, rf"(?m)^  {name}: .*counts_as: harm")
        for name in ("attempts", "attempts_with_broker", "worker_exits"):
            self.assertRegex(text, rf"(?m)^  {name}: .*counts_as: attempt")

    def test_trace_says_synthetic(self):
        self.assertIn("All persons are synthetic", self.expect(0, "trace", "./scenario.yaml", "--person", "3").stdout)

    def test_pages_say_synthetic_and_in_this_model(self):
        self.expect(0, "run", "./scenario.yaml", "--out", "run")
        for words in self.commands()[1:5]:
            self.expect(0, *words, "--out", words[0])
        for page in ("run/report.html", "compare/compare.html", "attribute/attribute.html", "survey/survey.html", "system/ablate.html"):
            text = (self.folder / page).read_text(encoding="utf-8").lower()
            self.assertIn("synthetic", text, page)
            self.assertIn("in this model", text, page)

    def test_what_is_withheld_is_not_shipped(self):
        """Counts and spacing of posts, details of mines and the curfew, and what it costs to leave after 2020."""
        withheld = {"P046", "P047", "P048", "P049", "P050", "P051", "P052", "P054", "P076", "P092"}
        files = sorted([*COUNTRY.glob("sources/*.csv"), *COUNTRY.glob("data/*.csv")])
        self.assertGreater(len(files), 30)
        for path in files:
            for row in rows(path):
                cells = [cell for cell in row.values() if isinstance(cell, str)]
                self.assertNotIn(row.get("id"), withheld, path.name)
                self.assertFalse(withheld & {word for cell in cells for word in re.findall(r"\bP\d{3}\b", cell)}, f"{path.name}: {row}")
                text = " ".join(cells)
                self.assertNotRegex(text, r"(?i)curfew.{0,20}\d{1,2}(:\d\d)?\s*(-|to)\s*\d{1,2}", path.name)
                self.assertNotRegex(text, r"(?i)(post|tower|facilit)[a-z]* (every|per|each) ~?\d+ ?k?m", path.name)
                self.assertNotRegex(text, r"(?i)landmine_casualties|mine_?fields?_?(at|near)", path.name)
                if "price" in (row.get("parameter") or "") or "broker_fee" in (row.get("variable") or ""):
                    years = [int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", row.get("year") or row.get("period") or "")]
                    self.assertTrue(all(year <= 2020 for year in years), f"{path.name}: {row}")

    def test_suggested_strengths_are_not_shipped(self):
        for path in COUNTRY.glob("*/timeline.csv"):
            self.assertFalse([name for name in rows(path)[0] if "strength" in name], path)

    def test_no_relative_is_named(self):
        """Kin of those who left are told of as kin: no name behind wife, son and the like, in any table or text."""
        kin = re.compile(r"\b(?:his|her|their|whose)\s+(?:wife|husband|son|daughter|mother|father|brother|sister|uncle|aunt|cousin)s?,?\s+[A-Z][a-z]+")
        for path in [*COUNTRY.rglob("*.csv"), *COUNTRY.rglob("*.yaml"), *COUNTRY.rglob("*.md")]:
            found = kin.search(path.read_text(encoding="utf-8"))
            self.assertIsNone(found, f"{path.name}: {found and found[0]}")

    def test_every_safeguard_is_listed(self):
        """docs/use.md names each test of this file, and no other."""
        named = set(re.findall(r"`safeguards/([a-z_]+)`", USE.read_text(encoding="utf-8")))
        here = {name[len("test_"):] for name in dir(Safeguards) if name.startswith("test_")}
        self.assertEqual(named, here - {"every_safeguard_is_listed"})


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
