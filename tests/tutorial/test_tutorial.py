#!/usr/bin/env python3
"""docs/tutorial.md as its reader meets it: builds the files step by step, runs every command, compares what is shown.

    test_tutorial.py TUMEN [--show | unittest arguments]

--show prints every command with what it really printed, for who writes the tutorial. Kinds of code blocks, by the words
behind the fence:

- `csv PATH`: the file PATH;
- `yaml PATH`: lines for PATH: a section that is new goes to the end of the file; in one that stands already, an entry of
  a known name takes its place and a new one goes to the section's end;
- `yaml mistake PATH`: the same, wrong on purpose: undone after the next `console`, whose last command must fail;
- `yaml whole PATH`: PATH as it must be by then;
- `console`: commands after `$ `, each with its output; `...` stands for any lines, or any text in a line;
- `sh`: to install, not run here.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.md"
SHIPPED = ROOT / "scenarios" / "examples" / "rumour-with-fear"
LINES_MAX = 41
TUMEN = pathlib.Path(sys.argv[1]).resolve()


def blocks(text):
    """[(words behind the fence, body, line)] of a Markdown text."""
    return [(found.group(1).split(), found.group(2), text.count("\n", 0, found.start()) + 1)
            for found in re.finditer(r"^```([^\n]*)\n(.*?)^```$", text, re.M | re.S)]


def sections(text):
    """[[name, its line, [[entry, its lines]]]] of block YAML whose sections and entries begin in columns 0 and 2."""
    found = []
    for line in text.splitlines():
        if not line.startswith(" "):
            found.append([line.split(":")[0], line, []])
        elif re.match(r"  \S", line):
            found[-1][2].append([line.strip().split(":")[0], [line]])
        else:
            found[-1][2][-1][1].append(line)
    return found


def merged(base, more):
    """Lines for a file joined to it as the tutorial tells its readers to do."""
    result = sections(base)
    for name, line, entries in sections(more):
        old = next((one for one in result if one[0] == name), None)
        if old is None:
            result.append([name, line, entries])
        elif not entries or not old[2]:
            old[1:] = [line, entries]
        else:
            for entry, lines in entries:
                known = next((one for one in old[2] if one[0] == entry), None)
                if known:
                    known[1] = lines
                else:
                    old[2].append([entry, lines])
    return "".join("\n".join([line, *(row for _, rows in entries for row in rows)]) + "\n" for _, line, entries in result)


def pattern_of(shown):
    """What output agrees with the lines that are shown."""
    parts = [r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n"
             for line in shown.rstrip("\n").split("\n")]
    return "".join(parts)


class Reader:
    """Who follows the tutorial in an empty folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.before_mistake = None  # (path, text) to go back to

    def write(self, words, body):
        path = self.folder / words[-1]
        path.parent.mkdir(exist_ok=True)
        old = path.read_text() if path.exists() else ""
        if "mistake" in words:
            self.before_mistake = (path, old)
        path.write_text(body if words[0] == "csv" else merged(old, body))

    def call(self, command):
        environment = {**os.environ, "PATH": f"{TUMEN.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        ran = subprocess.run(["sh", "-c", command], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, env=environment)
        return ran.returncode, ran.stdout

    def mend(self):
        if self.before_mistake:
            path, text = self.before_mistake
            path.write_text(text)
            self.before_mistake = None


def commands(body):
    """[(command, shown output)] of a console block."""
    parts = re.split(r"^\$ (.*)\n", body, flags=re.M)
    assert parts[0] == "", f"a console block begins with a command: {body}"
    return list(zip(parts[1::2], parts[2::2]))


class Tutorial(unittest.TestCase):
    maxDiff = None

    def console(self, reader, body, line, wrong):
        for number, (command, shown) in enumerate(commands(body)):
            status, output = reader.call(command)
            if not re.fullmatch(pattern_of(shown), output.rstrip("\n") + "\n"):
                self.fail(f"docs/tutorial.md:{line}: `{command}` shows\n\n{shown}\nand printed\n\n{output}")
            last = number + 1 == len(commands(body))
            self.assertEqual(status != 0, "error:" in shown or "tumen: " in shown, f"{command} ended with {status}")
            self.assertTrue(status != 0 or not (wrong and last), f"line {line}: the mistake is none")

    def test_steps(self):
        with tempfile.TemporaryDirectory() as folder:
            reader, kinds = Reader(folder), set()
            for words, body, line in blocks(TUTORIAL.read_text()):
                kinds.add(" ".join(words[:-1]) or words[0])
                with self.subTest(line=line):
                    if words[0] == "console":
                        wrong = reader.before_mistake is not None
                        try:
                            self.console(reader, body, line, wrong)
                        finally:
                            reader.mend()
                    elif words[:2] == ["yaml", "whole"]:
                        self.assertEqual((reader.folder / words[-1]).read_text(), body.replace("\n\n", "\n"))
                    elif words[0] in ("csv", "yaml") and len(words) > 1:
                        reader.write(words, body)
                    else:
                        self.assertEqual(words, ["sh"], f"line {line}: a code block of another kind")
            self.assertEqual(kinds, {"sh", "console", "csv", "yaml", "yaml mistake", "yaml whole"})
            self.shipped(reader.folder / "rumour")

    def shipped(self, folder):
        """The scenario that ships is the tutorial's last one, blank lines aside, and is short."""
        for name in ("scenario.yaml", "villages.csv"):
            text = (SHIPPED / name).read_text()
            self.assertEqual("\n".join(filter(None, text.splitlines())) + "\n", (folder / name).read_text())
        self.assertLessEqual(len((folder / "scenario.yaml").read_text().splitlines()), LINES_MAX)

    def test_merging(self):
        base = "name: a\nrules:\n  one: 1\n  two:\n    deep: 2\nlast: {}\n"
        self.assertEqual(merged(base, "rules:\n  two: 3\n  new: 4\nlast: { x: 1 }\nmore:\n  five: 5\n"),
                         "name: a\nrules:\n  one: 1\n  two: 3\n  new: 4\nlast: { x: 1 }\nmore:\n  five: 5\n")
        self.assertEqual(merged(base, "last:\n  x: 1\n"), base.replace("last: {}", "last:\n  x: 1"))

    def test_comparing(self):
        agree = lambda shown, output: re.fullmatch(pattern_of(shown), output) is not None
        self.assertTrue(agree("a\n...\nd\n", "a\nb\nc\nd\n"))
        self.assertTrue(agree("a\n...\nd\n", "a\nd\n"))
        self.assertTrue(agree("a ... c\n", "a b c\n"))
        self.assertFalse(agree("a\nd\n", "a\nb\nd\n"))
        self.assertFalse(agree("a.c\n", "abc\n"))
        self.assertFalse(agree("a\n", "a\nb\n"))


def show():
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(folder)
        for words, body, line in blocks(TUTORIAL.read_text()):
            if words[0] == "console":
                for command, _ in commands(body):
                    status, output = reader.call(command)
                    print(f"---- line {line}, status {status}\n$ {command}\n{output}", end="")
                reader.mend()
            elif words[0] in ("csv", "yaml") and "whole" not in words:
                reader.write(words, body)
        print("---- " + " ".join(str(path) for path in sorted(reader.folder.rglob("*.yaml"))))
        print((reader.folder / "rumour/scenario.yaml").read_text(), end="")


if __name__ == "__main__":
    if "--show" in sys.argv:
        show()
    else:
        unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
