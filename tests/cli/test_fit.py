#!/usr/bin/env python3
"""`tumen fit`: what was planted is found, the table of trials is gone on from, and years left out are those of least squares
done here by other means.

    test_fit.py TUMEN [unittest arguments]
"""
import csv
import math
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
YEARS = 12


def quadratic(points, wanted):
    """Least squares of log y on 1, t, t^2 by solving the normal equations, at the times wanted."""
    matrix = [[sum(t ** (i + j) for t, _ in points) for j in range(3)] + [sum(math.log(y) * t ** i for t, y in points)] for i in range(3)]
    for c in range(3):
        for r in range(3):
            if r != c:
                ratio = matrix[r][c] / matrix[c][c]
                matrix[r] = [a - ratio * b for a, b in zip(matrix[r], matrix[c])]
    return [sum(matrix[i][3] / matrix[i][i] * t ** i for i in range(3)) for t in wanted]


def left_out(points, pairs):
    """Root mean square log error on the two points left out, over pairs."""
    squares = []
    for pair in pairs:
        kept = [point for i, point in enumerate(points) if i not in pair]
        for i, fitted in zip(pair, quadratic(kept, [points[i][0] for i in pair])):
            squares.append((fitted - math.log(points[i][1])) ** 2)
    return math.sqrt(sum(squares) / len(squares))


