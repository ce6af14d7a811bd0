#!/usr/bin/env python3
"""`tumen survey`: answers of the week before leaving, samples and weights, those at home and everybody beside outcomes of a run, what is
refused by place, mistakes in a design with their places; the surveys that come with the country.

    test_survey.py TUMEN COUNTRY [unittest arguments]
"""
import csv
import json
import pathlib
import sys
import unittest

from folder import InFolder

COUNTRY = pathlib.Path(sys.argv[2]).resolve()
SCENARIO = """language: 1
name: leavers
time: { start: 2000-01-01, end: 2004-12-31 }
attributes:
  status: [home, away, south]
  sex: [female, male]
  media: [none, some, much]
  village: [a, b, c, d]
maps:
  province: { of: village, levels: [north, south_side], values: { a: north, b: north, c: south_side, d: south_side } }
population: { size: 20000, place: village, draw: { sex: { female: 0.5, male: rest }, village: { d: 0.0004, a: 0.4, b: 0.3, c: rest }, media: { some: 0.2, much: "if(sex = female, 0.3, 0.1)", none: rest } } }
layers:
  friends: { degree: 2 }
counters:
  friends_south: { layer: friends, of: status = south, max: 2 }
transitions:
  leave: { who: status = home, rate: "if(media = none, 0.1, 0.4) / y", then: { set: { status: away } } }
  learn_abroad: { who: status = away and media != much, rate: 20 / y, then: { set: { media: much } } }
  arrive: { who: status = away, rate: 2 / y, then: { set: { status: south } } }
outcomes:
  home: { stock: status = home, by: [media], every: year }
  everybody: { stock: "media in [none, some, much]", by: [media, sex], every: year }
  arrivals: { flow: status = south, by: [sex], every: year }
map: { geojson: provinces.geojson, property: name, of: province }
evidence: {}
"""
DESIGN = """title: What they had seen
ask: { seen: media != none, level: media }
sample: { of: status = south, recall: status = home, from: 2001-01-01, to: 2003-12-31, size: 100000 }
home: status = home
groups:
  all: { date: 2003-12-31, observed: { seen: [0, 0.1] } }
  women: { who: sex = female, date: 2003-12-31 }
"""


