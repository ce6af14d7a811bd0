#!/usr/bin/env python3
"""`tumen explain` over every name of every scenario that comes with tumen.

    test_explain.py TUMEN SCENARIOS [unittest arguments]
"""
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

TUMEN, SCENARIOS = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
INVERSE = {"reads": "read_by", "changes": "changed_by", "cites": "cited_by", "parts": "part_of"}
GROUNDED = {"parameter", "table", "driver", "feedback variable", "transition", "event", "layer", "draw"}  # and the rule 'population'
# Sections whose keys are names, and the kind of what they name.
SECTIONS = {"attributes": "attribute", "maps": "map", "tables": "table", "parameters": "parameter", "drivers": "driver",
            "feedback": "feedback variable", "layers": "layer", "counters": "counter", "transitions": "transition",
            "events": "event", "outcomes": "outcome", "observations": "observation", "arrows": "arrow", "loops": "loop",
            "checks": "check", "claims": "claim"}


def tumen(*words):
    return subprocess.run([str(TUMEN), *map(str, words)], capture_output=True, text=True)


def ledger(scenario):
    ran = tumen("explain", scenario, "--all", "--json")
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)["entries"]


def scenarios():
    return sorted(path.parent for path in SCENARIOS.rglob("scenario.yaml"))


def declared(folder):
    """(section, name) of what stands two spaces deep in a section, read with nothing of tumen's."""
    for path in sorted(folder.rglob("*.yaml")):
        section = None
        for line in path.read_text().splitlines():
            head = re.match(r"([a-z]+):", line)
            section = head.group(1) if head else section
            key = re.match(r"  ([A-Za-z][A-Za-z0-9_.]*|\"[A-Za-z0-9_.]+\"):( |$)", line)
            if key and section in SECTIONS:
                yield section, key.group(1).strip('"')


class Every(unittest.TestCase):
    def test_scenarios_are_there(self):
        self.assertGreater(len(scenarios()), 15)

    def test_each_declared_name_has_an_entry(self):
        for folder in scenarios():
            names = {(entry["kind"], entry["name"]) for entry in ledger(folder)}
            self.assertEqual({(SECTIONS[section], name) for section, name in declared(folder)} - names, set(), folder)

    def test_the_help_names_each_kind(self):
        told = " ".join(tumen("explain", "--help").stdout.split())
        self.assertEqual([kind for kind in SECTIONS.values() if kind not in told], [])

    def test_relations_are_inverse(self):
        for folder in scenarios():
            entries = {(e["kind"], e["name"]): e for e in ledger(folder)}
            for key, entry in entries.items():
                for forth, back in [*INVERSE.items(), *((b, f) for f, b in INVERSE.items())]:
                    for other in entry[forth]:
                        there = entries[other["kind"], other["name"]][back]
                        self.assertIn({"name": key[1], "kind": key[0]}, there, (folder, key, forth, other))

    def test_text_of_every_name(self):
        """All names of a scenario in one call: each has its block, which begins with its name and kind."""
        for folder in scenarios():
            entries = ledger(folder)
            names = sorted({entry["name"] for entry in entries})
            for start in range(0, len(names), 400):
                ran = tumen("explain", folder, *names[start:start + 400])
                self.assertEqual((ran.returncode, ran.stderr), (0, ""), folder)
                blocks = {block.split("\n")[0].split("  ")[0] for block in ran.stdout.split("\n\n")}
                for entry in entries:
                    if entry["name"] in names[start:start + 400]:
                        self.assertIn(f"{entry['name']}: {entry['kind']}", blocks, folder)

    def test_what_cites_nothing_is_said_to(self):
        for folder in scenarios():
            for entry in ledger(folder):
                population = (entry["kind"], entry["name"]) == ("rule", "population")
                # What stands deeper in the population's lines is its parts'.
                written = "\n".join(re.findall(r"^\S.*", entry["written"], re.M)) if population else entry["written"]
                written = re.sub(r"\b(deal|draw): .*", "", written) if population else written
                if entry["kind"] not in GROUNDED and not population:
                    self.assertIsNone(entry["rests_on"], entry["name"])
                elif re.search(r"\bassumed: yes\b", written):
                    self.assertEqual(entry["rests_on"], "assumed", entry["name"])
                elif entry["cites"]:
                    self.assertEqual(entry["rests_on"], "evidence", entry["name"])
                else:
                    self.assertIn(entry["rests_on"], ("nothing", "switch"), entry["name"])

    def test_rules_read_what_their_lines_name(self):
        """Names of numbers in the lines of a rule, found without tumen, are those that it and its branches read or change."""
        numbers, seen = {"parameter", "driver", "feedback variable", "table", "counter"}, 0
        for folder in scenarios():
            entries = {(e["kind"], e["name"]): e for e in ledger(folder)}
            levels = {name.split(".", 1)[1] for kind, name in entries if kind == "level"}  # may be called like a number
            names = {name for kind, name in entries if kind in numbers} - levels
            times = {name: {f["text"] for f in e["facts"] if f["label"] == "times"} for (kind, name), e in entries.items() if kind == "driver"}
            for (kind, name), entry in entries.items():
                if kind not in ("transition", "feedback variable", "event") or " lines more)" in entry["written"]:
                    continue
                text = re.sub(r"\b(note|evidence|name): (\"[^\"]*\"|\[[^]]*\]|[^,}\n]*)|#[^\n]*", "", entry["written"].split(":", 1)[1])
                words = re.findall(r"([A-Za-z][A-Za-z0-9_.]*)(:?)", text)  # a key is a word of the language or what is added to
                named = {word for word, key in words if not key or ("feedback variable", word) in entries} & names - {name}
                own = [entry, *(entries["branch", part["name"]] for part in entry["parts"])]
                told = {other["name"] for one in own for link in ("reads", "changes") for other in one[link] if other["kind"] in numbers}
                behind = set().union(*(times.get(word, set()) for word in named)) - named  # coefficients that drivers carry along
                self.assertEqual(named, told - {name} - levels - behind, (folder, name))
                seen += len(named)
        self.assertGreater(seen, 300)

    def test_what_is_written_stands_there(self):
        for folder in scenarios():
            for entry in ledger(folder):
                if entry["written"] is None:
                    continue
                lines = pathlib.Path(entry["file"]).read_text().splitlines()
                self.assertEqual(lines[entry["line"] - 1].strip(), entry["written"].split("\n")[0].strip(), entry["name"])


