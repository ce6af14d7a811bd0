#!/usr/bin/env python3
"""`tumen compare`: both worlds, what is told and written, the store of runs, interruptions, and wrong use.

    test_compare.py TUMEN [unittest arguments]
"""
import csv
import json
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

from folder import TUMEN, InFolder

HERE = pathlib.Path(__file__).resolve().parent
VILLAGE = HERE / "scenarios" / "village.yaml"


class Compare(InFolder):
    def village(self, name="village", **changes):
        """The village with texts changed; its observations are left out."""
        text = re.sub(r"observations:\n.*?\nfigures:", "figures:", VILLAGE.read_text(), flags=re.S)
        for old, new in changes.get("replace", {}).items():
            self.assertIn(old, text)
            text = text.replace(old, new)
        path = self.folder / f"{name}.yaml"
        path.write_text(text)
        return path

    def rows(self, out, name):
        with (self.folder / out / name).open() as file:
            return list(csv.DictReader(file))

    def outcome(self, told, name):
        return next(item for item in told["outcomes"] if item["name"] == name)

    def test_what_is_told_and_written(self):
        path = self.village()
        told = json.loads(self.expect(0, "compare", path, "--set", "border.on=0", "--seeds", "1..6", "--json", "--out", "c").stdout)
        self.assertEqual(told, json.loads((self.folder / "c/compare.json").read_text()))
        self.assertEqual((told["pairs"], told["seed"], told["seeds"], told["no_effect"]), (6, 1, 6, False))
        arrivals = self.outcome(told, "arrivals")
        self.assertEqual(arrivals["verdict"], "more")
        self.assertLess(arrivals["low"], arrivals["effect"])
        self.assertAlmostEqual(arrivals["variant"] - arrivals["base"], arrivals["effect"])
        self.assertGreater(arrivals["saved"], 1)
        self.assertAlmostEqual(arrivals["persons"]["only_variant"] - arrivals["persons"]["only_base"], arrivals["effect"])
        self.assertEqual(self.outcome(told, "caught")["variant"], 0)
        effects = {(row["outcome"], row["cell"], row["period"]): float(row["effect"]) for row in self.rows("c", "effects.csv")}
        self.assertAlmostEqual(effects["arrivals", "all", "all"], arrivals["effect"])
        self.assertAlmostEqual(sum(effects["arrivals", "all", str(year)] for year in range(2000, 2004)), arrivals["effect"])
        self.assertAlmostEqual(effects["arrivals", "sex=female", "all"] + effects["arrivals", "sex=male", "all"], arrivals["effect"])
        self.assertEqual(effects["abroad", "all", "all"], effects["abroad", "all", "2003"])
        page = (self.folder / "c/compare.html").read_text()
        for text in ("border.on=0", "arrivals, by sex", "What the change does", "</html>"):
            self.assertIn(text, page)
        text = self.expect(0, "compare", path, "--set", "border.on=0", "--seeds", "6", "--out", "c").stdout
        self.assertIn("0 runs made, 12 found in results/runs", text)
        self.assertRegex(text, r"arrivals +[\d,]+ +[\d,]+ +[\d,]+ .* more")

    def test_pairs_are_runs(self):
        """Each number is that of `tumen run` with the seed of the pair, and each digest too."""
        path = self.village()
        self.expect(0, "compare", path, "--set", "word.chance=0.9", "--seeds", "3..4", "--out", "c", "--quiet")
        sums = {"base": 0, "variant": 0}
        for pair in self.rows("c", "pairs.csv"):
            for world, words in (("base", []), ("variant", ["--set", "word.chance=0.9"])):
                run = json.loads(self.expect(0, "run", path, "--seed", pair["seed"], "--json", "--out", "r", *words).stdout)
                self.assertEqual(run["full_digest"], pair[f"{world}_digest"])
                sums[world] += sum(float(row["simulated"]) for row in self.rows("r", "outcomes.csv")
                                   if row["outcome"] == "arrivals" and row["sex"] == "all")
        whole = next(row for row in self.rows("c", "effects.csv") if (row["outcome"], row["cell"], row["period"]) == ("arrivals", "all", "all"))
        for world, total in sums.items():
            self.assertAlmostEqual(float(whole[world]), total / 2)

    def test_same_for_any_threads(self):
        path = self.village()
        words = ["compare", path, "--set", "leave.base=0.3@2001-06-01", "--seeds", "4", "--draws", "3", "--quiet"]
        self.expect(0, *words, "--threads", "1", "--store", "one", "--out", "a")
        self.expect(0, *words, "--threads", "3", "--store", "three", "--out", "b")
        for name in ("effects.csv", "persons.csv", "pairs.csv", "compare.json", "compare.html"):
            self.assertEqual((self.folder / "a" / name).read_bytes(), (self.folder / "b" / name).read_bytes(), name)
        one, three = ({file.name: file.read_bytes() for file in (self.folder / store).iterdir()} for store in ("one", "three"))
        self.assertEqual(one, three)
        self.assertEqual(len(one), 24)

    def test_dated_change(self):
        path = self.village()
        told = json.loads(self.expect(0, "compare", path, "--set", "border.on=0@2002", "--seeds", "3", "--json", "--out", "c").stdout)
        self.assertEqual(told["from"], "2002-01-01")
        effects = {(row["outcome"], row["period"]): row for row in self.rows("c", "effects.csv") if row["cell"] == "all"}
        for year in ("2000", "2001"):
            self.assertEqual(float(effects["arrivals", year]["effect"]), 0)
        later = sum(float(effects["arrivals", year]["base"]) for year in ("2002", "2003"))
        self.assertAlmostEqual(float(effects["arrivals", "all"]["base"]), later)
        persons = self.rows("c", "persons.csv")
        told = json.loads(self.expect(0, "compare", path, "--set", "border.on=0@2002", "--from", "2003", "--seeds", "3", "--json", "--out", "c").stdout)
        self.assertEqual(self.rows("c", "persons.csv"), persons)
        self.assertIn("Sums are from 2003-01-01 on; who is gone or new is told of the whole run.", told["says"])

    def test_no_effect(self):
        path = self.village(replace={"word.chance: 0.5": "word.chance: 0.5\n  late: 1", "leave.base * pull": "leave.base * if(year > 2010, late, 1) * pull"})
        text = self.expect(0, "compare", path, "--set", "late=7", "--seeds", "3").stdout
        self.assertIn("No effect: equal digests in all 3 pairs.", " ".join(text.split()))
        self.assertIn("6 runs made", text)
        told = json.loads(self.expect(0, "compare", path, "--set", "late=7", "--seeds", "3", "--json").stdout)
        self.assertTrue(told["no_effect"])
        self.assertEqual({item["verdict"] for item in told["outcomes"]}, {"none"})
        text = self.expect(0, "compare", path, "--set", "late=1", "--seeds", "3").stdout
        self.assertIn("sets what is so already", text)
        self.assertIn("0 runs made, 3 found", text)

    def test_harm_beside_attempts(self):
        path = self.village(replace={"{ firings: leave.caught, every: year }": "{ firings: leave.caught, every: year, counts_as: harm }\n  tries: { firings: leave, counts_as: attempt }",
                                     "{ flow: status = abroad, by: [sex], every: year }": "{ flow: status = abroad, by: [sex], counts_as: result }"})
        text = self.expect(0, "compare", path, "--set", "leave.base=0.4", "--seeds", "5").stdout
        table = text.split("Attempts, and what they cost")[1]
        self.assertLess(table.index("tries"), table.index("caught"))
        self.assertNotIn("living ", text.split("Also decided")[0])
        self.assertRegex(text, "Also decided: abroad more")
        self.assertIn("Attempts, and what they cost", (self.folder / "results/compare/compare.html").read_text())

    def test_harm_in_the_country(self):
        """Whatever is asked of the country, deaths, captures, returns and punished families stand beside attempts."""
        text = self.expect(0, "compare", "dprk", "--set", "border.on=0", "--seeds", "2", "--scale", "0.002", "--until", "1995").stdout
        table = text.split("Attempts, and what they cost")[1].split("from, to:")[0]
        for name in ("attempts", "deaths_at_frontier", "captures", "returns_forced", "families_watched"):
            self.assertRegex(table, rf"(?m)^  {name[:17]}")
        cells = {row["cell"] for row in self.rows("results/compare", "effects.csv") if row["outcome"].startswith("arrivals")}
        for cell in ("sex=female", "route=broker", "province=ryanggang", "motive=hunger"):
            self.assertIn(cell, cells)

    def test_a_level_has_its_title(self):
        """Rows are of persons but for feedback variables, whose unit only their title tells."""
        path = self.village(replace={"  caught: {": "  heard: { feedback: news, every: year, title: \"News, in letters\" }\n  caught: {"})
        text = self.expect(0, "compare", path, "--set", "border.on=0", "--seeds", "2").stdout
        self.assertRegex(text, r"(?m)^  heard +[\d.,]+ .*\n +News, in letters\n")

    def test_two_scenarios(self):
        base = self.village()
        other = self.village("other", replace={"abroad: { stock: status = abroad, every: year }": "foreign: { stock: status = abroad, every: year }",
                                               "living: { stock: \"status in [home, abroad]\", by: [sex], every: year }": "living: { stock: \"status in [home, abroad]\", every: year }",
                                               "value: 0.2, unit: 1/y": "value: 0.4, unit: 1/y"})
        text = self.expect(0, "compare", base, "--scenario", other, "--seeds", "4", "--out", "c").stdout
        for line in ("Not compared: abroad: only in the base", "Not compared: foreign: only in the variant", "Not compared: living: their keys differ"):
            self.assertIn(line, text)
        self.assertRegex(text, "arrivals .* more")
        longer = self.village("longer", replace={"end: 2003-12-31": "end: 2004-12-31"})
        self.assertIn("do not have the same time", self.expect(2, "compare", base, "--scenario", longer).stderr)
        copy = self.folder / "copy"
        copy.mkdir()
        (copy / "village.yaml").write_text(base.read_text())
        text = self.expect(0, "compare", base, "--scenario", "copy/village.yaml", "--seeds", "2", "--out", "c").stdout
        self.assertIn("No effect", text)
        self.assertIn("Base: as declared. Variant: copy/village.yaml. 2 pairs", text)
        self.assertIn("(<code>copy/village.yaml</code>)", (self.folder / "c/compare.html").read_text())
        renamed = self.village("renamed", replace={"name: village": "name: hamlet"})
        self.assertIn("Variant: hamlet. ", self.expect(0, "compare", base, "--scenario", renamed, "--seeds", "2", "--out", "c").stdout)

    def test_draws_override_values(self):
        """Another value of a parameter that is drawn changes nothing, and that is said; what is set is not drawn."""
        base, other = self.village(), self.village("other", replace={"value: 0.2, unit: 1/y": "value: 0.4, unit: 1/y"})
        words = ["compare", base, "--scenario", other, "--draws", "2", "--seeds", "1"]
        said = "The draws take leave.base from the prior in both worlds"
        told = " ".join(self.expect(0, *words).stdout.split())
        self.assertIn("No effect", told)
        self.assertIn(said, told)
        self.assertIn(said, json.loads(self.expect(0, *words, "--set", "border.on=0", "--json").stdout)["says"])
        for more in (["--set", "leave.base=0.4"], ["--both", "leave.base=0.3"]):
            self.assertNotIn("The draws take", " ".join(self.expect(0, *words, *more).stdout.split()))
        self.assertNotIn("The draws take", self.expect(0, *words[:4], "--seeds", "1").stdout)

    def test_both_and_draws(self):
        path = self.village()
        words = ["compare", path, "--both", "border.on=0", "--set", "word.chance=0.1", "--draws", "10", "--seeds", "2", "--out", "c"]
        told = json.loads(self.expect(0, *words, "--json").stdout)
        self.assertEqual((told["draws"], told["pairs"]), (10, 20))
        self.assertEqual(told["base"]["settings"], ["border.on=0"])
        self.assertEqual(told["variant"]["settings"], ["border.on=0", "word.chance=0.1"])
        self.assertEqual(self.outcome(told, "caught")["base"], 0)
        arrivals = self.outcome(told, "arrivals")
        self.assertEqual(arrivals["verdict"], "fewer")
        self.assertEqual(arrivals["below"], 1)
        self.assertLess(arrivals["units_low"], arrivals["low"])
        self.assertEqual(len({row["seed"] for row in self.rows("c", "pairs.csv")}), 20)
        self.assertIn("draws", self.expect(0, *words).stdout)

    def test_draws_that_break_the_model_are_left_out(self):
        """A chance above 1 in some draws: they are counted and told, and the others stand; without draws the run is a mistake."""
        path = self.village(replace={"word.chance: 0.5\n": "word.chance: { value: 0.5, range: [0, 5], prior: \"uniform(0, 1.5)\" }\n"})
        words = ["compare", path, "--set", "border.on=0", "--draws", "12", "--out", "c"]
        told = json.loads(self.expect(0, *words, "--seeds", "1", "--json").stdout)
        self.assertGreater(told["broken_runs"], 0)
        self.assertLess(told["pairs"], told["pairs_wanted"])
        self.assertEqual(told["pairs_wanted"], 12)
        self.assertIn("chance", told["broken_first"])
        self.assertIn("left out", told["says"])
        self.assertEqual(len([row for row in self.rows("c", "pairs.csv") if row["base_digest"]]), told["pairs"])
        self.assertIn("left out", (self.folder / "c/compare.html").read_text())
        self.assertIn("the model breaks in every draw", self.expect(1, *words, "--both", "word.chance=4").stderr)
        self.assertIn("the run with seed", self.expect(1, "compare", path, "--set", "border.on=0", "--both", "word.chance=4", "--seeds", "2").stderr)

    def test_goes_on_after_an_interruption(self):
        path = self.village(replace={"size: 3000": "size: 40000", "end: 2003-12-31": "end: 2020-12-31"})
        words = ["compare", str(path), "--set", "border.on=0", "--seeds", "100", "--threads", "2", "--out", "c"]
        running = subprocess.Popen([str(TUMEN), *words], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        store = self.folder / "results/runs"
        for _ in range(600):
            time.sleep(0.05)
            if (store.exists() and len(list(store.glob("*.run"))) >= 3) or running.poll() is not None:
                break
        running.send_signal(signal.SIGINT)
        _, complaint = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 130, complaint)
        self.assertRegex(complaint, r"interrupted: [1-9]\d* of 100 pairs are done|stopped before the first pair was done")
        kept = len(list(store.glob("*.run")))
        self.assertGreaterEqual(kept, 3)
        self.assertFalse(list(store.glob("*.part*")))
        words[words.index("100")] = "2"
        self.assertIn("found in results/runs", self.expect(0, *words).stdout)
        once = (self.folder / "c/effects.csv").read_bytes()
        self.expect(0, *words, "--store", "fresh")
        self.assertEqual(once, (self.folder / "c/effects.csv").read_bytes())

    def test_damaged_runs_are_made_anew(self):
        path = self.village()
        words = ["compare", path, "--set", "border.on=0", "--seeds", "2", "--out", "c"]
        self.expect(0, *words)
        before = (self.folder / "c/effects.csv").read_bytes()
        files = sorted((self.folder / "results/runs").glob("*.run"))
        files[0].write_bytes(files[0].read_bytes()[:-1])
        files[1].write_bytes(b"no run at all")
        self.assertIn("2 runs made, 2 found in results/runs; 2 damaged there, made anew", self.expect(0, *words).stdout)
        self.assertEqual(before, (self.folder / "c/effects.csv").read_bytes())

    def test_wrong_use(self):
        path = self.village()
        for words, complaint in [
                ((), "compare: what shall be different?"),
                (("--set", "border.onn=0"), "did you mean 'border.on'"),
                (("--set", "border.on=2"), "lies outside the range"),
                (("--set", "border.on"), "write name=value"),
                (("--both", "bordr.on=1", "--set", "border.on=0"), "did you mean 'border.on'"),
                (("--set", "border.on=0", "--seeds", "0"), "--seeds takes how many"),
                (("--set", "border.on=0", "--seeds", "8..1"), "--seeds takes how many"),
                (("--set", "border.on=0", "--seeds", "1..2", "--seed", "3"), "leave one out"),
                (("--set", "border.on=0", "--draws", "-1"), "--draws takes a whole number"),
                (("--set", "border.on=0", "--until", "1999"), "before the scenario's start"),
                (("--set", "border.on=0", "--from", "soon"), "--from takes a date"),
                (("--set", "border.on=0", "--from", "2009"), "begins on or after 2009-01-01"),
                (("--set", "border.on=0@2002", "--until", "2001"), "let --until be later")]:
            ran = self.expect(2, "compare", path, *words)
            self.assertIn(complaint, ran.stderr)
        self.expect(2, "compare", path, "--scenario", "nowhere")
        (self.folder / "mine").mkdir()
        (self.folder / "mine/letter").write_text("not ours")
        self.assertIn("holds no results of tumen", self.expect(1, "compare", path, "--set", "border.on=0", "--out", "mine").stderr)
        bad = self.village("bad", replace={"every: year }": "every: year, counts_as: hram }"})
        self.assertIn("did you mean 'harm'", self.expect(3, "compare", bad, "--set", "border.on=0").stderr)
        (self.folder / "file").write_text("")
        self.assertIn("file", self.expect(1, "compare", path, "--set", "border.on=0", "--store", "file/runs").stderr)

    def test_cells_by_place_are_hidden(self):
        path = self.village(replace={"sex: [female, male]": "sex: [female, male]\n  village: [large, small]",
                                     "    sex: { female: 0.5, male: rest }": "    sex: { female: 0.5, male: rest }\n    village: { small: 0.02, large: rest }",
                                     "by: [sex], every: year }\n  abroad": "by: [village], every: year }\n  abroad",
                                     "population:\n": "population:\n  place: village\n"})
        self.expect(0, "compare", path, "--set", "border.on=0", "--seeds", "3", "--out", "c")
        rows = {(row["cell"], row["period"]): row for row in self.rows("c", "effects.csv") if row["outcome"] == "arrivals"}
        self.assertEqual(rows["village=small", "2000"]["masked"], "yes")
        self.assertEqual(rows["village=small", "2000"]["effect"], "")
        self.assertEqual(rows["village=large", "2000"]["masked"], "no")
        self.assertEqual(rows["all", "2000"]["masked"], "no")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[2:])
