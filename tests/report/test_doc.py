#!/usr/bin/env python3
"""`tumen doc` as its users meet it: exit statuses, files, and pages that stay sound whatever a scenario is called.

    test_doc.py TUMEN [unittest arguments]
"""
import html.parser
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TUMEN = pathlib.Path(sys.argv[1]).resolve()
VOID = {"meta"}
HTML = {"html", "head", "meta", "title", "style", "body", "div", "header", "nav", "main", "section", "article", "h1", "h2", "h3", "h4", "p", "ul",
        "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a", "b", "i", "code", "span", "sup", "figure", "figcaption", "details",
        "summary"}
MATH = {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msup", "msub", "msqrt", "mtable", "mtr", "mtd"}
DRAWN = {"svg", "g", "path", "polygon", "ellipse", "text", "polyline"}


class Page(html.parser.HTMLParser):
    """Reads a page strictly: every element closed in its turn, only elements that the page is made of, no scripts."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.ids, self.targets, self.text, self.comments = [], [], [], [], [], []
        self.feed(text)
        self.close()
        self.faults += [f"<{name}> is never closed" for name in self.open]
        self.faults += [f"id {name} twice" for name in {name for name in self.ids if self.ids.count(name) > 1}]
        self.faults += [f"no place {name}" for name in set(self.targets) - set(self.ids)]

    def handle_starttag(self, tag, attributes):
        if tag not in HTML | MATH | DRAWN:
            self.faults.append(f"unexpected <{tag}>")
        for name, value in attributes:
            if name.startswith("on") or name in ("src", "srcset", "action") or (name == "style"):
                self.faults.append(f"<{tag} {name}>")
            if name == "id":
                self.ids.append(value)
            if name == "href":
                self.faults += [] if value.startswith("#") else [f"leaves the page: {value}"]
                self.targets.append(value[1:])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        self.comments.append(data)


def sentence(draw):
    """Odd text: markup, quotes, ends of comments, other scripts; the language itself refuses control characters."""
    parts = ["<script>alert(1)</script>", "-->", "<!--", "--!>", "]]>", "&amp;", "&", "&#60;", "\"", "'", "\\", "\\N", "\\l", "%s%n", "{}", "}",
             "<b", "</p>", "</math>", "</style>", "\u202e", "\n", "\t", "日本", "é", "😀", "a=b", " ", "x", "{{", "$(ls)", "`ls`",
             ";", "|", "digraph", "->"]
    return "".join(draw.choice(parts) for _ in range(draw.randint(1, 8)))


def name(draw, taken):
    """A name of the language that nothing else has."""
    while True:
        made = "".join(draw.choice("abcXYZ") + draw.choice(["", "_", ".", "9"]) for _ in range(draw.randint(3, 5)))
        if made.lower() not in taken:
            taken.add(made.lower())
            return made


def levels(draw, count):
    found = []
    while len(found) < count:
        level = sentence(draw)
        if level.strip() and level not in found:
            found.append(level)
    return found


def scenario(draw):
    """(YAML, texts that must be readable on the page, names that must have a place): JSON is YAML that needs no care."""
    taken = {"alive", "unborn", "rest", "mother", "else"}
    names = {kind: name(draw, taken) for kind in ("state", "mind", "p", "d", "f", "layer", "move", "event", "out", "check", "counter")}
    state, mind = levels(draw, 3), levels(draw, 3)
    texts = {word: sentence(draw) for word in ("title", "purpose", "note", "attribute", "driver", "feedback", "event", "source", "system", "layer",
                                               "document", "evidence", "outcome", "pattern", "sensing", "branch", "check", "draw", "population")}
    branch = re.sub(r"[/ ]", "", sentence(draw)).strip() or "b"
    tree = {
        "language": "1", "name": "odd", "title": texts["title"], "purpose": texts["purpose"],
        "concepts": {"patterns": texts["pattern"], "sensing": texts["sensing"]},
        "time": {"start": "2001-01-01", "end": "2001-12-31"},
        "attributes": {names["state"]: {"levels": state, "note": texts["attribute"]}, names["mind"]: {"levels": mind, "ordered": "yes"}},
        "parameters": {names["p"]: {"value": "0.5", "note": texts["note"], "evidence": ["E"]}},
        "drivers": {names["d"]: {"start": "1", "steps": {"2001-06-01": "2"}, "note": texts["driver"]}},
        "feedback": {names["f"]: {"range": ["0", "10"], "start": "0", "next": f"{names['f']} / 2 + count({names['move']})", "note": texts["feedback"]}},
        "population": {"size": "100", "draw": {names["mind"]: {mind[0]: "0.3", mind[1]: names["p"], mind[2]: "rest", "note": texts["draw"], "evidence": ["E"]}},
                       "note": texts["population"], "evidence": ["E"]},
        "layers": {names["layer"]: {"degree": "4", "note": texts["layer"], "evidence": ["E"], "assumed": "yes"}},
        "counters": {names["counter"]: {"layer": names["layer"], "of": f"{names['p']} < 1", "max": "2"}},
        "transitions": {names["move"]: {
            "rate": f"{names['p']} * {names['d']} * exp(-{names['f']}) * (1 + {names['counter']}) / y",
            "branch": [{"name": branch, "chance": "0.5", "note": texts["branch"],
                        "then": {"set": {names["state"]: state[1]}, "tell": {names["layer"]: {"name": sentence(draw), "step": {names["mind"]: "1"}}}}},
                       {"name": "other", "chance": "rest", "then": {"set": {names["state"]: state[2]}}}], "note": texts["note"], "evidence": ["E"]}},
        "events": {names["event"]: {"rate": "1 / y", "then": {"add": {names["f"]: "1"}}, "note": texts["event"]}},
        "outcomes": {names["out"]: {"firings": names["move"], "title": texts["outcome"]}},
        "checks": {names["check"]: {"text": texts["check"], "kind": "published", "source": texts["source"], "runs": "3", "outcome": names["out"],
                                    "set": {names["p"]: "0.2"}, "expected": "1"}},
        "figures": [{"text": texts["source"], "outcome": names["out"], "stated": texts["note"], "claim": "E"}],
        "systems": [{"number": "1", "name": texts["system"], "state": "in", "claims": ["E", texts["document"]], "documents": [texts["document"]]}],
        "evidence": {"E": {"text": texts["evidence"], "source": texts["source"]}},
    }
    return json.dumps(tree, ensure_ascii=False), list(texts.values()) + state + mind + [branch], list(names.values())


def readable(text):
    """A scenario's text as a reader finds it: spaces and lines joined."""
    return " ".join(text.split())


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def doc(self, status, *words, **environment):
        ran = subprocess.run([str(TUMEN), "doc", *map(str, words)], cwd=self.folder, capture_output=True, text=True,
                             env={**os.environ, **environment})
        self.assertEqual(ran.returncode, status, f"{words}\n{ran.stdout}\n{ran.stderr}")
        return ran

    def expect_sound(self, text, about):
        page = Page(text)
        self.assertEqual(page.faults, [], about)
        return page


class Command(Case):
    def test_writes_where_it_is_told(self):
        self.assertEqual(self.doc(0, "toy/rumour").stdout, "rumour.html\n")
        self.assertEqual(self.doc(0, "toy/rumour", "--out", "other.html").stdout, "other.html\n")
        self.assertEqual((self.folder / "rumour.html").read_bytes(), (self.folder / "other.html").read_bytes())
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["other.html", "rumour.html"])

    def test_replaces_its_page(self):
        (self.folder / "rumour.html").write_text("old")
        self.doc(0, "toy/rumour")
        self.assertIn("A rumour with fear", (self.folder / "rumour.html").read_text())

    def test_failures(self):
        self.assertIn("which? Usage: tumen doc NAME|PATH", self.doc(2).stderr)
        self.assertIn("did you mean 'toy/rumour'", self.doc(2, "rumuor").stderr)
        self.assertIn("cannot", self.doc(1, "toy/rumour", "--out", "absent/page.html").stderr)
        self.assertIn("mistake", self.doc(3, ROOT / "tests/cli/scenarios/broken.yaml").stderr)
        ran = self.doc(1, "toy/rumour", PATH="/nowhere")
        self.assertIn("install the package 'graphviz'", ran.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])


