#!/usr/bin/env python3
"""The patches of broken engines fit the sources and name rows and tests that exist, and tools/mutate tells what is caught.

Building the broken engines is left to tools/mutate itself; here its builds and runs are replaced by what a text says.
"""
import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATCHES = sorted((ROOT / "tests" / "mutations").glob("*.patch"))
PATCHES_MIN = 20


def load():
    """A fresh module of tools/mutate."""
    loader = importlib.machinery.SourceFileLoader("mutate", str(ROOT / "tools" / "mutate"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutate", loader))
    loader.exec_module(module)
    return module


class Patches(unittest.TestCase):
    def test_fit_and_name_what_exists(self):
        mutate = load()
        self.assertGreaterEqual(len(PATCHES), PATCHES_MIN)
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(ROOT / "src", pathlib.Path(folder) / "src")
            for path in PATCHES:
                with self.subTest(path.name):
                    patch = mutate.Patch(path)
                    ran = subprocess.run(["patch", "-p1", "--dry-run", "-d", folder, "-i", path], capture_output=True, text=True)
                    self.assertEqual(ran.returncode, 0, ran.stdout)
                    if patch.kind == "row":
                        text = (ROOT / "scenarios/classic" / patch.group / "scenario.yaml").read_text()
                        self.assertRegex(text.split("\nchecks:\n")[1], rf"(?m)^  {re.escape(patch.check)}:")
                    else:
                        module, name = patch.group.split("-", 1)
                        text = (ROOT / "tests" / module / f"test-{name}.c").read_text()
                        self.assertIn(f"cmocka_unit_test({patch.check})", text.replace("cmocka_unit_test_setup_teardown", "cmocka_unit_test"))

    def test_numbers_are_of_one_patch(self):
        numbers = [path.name.split("-")[0] for path in PATCHES]
        self.assertEqual(len(numbers), len(set(numbers)))

    def test_heads(self):
        mutate = load()
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "01-a.patch"
            for head, message in (("", "the head needs lines"), ("Broken: a.\n", "the head needs lines"),
                                  ("Broken: a.\nCaught by: luck\n", "not 'luck'")):
                path.write_text(head + "\n--- a/x\n+++ b/x\n")
                with self.assertRaisesRegex(mutate.Wrong, message):
                    mutate.Patch(path)


class Tool(unittest.TestCase):
    """A source of one line, 'speed = 1'; row law/speed is green while it says so."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "patches").mkdir()
        (self.root / "src").mkdir()
        (self.root / "src" / "engine").write_text("speed = 1\nname = a\n")
        self.mutate = load()
        self.mutate.ROOT, self.mutate.PATCHES, self.mutate.COPIED = self.root, self.root / "patches", ("src",)
        self.mutate.WORK = self.root / "work"
        self.mutate.SOURCE, self.mutate.BUILD = self.root / "work" / "source", self.root / "work" / "build"
        self.mutate.build = self.build
        self.mutate.verify_rows = self.rows

    def text(self):
        return (self.mutate.SOURCE / "src" / "engine").read_text()

    def build(self, jobs, targets):
        if "name = ?" in self.text():
            raise self.mutate.Wrong("DOES NOT BUILD")

    def rows(self, scenario, checks):
        return {f"law/{check}": ("speed = 1\n" in self.text() or check != "speed", "text") for check in ("speed", "other")}, None

    def patch(self, name, old, new, row="law/speed"):
        (self.root / "patches" / f"{name}.patch").write_text(
            f"Broken: it.\nCaught by: row {row}\n\n--- a/src/engine\n+++ b/src/engine\n@@ -1,2 +1,2 @@\n{old}\n{new}\n")

    def call(self, *words):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = self.mutate.main(list(words))
        return status, out.getvalue()

    def test_caught(self):
        self.patch("01-speed", "-speed = 1", "+speed = 2\n name = a")
        status, output = self.call()
        self.assertEqual(status, 0, output)
        self.assertIn("caught by row law/speed: text", output)
        self.assertIn("1 of 1 broken engines caught", output)
        self.assertEqual(self.text(), "speed = 1\nname = a\n")

    def test_not_caught(self):
        self.patch("01-speed", "-speed = 1", "+speed = 2\n name = a")
        self.patch("02-name", " speed = 1\n-name = a", "+name = b")
        self.patch("03-other", "-speed = 1", "+speed = 3\n name = a", "law/other")
        self.patch("04-absent", "-speed = 5", "+speed = 3\n name = a")
        self.patch("05-broken", " speed = 1\n-name = a", "+name = ?")
        status, output = self.call()
        self.assertEqual(status, 1)
        for name, told in (("01-speed", " caught by"), ("02-name", "NOT CAUGHT by row law/speed: text"),
                           ("03-other", "NOT CAUGHT by row law/other: text"), ("04-absent", "DOES NOT APPLY"), ("05-broken", "DOES NOT BUILD")):
            self.assertRegex(output, rf"(?m)^{name} .*{told}")
        self.assertIn("1 of 5 broken engines caught", output)
        self.assertEqual(self.text(), "speed = 1\nname = a\n")
        self.assertEqual(self.call("speed")[0], 0)

    def test_the_unbroken_engine_comes_first(self):
        self.patch("01-speed", "-speed = 1", "+speed = 2\n name = a", "law/unknown")
        with self.assertRaisesRegex(self.mutate.Wrong, "the unbroken engine: law/unknown is not there"):
            self.call()
        (self.root / "src" / "engine").write_text("speed = 9\nname = a\n")
        self.patch("01-speed", "-speed = 9", "+speed = 2\n name = a")
        with self.assertRaisesRegex(self.mutate.Wrong, "the unbroken engine: law/speed text"):
            self.call()


if __name__ == "__main__":
    unittest.main()
