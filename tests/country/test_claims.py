#!/usr/bin/env python3
"""claims.yaml of the North Korea scenario: the 193 ids of the five documents, each once, with a class and what that class needs, and
the page about them. Read through `tumen explain --json`, which tells what the program made of the file.

    test_claims.py TUMEN SCENARIO_FOLDER
"""
import collections
import csv
import json
import pathlib
import re
import subprocess
import sys
import unittest

TUMEN, SCENARIO = sys.argv[1], pathlib.Path(sys.argv[2])
CODES = {"parameter", "driver", "feedback variable", "transition", "branch", "table", "event", "arrow"}


def ledger():
    ran = subprocess.run([TUMEN, "explain", str(SCENARIO), "--all", "--json"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)["entries"]


class Claims(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.entries = {(e["kind"], e["name"]): e for e in ledger()}
        cls.claims = {name: e for (kind, name), e in cls.entries.items() if kind == "claim"}
        with open(SCENARIO / "sources/claims.csv", newline="", encoding="utf-8") as file:
            cls.rows = {row["id"]: row for row in csv.DictReader(file)}

    def facts(self, name):
        found = collections.defaultdict(list)
        for fact in self.claims[name]["facts"]:
            found[fact["label"]].append(fact["text"])
        return found

    def of_class(self, kind):
        return [name for name in self.claims if self.facts(name)["class"] == [kind]]

    def codes(self, name):
        return {other["kind"] for other in self.claims[name]["reads"]} & CODES

    def test_each_of_the_193_stands_once(self):
        self.assertEqual(len(self.rows), 193)
        self.assertEqual(sorted(self.claims), sorted(self.rows))

    def test_each_has_a_class_and_a_reason(self):
        classes = ("assumed", "observed", "consequence", "rival", "not testable")
        self.assertEqual(sorted(name for kind in classes for name in self.of_class(kind)), sorted(self.rows))
        for name in self.claims:
            self.assertGreater(len(self.claims[name]["note"].split()), 4, name)
            self.assertEqual(self.facts(name)["says"], [self.rows[name]["claim"]])

    def test_assumed_claims_name_what_codes_them(self):
        for name in self.of_class("assumed"):
            self.assertTrue(self.codes(name), name)

    def test_observed_claims_are_computed_from_data_that_are_there(self):
        for name in self.of_class("observed"):
            facts = self.facts(name)
            float(facts["data"][0])
            self.assertRegex(facts["claimed"][0], r"\d", name)
            self.assertNotIn("lever", facts, name)

    def test_consequences_and_rivals_have_a_lever_or_two_times_and_a_size(self):
        for name in self.of_class("consequence") + self.of_class("rival"):
            facts, written = self.facts(name), self.claims[name]["written"]
            self.assertTrue("lever" in facts or re.search(r"\bbefore:|\bagainst:", written), name)
            self.assertTrue(facts["outcome"], name)
            self.assertGreater(float(re.search(r"of (\S+) or more", facts["expected"][0])[1]), 0, name)
            self.assertRegex(written, r"\bfrom: \d{4}-01-01", name)

    def test_a_rival_has_a_group(self):
        groups = collections.Counter(self.facts(name)["rivals"][0] for name in self.of_class("rival"))
        self.assertGreaterEqual(len(groups), 3)
        for name in self.claims:
            self.assertEqual(bool(self.facts(name)["rivals"]), name in self.of_class("rival"), name)

    def test_no_outcome_of_the_past_is_a_lever(self):
        """Levers move causes: parameters, drivers, variables and personal states, never what is counted."""
        for name in self.claims:
            for lever in self.facts(name)["lever"] + self.facts(name)["with"] + self.facts(name)["than"]:
                word = re.split(r" (?:held|shifted|=)", lever)[0].split(",")[0].strip()
                self.assertTrue(any((kind, word) in self.entries for kind in ("parameter", "driver", "feedback variable", "attribute")), (name, lever))

    def test_all_evidence_collected_is_in_the_ledger(self):
        for table in ("claims", "parameters", "timeline"):
            with open(SCENARIO / f"sources/{table}.csv", newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    self.assertIn(("evidence", row["id"]), self.entries)

    def test_nothing_in_the_country_rests_on_nothing(self):
        self.assertEqual([key for key, entry in self.entries.items() if entry["rests_on"] == "nothing"], [])

    def test_each_stands_in_its_subsystems(self):
        """sources/systems.csv says where each claim belongs; a subsystem may cite more."""
        with open(SCENARIO / "sources/systems.csv", newline="", encoding="utf-8") as file:
            listed = {row["system"]: set(row["claims"].split()) for row in csv.DictReader(file)}
        self.assertEqual(set().union(*listed.values()), set(self.rows))
        for number, claims in listed.items():
            cited = {other["name"] for other in self.entries["system", f"system.{number}"]["cites"]}
            self.assertEqual(claims - cited, set(), number)

    def test_subsystems_name_the_documents_of_their_claims(self):
        ran = subprocess.run([TUMEN, "system", str(SCENARIO), "--json"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        for system in json.loads(ran.stdout)["systems"]:
            documents = {seed for claim in system["claims"] for seed in re.findall(r"S\d", self.rows[claim]["seed"])}
            self.assertEqual(system["documents"], sorted(documents), system["name"])

    def test_the_page_tells_of_each(self):
        page = (SCENARIO.parent.parent / "docs/from-the-documents.md").read_text(encoding="utf-8")
        for name, row in self.rows.items():
            line = re.search(rf"^\| {name} \|.*\|$", page, re.M)[0]
            for word in (row["claim"].replace("|", "\\|"), f"| {self.facts(name)['class'][0]} |", f"`tumen explain dprk {name}`"):
                self.assertIn(word, line)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=1)