class Fit(InFolder):
    def village(self, name, error="negbin(50)", years=4, size=3000, keys=True, extra=""):
        """The village, longer or larger; its observations are in `name`.csv."""
        text = VILLAGE.read_text().replace("end: 2003-12-31", f"end: {1999 + years}-12-31").replace("size: 3000", f"size: {size}")
        text = text.replace("csv: village.csv", f"csv: {name}.csv").replace("fit: 2002-12-31", f"fit: {1999 + years}-12-31")
        text = text.replace("error: negbin(50)", f"error: {error}").replace('"lognormal(0.2, 0.7)"', '"lognormal(0.4, 0.7)"')
        if not keys:
            text = text.replace("arrivals: { flow: status = abroad, by: [sex], every: year }", "arrivals: { flow: status = abroad, every: year }")
        path = self.folder / f"{name}.yaml"
        path.write_text(text.replace("leave.base * pull[aware]", "leave.base * pull[aware]" + extra))
        return path

    def plant(self, path, name, *options):
        """Makes observations by the model itself."""
        (self.folder / f"{name}.csv").write_text("from,to,sex,persons\n2000-01-01,2000-12-31,,1\n")
        self.expect(0, "run", path, "--json", "--out", "truth", "--seed", "9", *options)
        rows = ["from,to,sex,persons"]
        with (self.folder / "truth/outcomes.csv").open() as file:
            found = [row for row in csv.DictReader(file) if row["outcome"] == "arrivals"]
        by_sex = any(row["sex"] not in ("", "all") for row in found)
        for row in found:
            if not by_sex or row["sex"] != "all":
                rows.append(f"{row['period_from']},{row['period_to']},{row['sex'] if by_sex else ''},{row['simulated']}")
        (self.folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
        return [float(row.split(",")[3]) for row in rows[1:]]

    def found(self, name="found.yaml", parameter="leave.base"):
        return float(re.search(re.escape(parameter) + r": \{ value: (-?[\d.]+)", (self.folder / name).read_text()).group(1))

    def test_what_was_planted(self):
        path = self.village("planted")
        self.plant(path, "planted", "--set", "leave.base=0.8")
        text = self.expect(0, "fit", path, "--runs", "25", "--seeds", "4", "--out", "found.yaml").stdout
        self.assertGreater(self.found(), 0.8 * 0.75)
        self.assertLess(self.found(), 0.8 * 1.33)
        after, before = map(float, re.search(r"objective ([\d.]+), before ([\d.]+)", text).groups())
        self.assertLess(after, before)
        low, high, told = map(float, re.search(r"# ([\d.]+) to ([\d.]+) nine times in ten; data told (\d+) %", (self.folder / "found.yaml").read_text()).groups())
        self.assertLess(low, self.found())
        self.assertGreater(high, self.found())
        self.assertGreater(told, 75)

    def test_shares(self):
        """Shares tell who leaves, and nothing of how many: a rate is left to its prior, a ratio of the sexes is found."""
        path = self.village("shares", error="share(0.02)", size=12000, extra=" * if(sex = female, ratio, 1)")
        text = path.read_text()
        path.write_text(text.replace("  word.chance: 0.5", '  word.chance: 0.5\n  ratio: { value: 1, prior: "lognormal(1, 0.7)", fitted: yes, assumed: yes }'))
        self.plant(path, "shares", "--set", "ratio=1.4", "--set", "leave.base=1.2")
        self.expect(0, "fit", path, "--runs", "40", "--seeds", "2", "--out", "found.yaml")
        self.assertGreater(self.found(parameter="ratio"), 1.2)
        self.assertLess(self.found(parameter="ratio"), 1.65)
        told = dict(re.findall(r"  (\S+): \{.*data told (\d+) %", (self.folder / "found.yaml").read_text()))
        self.assertGreater(int(told["ratio"]), 75)
        self.assertLess(int(told["leave.base"]), int(told["ratio"]))

    def test_single_values(self):
        """Chances of single values are drawn (compare --draws), shown, and not fitted."""
        path = self.village("single")
        (self.folder / "single.csv").write_text("from,to,sex,persons\n2000-01-01,2000-12-31,,1\n")
        text = path.read_text().replace("  word.chance: 0.5", '  word.chance: 0.5\n  which: { value: 1, prior: "one_of(0.5, 0.5)", assumed: yes }\n'
                                        '  size: { value: 0, prior: "maybe(0.5, normal(0, 0.2))", fitted: yes, assumed: yes }')
        path.write_text(text.replace("leave.base * pull[aware]", "leave.base * pull[aware] * if(which = 1, exp(size), 1)"))
        said = self.expect(2, "fit", path).stderr
        self.assertIn("parameter 'size' is marked `fitted: yes`, but its prior maybe(0.5, normal(0, 0.2))", said)
        self.assertIn("a whole number", self.expect(2, "run", path, "--set", "which=0.5").stderr)
        self.assertIn("one_of(0.5, 0.5)", self.expect(0, "explain", path, "which").stdout)
        self.expect(0, "doc", path, "--out", "page.html")
        self.assertIn("maybe(0.5, normal(0, 0.2))", (self.folder / "page.html").read_text())

    def test_one_at_a_time(self):
        """A second fit into one table is refused while the first lives, and goes on from it when that was killed."""
        path = self.village("planted")
        self.plant(path, "planted", "--set", "leave.base=0.8")
        fit = ("fit", path, "--runs", "15", "--seeds", "2", "--out", "one.yaml")
        first = subprocess.Popen([TUMEN, *map(str, fit), "--quiet"], cwd=self.folder)
        self.addCleanup(lambda: (first.kill(), first.wait()))
        lock, began = self.folder / "one.csv.lock", time.monotonic()
        while not (lock.exists() and lock.read_text()):
            self.assertLess(time.monotonic() - began, 60)
            time.sleep(0.001)
        first.send_signal(signal.SIGSTOP)
        self.assertIn(f"'one.csv' is being written by process {first.pid}, which holds 'one.csv.lock'", self.expect(1, *fit).stderr)
        self.expect(0, *fit[:-1], "other.yaml")
        first.kill()
        first.wait()
        self.assertTrue(lock.exists())
        self.expect(0, *fit)
        self.assertEqual((self.folder / "one.csv").read_text(), (self.folder / "other.csv").read_text())
        self.assertEqual(list(self.folder.glob("*.lock")), [])

    def test_goes_on(self):
        """A fit from a table of fewer trials ends as one that never stopped; the table of another fit is refused."""
        path = self.village("planted")
        self.plant(path, "planted", "--set", "leave.base=0.8")
        fit = ("fit", path, "--runs", "25", "--seeds", "2", "--quiet")
        self.expect(0, *fit, "--out", "whole.yaml")
        table = (self.folder / "whole.csv").read_text()
        lines = table.splitlines(keepends=True)
        self.assertGreater(len(lines), 12)
        (self.folder / "cut.csv").write_text("".join(lines[:8]) + lines[8][:-4])  # the last line is not whole
        text = self.expect(0, *fit[:-1], "--out", "cut.yaml", "--threads", "3").stdout
        self.assertIn("3 of them from the table", text)
        self.assertEqual((self.folder / "cut.csv").read_text(), table)
        values = [(self.folder / name).read_text().split("parameters:")[1] for name in ("whole.yaml", "cut.yaml")]
        self.assertEqual(values[0], values[1])
        refused = self.expect(2, *fit[:-3], "--seeds", "3", "--quiet", "--out", "cut.yaml")
        self.assertIn("'cut.csv' is there and not of this fit", refused.stderr)
        self.assertEqual((self.folder / "cut.csv").read_text(), table)

    def test_interrupted(self):
        path = self.village("planted", size=30000, years=30)
        self.plant(path, "planted")
        running = subprocess.Popen([str(TUMEN), "fit", str(path), "--runs", "500", "--seeds", "2", "--out", "found.yaml"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(600):
            time.sleep(0.1)
            if (self.folder / "found.csv").exists() or running.poll() is not None:
                break
        running.send_signal(signal.SIGINT)
        out, complaint = running.communicate(timeout=60)
        if running.returncode == 0:
            self.skipTest("the fit ended before it could be interrupted")
        self.assertEqual(running.returncode, 130, complaint)
        self.assertIn("interrupted: the best so far", out)
        self.assertGreaterEqual(len((self.folder / "found.csv").read_text().splitlines()), 3)

    def test_left_out(self):
        path = self.village("long", years=YEARS, keys=False, size=6000)
        seen = self.plant(path, "long", "--set", "leave.base=0.3")
        text = self.expect(0, "fit", path, "--runs", "12", "--seeds", "1", "--leave-two-out", "--out", "found.yaml").stdout
        self.assertIn("Beside curves that know no mechanism", text)
        points = [(i - YEARS / 2, value) for i, value in enumerate(seen)]
        pairs = [(a, b) for a in range(YEARS) for b in range(a + 1, YEARS)]
        expected = {
            "all years fitted": math.sqrt(sum((f - math.log(y)) ** 2 for f, (_, y) in zip(quadratic(points, [t for t, _ in points]), points)) / YEARS),
            "two years left out, all pairs (model: by slopes)": left_out(points, pairs),
            "two neighbouring years left out (model: run)": left_out(points, [(a, a + 1) for a in range(YEARS - 1)]),
        }
        found = (self.folder / "found.yaml").read_text()  # a table would wrap the names
        for name, value in expected.items():
            model, curve = map(float, re.search(r"# seen 2000-2011, " + re.escape(name) + r": model ([\d.]+), quadratic ([\d.]+)", found).groups())
            self.assertAlmostEqual(curve, value, delta=0.0011)
            self.assertLess(model, 0.4)  # the model that made the data: chance alone
        errors = [float(re.search(re.escape(name) + r": model ([\d.]+)", found).group(1)) for name in expected]
        self.assertGreater(errors[1], errors[0] * 0.999)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