class Country(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.entries = {(e["kind"], e["name"]): e for e in ledger(SCENARIOS / "dprk")}

    def names(self, kind, name, link):
        return {other["name"] for other in self.entries[kind, name][link]}

    def test_a_parameter(self):
        entry = self.entries["parameter", "chain.rate"]
        self.assertTrue(entry["fitted"])
        self.assertEqual(self.names("parameter", "chain.rate", "read_by"), {"cross_with_broker", "C063", "R10"})
        self.assertEqual(self.names("parameter", "chain.rate", "cites"), {"P174", "C063"})
        facts = {fact["label"]: fact["text"] for fact in entry["facts"]}
        self.assertEqual(facts["unit"], "1/y")
        self.assertEqual(facts["prior"], "lognormal(0.05, 1)")

    def test_who_changes_a_level(self):
        self.assertIn("defect_staff.away", self.names("level", "status.south", "changed_by"))
        self.assertIn("arrivals", self.names("level", "status.south", "read_by"))
        self.assertNotIn("come_of_age", self.names("level", "status.south", "read_by"))

    def test_all_evidence_is_cited_as_in_the_files(self):
        cited = {}
        for path in (SCENARIOS / "dprk").rglob("*.yaml"):
            for line in path.read_text().splitlines():
                for ids in re.findall(r"(?:evidence|claims): \[([^]]*)\]|claim: ([CPT]\d+)", line):
                    for name in re.findall(r"[CDPT]\d{3}", " ".join(ids)):
                        cited[name] = cited.get(name, 0) + 1
        for name, count in cited.items():
            self.assertEqual(len(self.entries["evidence", name]["cited_by"]), count, name)

    def test_evidence_says_what_its_row_says(self):
        with open(SCENARIOS / "dprk/data/evidence.csv", newline="") as file:
            for row in csv.DictReader(file):
                facts = {f["label"]: f["text"] for f in self.entries["evidence", row["id"]]["facts"]}
                self.assertEqual((facts["says"], facts["source"], facts["grade"]), (row["text"], row["source"], row["grade"]))

    def test_the_page_links_what_rests_on_evidence(self):
        page = (SCENARIOS.parent / "docs/models/dprk.html").read_text()
        rows = re.findall(r'<tr id="e-\d+"><td>(\w+)</td>.*?<td>([^\n]*?)</td></tr>', page)
        self.assertEqual(len(rows), sum(kind == "evidence" for kind, _ in self.entries))
        for name, cell in rows:
            others = [other for other in self.entries["evidence", name]["cited_by"] if other["kind"] in GROUNDED]
            self.assertEqual(re.findall(r'href="#d-([^"]+)"', cell), [other["name"] for other in others], name)


class Words(unittest.TestCase):
    def refuse(self, message, *words):
        ran = tumen("explain", *words)
        self.assertEqual((ran.returncode, ran.stdout), (2, ""))
        self.assertIn(message, ran.stderr)

    def test_what_is_no_name(self):
        dprk = SCENARIOS / "dprk"
        self.refuse("did you mean 'defect_staff'?", dprk, "defekt_staff")
        self.refuse("did you mean 'Informers'?", dprk, "informer")
        self.refuse("--all lists every name", dprk, "zzzzzzzzzzzz")
        self.refuse("which name?", dprk)
        self.refuse("takes no names", dprk, "status", "--all")

    def test_other_ways_to_call_things(self):
        dprk = SCENARIOS / "dprk"
        for word, name in ("camp", "status.camp: level"), ("Informers", "system.6: system"), ("figure.1", "figure.1: figure"):
            self.assertRegex(tumen("explain", dprk, word).stdout, "(?m)^" + re.escape(name), word)

    def test_a_name_with_two_meanings_tells_both(self):
        self.assertEqual(re.findall(r"^population: (\w+)", tumen("explain", SCENARIOS / "dprk", "population").stdout, re.M), ["outcome", "rule"])


class Check(unittest.TestCase):
    def test_what_rests_on_nothing(self):
        text = """language: 1
name: small
time: { start: 2000, end: 2000-12-31 }
attributes: { status: [home, away], class: [high, low], mood: [good, bad], word: [none, evidence] }
parameters:
  on: { value: 1, note: A switch. }
  bare: { value: 1, unit: 1/y }
  guess: { value: 1, unit: 1/y, assumed: yes }
  known: { value: 1, unit: 1/y, evidence: C1 }
transitions:
  leave: { who: status = home, rate: on * (bare + guess + known), then: { set: { status: away } } }
population:
  size: 100
  deal: { class: { high: 0.1, low: rest, evidence: C1, note: Why so. } }
  draw: { mood: { bad: 0.5, good: rest }, word: { evidence: 0.5, none: rest, assumed: yes } }
layers:
  friends: { degree: 4 }
  pals: { random: 3, assumed: yes }
  wires: { groups: 5, evidence: [C1] }
outcomes: { gone: { firings: leave }, sour: { stock: mood = bad and class = high and word = none, every: year } }
systems: [{ number: 1, name: Leaving, state: in, switch: on, claims: [C1, C2] }]
evidence: { C1: { text: One line., grade: high } }
"""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "small.yaml"
            path.write_text(text)
            ran = tumen("check", path, "--json", "--threads", 1)
            self.assertEqual(ran.returncode, 0, ran.stdout)
            nothing = [entry["name"] for entry in json.loads(ran.stdout)["rests_on_nothing"]]
            self.assertEqual(nothing, ["bare", "friends", "leave", "population", "population.mood"])
            brief, whole = tumen("check", path, "--threads", 1).stdout, tumen("check", path, "--evidence", "--threads", 1).stdout
            words = "1 of 3 parameters, 1 of 3 draws, 1 of 3 layers, 1 of 1 transitions, 1 of 1 rules; --evidence lists them"
            self.assertIn(words, " ".join(brief.split()))
            self.assertRegex(whole, r"\n  parameter +bare\n  draw +population.mood\n  layer +friends\n  transition +leave\n  rule +population\n")
            facts = {e["name"]: {f["label"]: f["text"] for f in e["facts"]} for e in ledger(path) if e["kind"] == "draw"}
            self.assertEqual(facts["population.class"]["made"], "dealt to exact numbers of persons")
            self.assertEqual(facts["population.mood"]["made"], "drawn for each person")
            self.assertRegex(tumen("explain", path, "population.class").stdout, r"rests on +evidence:\n +C1 +One line")
            self.assertIn("note        Why so.", tumen("explain", path, "population.class").stdout)
            self.assertIn("rests on    assumed", tumen("explain", path, "population.word").stdout)
            self.assertIn("rests on    assumed", tumen("explain", path, "pals").stdout)
            self.assertRegex(tumen("explain", path, "wires").stdout, r"rests on +evidence:\n +C1 ")
            self.assertEqual({o["name"] for e in ledger(path) if e["name"] == "C1" for o in e["cited_by"]}, {"known", "population.class", "wires", "system.1"})
            self.assertIn("no row of the section 'evidence' has this id", tumen("explain", path, "system.1").stdout)
            self.assertIn("it is a switch", tumen("explain", path, "on").stdout)
            self.assertIn("rests on    nothing", tumen("explain", path, "bare").stdout)
            self.assertIn("rests on    assumed", tumen("explain", path, "guess").stdout)


class Links(unittest.TestCase):
    def test_arrows_and_loops_are_names(self):
        text = """language: 1
name: small
time: { start: 2000, end: 2003-12-31 }
attributes: { status: [home, away], mood: { levels: 0..3 } }
parameters: { base: { value: 1, unit: 1/y, assumed: yes }, gain: { value: 0.1, assumed: yes } }
feedback: { wall: { range: [0, 5], start: 0, next: wall + gain * count(leave) } }
transitions:
  leave: { who: status = home, rate: base * exp(-wall), branch: [{ name: out, chance: 0.5, then: { set: { status: away } } }, { name: not, chance: rest }] }
population: { size: 100 }
outcomes: { gone: { firings: leave.out } }
arrows:
  "1.1": { from: leaving, to: wall, sign: "+", cause: base, shift: 1 / y, at: 2001-01-01, effect: wall, horizon: 1 y, outcome: gone, claims: [C1] }
  "1.2": { from: wall, to: leaving, sign: "-", cause: wall, shift: 1, at: 2001-01-01, effect: leave.out, horizon: 1 y, outcome: gone, via: fear }
  "2.1": { from: mood, to: leaving, sign: "0+", assign: { mood: 3 }, who: status = home, share: 0.5, at: 2001-01-01, effect: leave, horizon: 1 y, outcome: gone }
loops:
  B1: { name: Walls, kind: balancing, links: ["1.1", "1.2"], cut: "1.2", outcome: gone, claims: [C1] }
evidence: { C1: { text: One line., grade: high }, C2: { text: Another. } }
"""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "small.yaml"
            path.write_text(text)
            entries = {(e["kind"], e["name"]): e for e in ledger(path)}
            facts = {name: {f["label"]: f["text"] for f in entries[kind, name]["facts"]}
                     for kind, name in entries if kind in ("arrow", "loop")}
            names = lambda kind, name, link: {other["name"] for other in entries[kind, name][link]}
            self.assertEqual(facts["1.2"], {"says": "wall -> leaving (-)", "via": "fear", "cause": "wall shifted by 1, from 2001-01-01",
                                            "effect": "leave.out", "horizon": "1 y"})
            self.assertEqual(facts["2.1"]["cause"], "mood = 3 for 0.5 of status = home, from 2001-01-01")
            self.assertEqual(facts["B1"], {"title": "Walls", "kind": "balancing", "links": "1.1, 1.2", "cut at": "1.2"})
            self.assertEqual(names("arrow", "1.2", "reads"), {"wall", "leave.out", "gone"})
            self.assertEqual(names("arrow", "1.1", "cites"), {"C1"})
            self.assertEqual(names("evidence", "C1", "cited_by"), {"1.1", "B1"})
            self.assertEqual(names("loop", "B1", "parts"), {"1.1", "1.2"})
            self.assertIn("2.1", names("attribute", "mood", "read_by"))
            self.assertTrue(tumen("explain", path, "Walls").stdout.startswith("B1: loop"))
            self.assertIn("nothing rests on it", tumen("explain", path, "C2").stdout)
            self.assertNotIn("nothing rests on it", tumen("explain", path, "C1").stdout)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=1)