class Survey(InFolder):
    def setUp(self):
        super().setUp()
        (self.folder / "scenario.yaml").write_text(SCENARIO)
        (self.folder / "provinces.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [[[x, 0], [x + 1, 0], [x + 1, 1], [x, 0]]]}} for x, name in enumerate(("north", "south_side"))]}))
        self.design(DESIGN)

    def design(self, text):
        (self.folder / "design.yaml").write_text(text)

    def survey(self, *words):
        told = json.loads(self.expect(0, "survey", "./scenario.yaml", "--design", "design.yaml", "--json", *words).stdout)
        return told, {(group["name"], answer["question"]): {**group, **answer} for group in told["groups"] for answer in group["answers"]}

    def outcomes(self):
        self.expect(0, "run", "./scenario.yaml", "--quiet", "--out", "run")
        with (self.folder / "run/outcomes.csv").open() as file:
            return list(csv.DictReader(file))

    def test_beside_a_run(self):
        """All who came, those at home and everybody are those of the run's own outcomes."""
        told, answers = self.survey()
        rows = self.outcomes()
        home = {row["media"]: float(row["simulated"]) for row in rows if row["outcome"] == "home" and row["period_from"].startswith("2003")}
        everybody = {(row["media"], row["sex"]): float(row["simulated"]) for row in rows if row["outcome"] == "everybody" and row["period_from"].startswith("2003")}
        came = sum(float(row["simulated"]) for row in rows if row["outcome"] == "arrivals" and row["sex"] == "all" and row["period_from"][:4] in ("2001", "2002", "2003"))
        self.assertEqual(told["groups"][0]["came"], came)
        self.assertEqual(answers["all", "seen"]["interviews"], came)
        for media in ("none", "some", "much"):
            self.assertAlmostEqual(answers["all", f"level: {media}"]["home"], home[media] / sum(home[m] for m in ("none", "some", "much")), 9)
            self.assertAlmostEqual(answers["all", f"level: {media}"]["everybody"], sum(everybody[media, sex] for sex in ("female", "male")) / 20000, 9)

    def test_answers_are_of_the_week_before_leaving(self):
        """Abroad nearly all come to see much; asked what they had seen before they left, few had."""
        _, before = self.survey()
        self.design(DESIGN.replace("recall: status = home, ", ""))
        _, now = self.survey()
        self.assertGreater(now["all", "level: much"]["came"], 0.9)
        self.assertLess(before["all", "level: much"]["came"], 0.5)
        self.assertGreater(before["all", "seen"]["came"], before["all", "seen"]["home"] + 0.2)  # who had seen leaves: the bias of such a survey
        self.assertEqual(before["all", "seen"]["within"], "outside")

    def test_sample_and_weights(self):
        """Men who seldom take part pull an unweighted share; weights by sex bring it back. Samples are keyed: equal for equal seeds."""
        biased = DESIGN.replace("size: 100000", 'size: 1500, response: "if(sex = female, 1, 0.1)"')
        self.design(biased)
        told, raw = self.survey("--seeds", "3")
        self.assertEqual(raw["all", "seen"]["interviews"], 4500)
        self.assertLess(told["willing"], 0.7 * told["listed"])
        self.design(biased + "weight: [sex]\n")
        _, weighted = self.survey("--seeds", "3")
        truth = weighted["all", "level: much"]["came"]
        self.assertGreater(raw["all", "level: much"]["interviewed"], truth + 0.05)
        self.assertLessEqual(weighted["all", "level: much"]["low"], truth)
        self.assertGreaterEqual(weighted["all", "level: much"]["high"], truth)
        self.assertLess(weighted["all", "seen"]["effective"], 4500)
        again = [json.dumps(self.survey("--seeds", "3", "--threads", threads)[1]["all", "seen"]) for threads in ("1", "3")]
        self.assertEqual(again, [json.dumps(weighted["all", "seen"])] * 2)

    def test_intervals(self):
        """Nine in ten intervals of small samples hold the share of all who came."""
        self.design(DESIGN.replace("size: 100000", "size: 60"))
        held = [(lambda one: one["low"] <= one["came"] <= one["high"])(self.survey("--seed", str(seed), "--scale", "0.3")[1]["all", "seen"]) for seed in range(1, 41)]
        self.assertTrue(32 <= sum(held) <= 40, sum(held))

    def test_counters(self):
        """Ties are asked too: how many of one's friends are in the South."""
        self.design(DESIGN.replace("seen: media != none", "seen: friends_south >= 1").replace("recall: status = home, ", ""))
        _, answers = self.survey()
        self.assertTrue(0.1 < answers["all", "seen"]["came"] < 0.9)

    def test_places(self):
        """Finer than the map is refused; under ten persons of a place are masked."""
        self.design(DESIGN.replace("level: media", "from there: village = d"))
        ran = self.expect(3, "survey", "./scenario.yaml", "--design", "design.yaml")
        self.assertIn("finer than the map", ran.stderr)
        self.design(DESIGN.replace("of: status = south", "of: status = south and village = d"))
        self.assertIn("finer than the map", self.expect(3, "survey", "./scenario.yaml", "--design", "design.yaml").stderr)
        (self.folder / "scenario.yaml").write_text(SCENARIO.replace("values: { a: north, b: north, c: south_side, d: south_side }", "values: { a: north, b: north, c: north, d: south_side }"))
        self.design(DESIGN.replace("level: media", "from there: province = south_side"))
        _, answers = self.survey()
        self.assertTrue(answers["all", "from there"]["masked"])
        self.assertIsNone(answers["all", "from there"]["came"])
        self.assertIsNone(answers["all", "from there"]["interviewed"])

    def test_mistakes(self):
        """Each with its place; wrong use is told."""
        self.design(DESIGN.replace("media != none", "medium != none").replace("observed: { seen:", "observed: { seem:").replace("size: 100000", "size: 0"))
        ran = self.expect(3, "survey", "./scenario.yaml", "--design", "design.yaml")
        for said in ("design.yaml:2:14: error:", "did you mean 'media'?", "no question is named 'seem'", "'size' must", "^~~~"):
            self.assertIn(said, ran.stderr)
        (self.folder / "surveys").mkdir()
        (self.folder / "surveys/yearly.yaml").write_text(DESIGN)
        ran = self.expect(2, "survey", "./scenario.yaml")
        self.assertEqual(ran.stdout, "")
        self.assertRegex(ran.stderr, r"which design\? .*; there are in .*surveys: yearly\n")
        self.assertIn("did you mean 'yearly'?", self.expect(2, "survey", "./scenario.yaml", "--design", "yeerly").stderr)
        self.assertIn("there is no design 'nothing.yaml'", self.expect(2, "survey", "./scenario.yaml", "--design", "nothing.yaml").stderr)

    def test_folder(self):
        ran = self.expect(0, "survey", "./scenario.yaml", "--design", "design.yaml", "--out", "s")
        self.assertIn("at home on 2003-12-31", ran.stdout)
        self.assertRegex(ran.stdout, r"seen +0 to 10 ")  # in per cent, as all beside it
        self.assertIn("<td>0 to 10</td>", (self.folder / "s/survey.html").read_text())
        self.assertIn("OUTSIDE", ran.stdout)
        with (self.folder / "s/survey.csv").open() as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), 2 * 4)
        self.assertIn("All persons are synthetic", (self.folder / "s/survey.html").read_text())

    def test_the_country_s(self):
        """Each that is shipped is read and gives an answer to each question."""
        designs = sorted(path.stem for path in (COUNTRY / "surveys").glob("*.yaml"))
        self.assertGreaterEqual(len(designs), 3)
        for design in designs:
            told = json.loads(self.expect(0, "survey", COUNTRY, "--design", design, "--scale", "0.002", "--until", "1999", "--json").stdout)
            self.assertTrue(told["source"], design)
            self.assertTrue(all(group["answers"] for group in told["groups"]), design)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
