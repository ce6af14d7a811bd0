#!/usr/bin/env python3
"""Every YAML example of docs/language.md is checked by `tumen check`, completed by tests/cli/language/scenario.yaml.

    test_language.py TUMEN [unittest arguments]

An example takes the place of what the completing scenario declares under the same names; nothing else is changed.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
LANGUAGE = HERE.parents[1] / "docs" / "language.md"
TUMEN = pathlib.Path(sys.argv[1]).resolve()


def sections(text):
    """{top-level key: (its line, {second-level key: its lines})} of block YAML, in order; lists keep everything under ''."""
    found, section, name = {}, None, ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] != " ":
            section, name = line.split(":")[0], ""
            found[section] = (line, {})
            continue
        if re.match(r"  [^\s#-]", line):
            name = line.strip().split(":")[0]
        found[section][1].setdefault(name, []).append(line)
    return found


def merged(base, more):
    """`base` with the things of `more` in place of those with the same names."""
    result = dict(base)
    for key, (line, items) in more.items():
        old = result.get(key, (line, {}))
        named = items and "" not in items and old[1]
        result[key] = (line, {**old[1], **items} if named else items)
    return result


def written(tree):
    return "\n".join("\n".join([line] + [row for rows in items.values() for row in rows]) for line, items in tree.values()) + "\n"


def examples():
    return re.findall(r"^```yaml\n(.*?)^```", LANGUAGE.read_text(), re.M | re.S)


class Language(unittest.TestCase):
    def check(self, text, command="check"):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name) / "scenario"
            shutil.copytree(HERE / "language", folder)
            (folder / "scenario.yaml").write_text(text)
            ran = subprocess.run([str(TUMEN), command, str(folder)], capture_output=True, text=True, cwd=name)
            return ran.returncode, ran.stdout + ran.stderr

    def test_completing_scenario(self):
        status, output = self.check((HERE / "language/scenario.yaml").read_text())
        self.assertEqual(status, 0, output)

    def test_examples(self):
        base = sections((HERE / "language/scenario.yaml").read_text())
        found = examples()
        self.assertGreaterEqual(len(found), 12)
        for example in found:
            tree = sections(example)
            first = next(iter(tree))
            more = HERE / "language" / f"{first}.yaml"
            whole = merged(base, sections(more.read_text())) if more.exists() else base
            with self.subTest(first):
                text = written(merged(whole, tree))
                status, output = self.check(text)
                self.assertEqual(status, 0, f"{output}\n{text}")
                if first == "checks":  # what the example claims is true
                    status, output = self.check(text, "verify")
                    self.assertEqual(status, 0, output)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
