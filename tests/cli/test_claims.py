#!/usr/bin/env python3
"""`tumen claims`: a small scenario whose claims are true, false, negligible and undetermined; runs shared with compare, gone on from,
a reversed sign, controls, the page, wrong use.

    test_claims.py TUMEN [unittest arguments]
"""
import csv
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

from folder import TUMEN, InFolder

HERE = pathlib.Path(__file__).resolve().parent
SCENARIO = HERE / "scenarios" / "claims"
BROWSER = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)


class Claims(InFolder):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "storms"
        shutil.copytree(SCENARIO, self.path)

    def edit(self, name, old, new):
        text = (self.path / name).read_text()
        self.assertIn(old, text)
        (self.path / name).write_text(text.replace(old, new))

    def asked(self, *words):
        return json.loads(self.expect(0, "claims", self.path, "--json", *words).stdout)

    def rows(self, told):
        return {row["id"]: row for row in told["rows"]}

    def test_verdicts(self):
        told = self.asked()
        rows = self.rows(told)
        verdicts = {name: row["verdict"] for name, row in rows.items()}
        self.assertEqual(verdicts, {
            "C1": "prior decides", "C2": "prior decides", "C3": "negligible", "C4": "undetermined", "C5": "undetermined", "C6": "assumed",
            "C7": "matches", "C8": "differs", "C9": "not testable", "C10": "prior decides", "C11": "prior decides", "C12": "negligible",
            "C13": "prior decides", "C14": "prior decides", "C15": "prior decides"})
        self.assertGreater(rows["C1"]["p0"], 0.8)
        self.assertLess(rows["C2"]["p0"], 0.2)
        self.assertAlmostEqual(rows["C1"]["effect"], rows["C2"]["effect"])
        self.assertEqual((rows["C3"]["effect"], rows["C3"]["low"], rows["C3"]["high"]), (0, 0, 0))  # a twin that nothing reached
        self.assertTrue(0.2 <= rows["C4"]["p0"] <= 0.8)
        self.assertTrue(rows["C5"]["thin"])
        self.assertIn("simulated persons a run", rows["C5"]["reason"])
        self.assertEqual(rows["C14"]["effect"], 0.5)
        self.assertEqual((told["draws"], told["whole"], told["last_amendment"]), (40, True, "2001-02-03"))
        self.assertRegex(told["claims_hash"], r"^[0-9a-f]{16}$")
        for row in told["rows"]:
            self.assertIsNone(row["p1"])
            self.assertTrue(set(row) >= {"id", "class", "verdict", "p0", "p1", "effect", "reason"})
            self.assertTrue(row["reason"])
            self.assertEqual(row["basis"], "prior-predictive" if row["class"] in ("consequence", "rival") else None)
            self.assertNotIn(row["verdict"], ("supported", "contradicted"))
            self.assertEqual(row.get("moved_by_placebo", 0), 0)
            self.assertIn(row.get("placebo_outcome", "negligible"), ("negligible", "undetermined"))
        self.assertNotRegex(told["headline"], r"supported")
        self.assertIn("4 from 2 rows", rows["C7"]["reason"])
        self.assertIn("storm.weight 0.61", rows["C6"]["reason"])

    def test_beside_compare(self):
        """The same draws, seeds and runs as those of compare: its mean effect is that of the claim's draws."""
        rows = self.rows(self.asked("--draws", "6", "--only", "C13", "--out", "c"))
        with (self.folder / "c/effects.csv").open() as file:
            effects = [float(row["effect"]) for row in csv.DictReader(file)]
        self.assertEqual(len(effects), 6)
        compared = json.loads(self.expect(0, "compare", self.path, "--set", "storm=0", "--draws", "6", "--seeds", "1", "--store", "own", "--json").stdout)
        effect = next(item["effect"] for item in compared["outcomes"] if item["name"] == "leavers")
        self.assertAlmostEqual(sum(effects) / 6, effect)
        self.assertEqual(rows["C13"]["simulated"] > 100, True)

    def test_shared_past(self):
        """Worlds that go on from a past that they share are those that were run from the start."""
        alone = self.rows(self.asked("--only", "C15", "--draws", "4", "--store", "one", "--out", "a"))
        both = self.rows(self.asked("--only", "C14,C15", "--draws", "4", "--store", "two", "--out", "b"))
        self.assertEqual(alone["C15"], both["C15"])
        of = [[line for line in (self.folder / name / "effects.csv").read_text().splitlines() if ",C15," in line] for name in "ab"]
        self.assertEqual(of[0], of[1])
        self.assertEqual(len(of[0]), 4)
        self.assertEqual({path.suffix for path in (self.folder / "two").iterdir()}, {".run"})  # the pasts are gone

    def test_reversed_sign(self):
        """A mechanism planted the other way round turns the consequences that go through it, and no other."""
        before = self.rows(self.asked("--only", "C1,C2,C11,C15", "--draws", "20"))
        self.edit("scenario.yaml", "exp(push *", "exp(-push *")
        after = self.rows(self.asked("--only", "C1,C2,C11,C15", "--draws", "20"))
        for name in ("C1", "C15"):
            self.assertGreater(before[name]["p0"], 0.8)
            self.assertLess(after[name]["p0"], 0.2)
        self.assertLess(before["C2"]["p0"], 0.2)
        self.assertGreater(after["C2"]["p0"], 0.8)
        self.assertEqual(before["C11"]["p0"], after["C11"]["p0"])

    def test_threads_and_going_on(self):
        """Killed and begun again it gives the same table, on any number of threads."""
        whole = self.asked("--draws", "20", "--store", "one", "--threads", "1")
        for how in (signal.SIGINT, signal.SIGKILL):
            running = subprocess.Popen([str(TUMEN), "claims", str(self.path), "--draws", "20", "--store", f"two{how}", "--threads", "3", "--quiet"],
                                       cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            store = self.folder / f"two{how}"
            while not store.exists() or len(list(store.glob("*.run"))) < 12:
                time.sleep(0.01)
            running.send_signal(how)
            said = running.communicate()[1]
            self.assertEqual(running.returncode, 130 if how == signal.SIGINT else -signal.SIGKILL)
            if how == signal.SIGINT:
                self.assertIn("the same command goes on from there", said)
            left = len(list(store.glob("*.run")))
            again = self.asked("--draws", "20", "--store", f"two{how}", "--threads", "2")
            self.assertEqual(again, whole)
            self.assertGreaterEqual(left, 12)
            last = self.expect(0, "claims", self.path, "--draws", "20", "--store", f"two{how}").stdout
            self.assertIn("\n0 runs made", last)

    def test_hours(self):
        ran = self.expect(0, "claims", self.path, "--hours", "0.00000001", "--draws", "30", "--only", "C1", "--threads", "1")
        self.assertIn("the time allowed may end it after about 1 of 30 draws", ran.stderr)
        told = json.loads((self.folder / "results/claims/claims.json").read_text())
        self.assertLess(told["draws"], 30)
        self.assertFalse(told["whole"])

    def test_controls(self):
        told = self.asked("--controls", "--draws", "20", "--only", "C1,C11")
        controls = {control["name"]: control for control in told["controls"]}
        self.assertEqual({name: control["draws"] for name, control in controls.items()}, {"binary": 20, "shifted": 20, "permuted": 200})
        self.assertEqual({row["id"]: row["verdict"] for row in controls["binary"]["rows"]}, {"C1": "negligible", "C11": "negligible"})
        self.assertEqual(self.rows(told)["C1"]["fragile"], "binary")  # that coding has hardly any storm
        shifted, plain = ({row["id"]: row["p0"] for row in rows} for rows in (controls["shifted"]["rows"], told["rows"]))
        self.assertLess(shifted["C1"], plain["C1"])  # two years of storm fewer

    def test_planted(self):
        told = self.asked("--only", "C4,C1", "--draws", "2", "--plant", "12", "--out", "p")
        with (self.folder / "p/planted.csv").open() as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["planted"] for row in rows], ["out", "in"] * 6)
        for row in rows:
            self.assertEqual((row["claim"], row["coefficient"], row["verdict"]), ("C4", "feast.weight", ""))
            self.assertEqual(float(row["value"]) == 0, row["planted"] == "out")
            self.assertEqual(row["holds"] == "yes", float(row["effect"]) <= -0.05)  # without the feast fewer leave
            if row["planted"] == "out":
                self.assertEqual(float(row["effect"]), 0)
            elif abs(float(row["value"])) > 0.3:
                self.assertEqual(row["holds"] == "yes", float(row["value"]) > 0)
        self.assertEqual((told["planted"]["worlds"], told["planted"]["out_and_true"], told["planted"]["power"]), (12, 0, None))
        with (self.folder / "p/planted_data.csv").open() as file:
            data = list(csv.DictReader(file))
        self.assertEqual(len(data), 36)
        self.assertEqual({row["cell"] for row in data}, {"", "class=low", "class=high"})
        apart = [float(row["observed"]) / float(row["mean"]) - 1 for row in data]
        self.assertTrue(0.1 < (sum(x * x for x in apart) / len(apart)) ** 0.5 < 0.4)  # 1 / 30 and the counts themselves
        self.assertIn("20 draws are needed", self.rows(told)["C1"]["reason"])
        self.assertIn("no claim can be planted", self.expect(2, "claims", self.path, "--only", "C1", "--draws", "1", "--plant", "2").stderr)

    def test_share_of_nobody(self):
        """A figure that no world can tell is not one that the placebo moved."""
        self.edit("claims.yaml", 'outcome: leavers, measure: log_ratio, direction: "+", before: [2000, 2001], from: 2002, to: 2002, smallest: 0.05',
                  'outcome: leavers, cell: { class: rare }, over: { outcome: leavers, cell: { class: rare } }, measure: difference, '
                  'direction: "+", before: [2000, 2000], from: 2001, to: 2001, smallest: 0.05')
        row = self.rows(self.asked("--only", "C10", "--draws", "5"))["C10"]
        self.assertEqual(row["moved_by_placebo"], 0)
        self.assertLess(row["draws"], 5)

    def test_placebo_that_acts(self):
        """A placebo that something does read is told."""
        self.edit("scenario.yaml", "0.1 / y * exp(", "(0.1 + 0.01 * placebo) / y * exp(")
        rows = self.rows(self.asked("--draws", "5", "--only", "C1"))
        self.assertEqual(rows["C1"]["moved_by_placebo"], 5)

    def test_words_and_page(self):
        said = self.expect(0, "claims", self.path, "--draws", "5").stdout
        for words in ("In this model", "Prior-predictive", "consequence", "2001-02-03", "placebo lever", "must be 0"):
            self.assertIn(words, said)
        self.assertNotRegex(said, r"\d+ claims? supported")
        page = (self.folder / "results/claims/claims.html").read_text()
        self.assertEqual(len(re.findall(r"<tr id=\"C\d+\"", page)), 15)
        self.assertIn("<option>document A</option>", page)
        self.assertIn("in this model", page)
        self.assertNotRegex(page, r"(src|href)=\"http")
        with (self.folder / "results/claims/claims.csv").open() as file:
            self.assertEqual(len(list(csv.DictReader(file))), 15)

    @unittest.skipUnless(BROWSER, "no chromium on this machine, the page was not looked at")
    def test_page_in_a_browser(self):
        """Rows by text, class, verdict and document, as the address of the page has them."""
        told = self.asked("--draws", "5")
        page = (self.folder / "results/claims/claims.html").as_uri()
        for query, fits in (("", lambda row: True), ("verdict=matches", lambda row: row["verdict"] == "matches"),
                            ("class=rival&document=document+B", lambda row: (row["class"], row["document"]) == ("rival", "document B")),
                            ("text=SHIPS+four", lambda row: row["id"] == "C7"), ("text=nowhere", lambda row: False)):
            dom = subprocess.run([BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND",
                                  f"--user-data-dir={self.folder}/profile", "--dump-dom", f"{page}#{query}"], capture_output=True, text=True, timeout=120).stdout
            shown = [tag for tag in re.findall(r"<tr id=[^>]*>", dom) if "hidden" not in tag]
            self.assertEqual([re.search(r'id="(\w+)"', tag).group(1) for tag in shown], [row["id"] for row in told["rows"] if fits(row)], query)
            self.assertIn(f"{len(shown)} of 15", dom)

    def test_wrong_use(self):
        self.assertIn("did you mean 'C1'", self.expect(2, "claims", self.path, "--only", "C1x").stderr)
        self.assertIn("lists no claims", self.expect(2, "claims", HERE / "scenarios/village.yaml").stderr)
        self.edit("claims.yaml", "outcome: leavers, measure: difference", "outcome: leaver, measure: difference")
        said = self.expect(3, "claims", self.path).stderr
        self.assertIn("there is no outcome 'leaver'", said)
        self.assertIn("did you mean 'leavers'", said)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