class Pages(Case):
    def test_shipped_pages_are_sound(self):
        for name in ("dprk", "toy/births", "toy/rumour", "toy/sir", ROOT / "tests/report/scenarios/charts.yaml"):
            self.doc(0, name, "--out", "page.html")
            self.expect_sound((self.folder / "page.html").read_text(), name)

    def test_the_graph_of_a_chart_stands_before_it(self):
        self.doc(0, "toy/rumour")
        page = Page((self.folder / "rumour.html").read_text())
        self.assertEqual(len(page.comments), 3)
        self.assertTrue(all(comment.startswith("\ndigraph {") for comment in page.comments))

    def test_odd_texts_stay_texts(self):
        for seed in range(int(os.environ.get("TUMEN_TEST_SEED", "1")), int(os.environ.get("TUMEN_TEST_SEED", "1")) + 25):
            text, texts, names = scenario(random.Random(seed))
            (self.folder / "odd.yaml").write_text(text)
            self.doc(0, self.folder / "odd.yaml")
            page = self.expect_sound((self.folder / "odd.html").read_text(), f"seed {seed}")
            shown = readable("".join(page.text))
            for each in texts:
                for line in each.split("\n"):
                    self.assertIn(readable(line), shown, f"seed {seed}")
            self.assertEqual([each for each in names if f"d-{each}" not in page.ids], [], f"seed {seed}")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
