#!/usr/bin/env python3
"""The program as its users meet it: exit statuses, messages, files, interruptions.

    test_cli.py TUMEN EXAMPLE [unittest arguments]
"""
import csv
import fcntl
import json
import os
import pathlib
import pty
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
VILLAGE = HERE / "scenarios" / "village.yaml"
BROKEN = HERE / "scenarios" / "broken.yaml"
TUMEN, EXAMPLE = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
ESCAPE = "\033"


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def tumen(self, *words, **environment):
        return subprocess.run([str(TUMEN), *map(str, words)], cwd=self.folder, capture_output=True, text=True,
                              env={**os.environ, **environment})

    def expect(self, status, *words, **environment):
        ran = self.tumen(*words, **environment)
        self.assertEqual(ran.returncode, status, f"{words}\n{ran.stdout}\n{ran.stderr}")
        return ran

    def refuse(self, status, message, *words, **environment):
        """Ends with `status`, says `message` on stderr and nothing on stdout."""
        ran = self.expect(status, *words, **environment)
        self.assertIn(message, ran.stderr)
        self.assertEqual(ran.stdout, "")
        return ran

    def long_scenario(self):
        """A scenario that takes long enough to be interrupted, however fast the engine: everybody acts twenty times a year."""
        text = VILLAGE.read_text().replace("size: 3000", "size: 300000").replace("end: 2003-12-31", "end: 2090-12-31")
        text = text.replace("transitions:\n", "transitions:\n  breathe: { who: status = home, rate: 20 / y, then: { set: { status: home } } }\n")
        (self.folder / "village.csv").write_text((HERE / "scenarios/village.csv").read_text())
        path = self.folder / "long.yaml"
        path.write_text(text)
        return path

    def start(self, *words):
        """Starts a run and waits until its first window is near."""
        running = subprocess.Popen([str(TUMEN), *map(str, words)], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(running.stdout.close)
        self.addCleanup(running.stderr.close)
        self.assertIn("A village", running.stdout.readline())
        time.sleep(0.3)
        return running


class Words(Case):
    def test_no_words_is_help(self):
        for words in ((), ("--help",), ("-h",), ("help",)):
            ran = self.expect(0, *words)
            self.assertIn("Usage: tumen COMMAND", ran.stdout)
            self.assertEqual(ran.stderr, "")

    def test_each_command_has_help(self):
        commands = re.findall(r"^  (\w+) ", self.expect(0, "help").stdout, re.M)
        self.assertEqual(sorted(commands), ["arrows", "attribute", "bench", "check", "claims", "compare", "doc", "explain", "fit", "fork", "help", "loops", "report", "run", "survey", "system", "trace", "verify", "version"])
        for command in commands:
            text = self.expect(0, command, "--help").stdout
            self.assertEqual(text, self.expect(0, "help", command).stdout)
            self.assertIn(f"Usage: tumen {command}", text)
            self.assertLessEqual(max(map(len, text.splitlines())), 110)

    def test_version(self):
        self.assertRegex(self.expect(0, "version").stdout, r"^tumen \d+\.\d+\.\d+ \(")
        self.assertEqual(self.expect(0, "--version").stdout, self.expect(0, "version").stdout)

    def test_unknown_command(self):
        self.refuse(2, "there is no command 'rum'; did you mean 'run'?", "rum")
        self.refuse(2, "there is no command 'zzzzzz'", "zzzzzz")

    def test_unknown_option(self):
        self.refuse(2, "unknown option '--sede'; did you mean '--seed'?", "run", VILLAGE, "--sede", "3")
        self.refuse(2, "unknown option '--scael'; did you mean '--scale'?", "run", "--scael=0.1", VILLAGE)
        self.refuse(2, "unknown option '-x'", "run", VILLAGE, "-x")
        self.refuse(2, "unknown option '--person'", "run", VILLAGE, "--person", "1")

    def test_values_of_options(self):
        self.refuse(2, "the option '--seed' needs a value", "run", VILLAGE, "--seed")
        self.refuse(2, "the option '--json' takes no value", "run", VILLAGE, "--json=yes")
        for text in ("0", "-1", "1.5", "nan", "all", ""):
            self.refuse(2, "--scale takes a number above 0 and up to 1", "run", VILLAGE, "--scale", text)
        for text in ("-1", "1.5", "x"):
            self.refuse(2, "--seed takes a whole number", "run", VILLAGE, "--seed", text)
        self.refuse(2, "--threads takes a whole number from 1 to 256, not '0'", "run", VILLAGE, "--threads", "0")
        self.refuse(2, "--until takes a date", "run", VILLAGE, "--until", "tomorrow")
        self.refuse(2, "before the scenario's start", "run", VILLAGE, "--until", "1999-12-31")
        self.refuse(2, "--until 3000 is after the scenario's end, 20", "run", VILLAGE, "--until", "3000")
        self.refuse(2, "before the scenario's start; without a date it holds from there\n  border.on=0@1950\n"
                    "              ^~~~", "run", VILLAGE, "--set", "border.on=0@1950")
        self.refuse(2, "there is no engine 'fast'", "run", VILLAGE, "--engine", "fast")

    def test_words_missing_or_too_many(self):
        self.refuse(2, "which? Usage: tumen run NAME|PATH", "run")
        self.refuse(2, "'b' is one word too many", "run", "a", "b")


class Scenarios(Case):
    def test_unknown_name(self):
        self.refuse(2, "there is no scenario 'dprl'; did you mean 'dprk'?", "run", "dprl")
        self.refuse(2, "there is no scenario 'rumor'; did you mean 'toy/rumour'?", "run", "rumor")
        self.refuse(2, "there is no scenario 'vilage'; did you mean 'village'?", "run", "vilage", TUMEN_SCENARIOS=str(HERE / "scenarios"))
        self.refuse(2, "there is no file or folder './nothing'", "run", "./nothing")
        self.refuse(2, "there is no file or folder './dprk'", "check", "./dprk")  # a folder here, not the one that comes with tumen
        self.refuse(2, "there is no file or folder 'nothing.yaml'", "check", "nothing.yaml")

    def test_the_folder_at_hand(self):
        self.assertIn("the folder '.' has no scenario.yaml", self.expect(3, "check", ".").stdout)
        (self.folder / "scenario.yaml").write_text((HERE.parent.parent / "scenarios/toy/sir/scenario.yaml").read_text())
        for folder in (".", "./", f"../{self.folder.name}"):
            self.assertIn(": no mistakes", self.expect(0, "check", folder).stdout)

    def test_folder_of_the_environment(self):
        ran = self.expect(0, "run", "village", "--quiet", "--out", "out", TUMEN_SCENARIOS=str(HERE / "scenarios"), TUMEN_ISA="")
        self.assertEqual((ran.stdout, ran.stderr), ("", ""))
        self.refuse(2, "TUMEN_SCENARIOS is 'nowhere', which is no folder", "run", "toy/sir", TUMEN_SCENARIOS="nowhere")

    def test_mistakes(self):
        ran = self.refuse(3, "unknown", "run", BROKEN)
        self.assertRegex(ran.stderr, r"broken\.yaml:7:1: error: .*parametres")
        self.assertRegex(ran.stderr, r"broken\.yaml:11:\d+: error: .*hme")
        self.assertIn("did you mean 'parameters'?", ran.stderr)
        self.assertFalse((self.folder / "results").exists())
        ran = self.expect(3, "check", BROKEN)
        self.assertRegex(ran.stdout, r"\d+ mistakes")
        found = json.loads(self.expect(3, "check", BROKEN, "--json").stdout)
        self.assertFalse(found["good"])
        self.assertEqual([item["line"] for item in found["diagnostics"]], sorted(item["line"] for item in found["diagnostics"]))

    def test_check(self):
        text = self.expect(0, "check", VILLAGE).stdout
        for words in ("no mistakes", "leave", "aware (`pull[aware]`)", "slots", "bytes a row", "friends", "Expected of a run at scale 1"):
            self.assertIn(words, text)
        found = json.loads(self.expect(0, "check", VILLAGE, "--json").stdout)
        self.assertTrue(found["good"])
        self.assertEqual(len(found["living_ties"]["friends"]), 4)
        self.assertGreater(found["living_ties"]["friends"][0], 4)
        self.assertGreater(found["expected"]["memory_bytes"], 3000)

    def test_set(self):
        self.refuse(2, "'border.off'", "run", VILLAGE, "--set", "border.off=0")
        self.assertIn("border.on", self.tumen("run", VILLAGE, "--set", "border.off=0").stderr)
        self.refuse(2, "2", "run", VILLAGE, "--set", "border.on=2")
        self.refuse(2, "border.on", "run", VILLAGE, "--set", "border.on")
        self.refuse(2, "\n  border.on=0@someday\n              ^~~~~~~", "run", VILLAGE, "--set", "border.on=0@someday")
        self.assertIn("(off)", self.expect(0, "system", VILLAGE, "--set", "border.on=0").stdout)

    def test_assign(self):
        """A mistake of the command line, like those of --set, also where it is told with a caret."""
        for mistake, told in (("abroad", "attribute=level"), ("staus=abroad", "'staus'"), ("status=abrod", "'abrod'"),
                              ("status=abroad where sx = female", "'sx'"), ("status=abroad share 2", "share"),
                              ("status=abroad@2090", "no window of the run")):
            for words in (("run", VILLAGE), ("compare", VILLAGE, "--seeds", "2")):
                self.refuse(2, told, *words, "--assign", mistake)


class Runs(Case):
    def run_json(self, *words):
        ran = self.expect(0, "run", VILLAGE, "--json", "--out", "out", *words)
        self.assertEqual(ran.stderr, "")
        return json.loads(ran.stdout)

    def test_run(self):
        ran = self.expect(0, "run", VILLAGE)
        self.assertEqual(ran.stderr, "")
        self.assertNotIn(ESCAPE, ran.stdout)
        for words in ("A village at a river", "documents' own figures", "Arrivals by year", "not fitted", "quadratic", "logistic",
                      "Composition", "digest", "person-weeks/s", "peak memory", "results/village-1/report.html"):
            self.assertIn(words, ran.stdout)
        self.assertLessEqual(max(map(len, ran.stdout.splitlines())), 100)
        self.assertEqual([path.name for path in (self.folder / "results").iterdir()], ["village-1"])
        names = {path.name for path in (self.folder / "results/village-1").iterdir()}
        self.assertLessEqual({"run.json", "outcomes.csv", "observations.csv", "figures.csv", "scenario.used.yaml", "report.json", "report.html"}, names)

    def test_outcomes_are_a_table(self):
        """Without observations: every outcome by year and cell, as in outcomes.csv."""
        table = self.expect(0, "run", "toy/rumour", "--out", "out").stdout.split("Outcomes\n")[1].split("\n\n")[0].splitlines()
        self.assertEqual(table[0].split(), ["outcome", "2001", "2002", "2003", "2004", "value"])
        values = {}
        with (self.folder / "out/outcomes.csv").open() as file:
            for row in csv.DictReader(file):
                values.setdefault((row["outcome"], row["fear"]), []).append(row["simulated"])
        named = {line.split()[0]: line.replace(",", "").replace(" !", "").split() for line in table[1:]}
        degrees = {line.split()[1]: line.replace(",", "").replace(" !", "").split()[2:] for line in table[1:] if line.startswith("    fear ")}
        self.assertEqual(named["departures"][1:5], values["departures", ""])
        self.assertEqual(named["departures"][5:], ["in", "all", str(sum(map(int, values["departures", ""])))])
        self.assertEqual(named["convinced"][1:5], values["convinced", "all"])
        self.assertEqual(sorted(degrees), ["0", "1", "2", "3"])  # a number alone would say nothing
        self.assertEqual(degrees["1"][:7], values["convinced", "1"] + ["at", "the", "end"])
        self.assertRegex("\n".join(table), r"\n    fear 3 .* !\n")

    def test_a_year_alone(self):
        """It means its first day, and its last where something ends."""
        for name, year in (("days", "2003-12-31"), ("years", "2003")):
            (self.folder / "village.csv").write_text((HERE / "scenarios/village.csv").read_text())
            text = VILLAGE.read_text().replace("end: 2003-12-31", f"end: {year}").replace("to: 2001-12-31, per", f"to: {year}, per")
            text += f"drivers:\n  sweep: {{ pulses: [ {{ from: 2003-01-01, to: {year}, size: 1 }} ] }}\n"
            (self.folder / f"{name}.yaml").write_text(text.replace("rate: 0.01 / y", "rate: 0.01 / y * (1 + sweep)"))
        found = [json.loads(self.expect(0, "run", f"{name}.yaml", "--json", "--out", name).stdout) for name in ("days", "years")]
        self.assertEqual(found[0]["windows"], 4 * 52)
        for key in ("windows", "digest", "end"):
            self.assertEqual(found[0][key], found[1][key])
        self.assertEqual(*((self.folder / name / "figures.csv").read_text() for name in ("days", "years")))

    def test_feedback_in_its_unit(self):
        """A feedback variable by place: in the unit that it declares, under its name, in the table and in the file."""
        (self.folder / "worked.yaml").write_text(
            "language: 1\nname: worked\ntime: { start: 2001, windows: 4 }\nattributes: { town: [ash, birch] }\n"
            "population: { size: 1000, place: town, draw: { town: { ash: 1, birch: 0 } } }\n"
            "feedback: { days: { by: town, unit: d, range: [0, 1e6], start: 0 } }\n"
            "transitions: { work: { chance: 1, then: { add: { days: 7 d } } } }\n"
            "outcomes: { days_worked: { feedback: days } }\n")
        lines = self.expect(0, "run", "worked.yaml", "--out", "worked").stdout.split("Outcomes\n")[1].splitlines()
        self.assertEqual([line.split() for line in lines[1:4]],
                         [["days_worked,", "d"], ["ash", "-", "at", "the", "end", "28,000"], ["birch", "-", "at", "the", "end", "0"]])
        with (self.folder / "worked/outcomes.csv").open() as file:
            ash, birch = (float(row["simulated"]) for row in csv.DictReader(file))
        self.assertAlmostEqual(ash, 28000, delta=1)  # amounts are rounded to 2^-20 of a year
        self.assertEqual(birch, 0)

    def test_nothing_declared(self):
        (self.folder / "empty.yaml").write_text("language: 1\nname: empty\ntime: { start: 2001, end: 2001-12-31 }\n"
                                                "attributes: { mood: [calm] }\npopulation: { size: 10 }\n")
        self.assertIn("  none: nothing happens to anybody\n", self.expect(0, "check", "empty.yaml").stdout)
        self.assertIn("  none: the scenario does not say what to count\n", self.expect(0, "run", "empty.yaml").stdout)

    def test_json_is_the_file(self):
        found = self.run_json()
        self.assertEqual(found, json.loads((self.folder / "out/run.json").read_text()))
        self.assertTrue(found["complete"])
        self.assertEqual(found["windows"], 208)

    def test_stocks_of_several_attributes(self):
        self.run_json()
        values = {}
        with (self.folder / "out/outcomes.csv").open() as file:
            for row in csv.DictReader(file):
                values.setdefault((row["outcome"], row["sex"]), []).append(float(row["simulated"]))
        self.assertEqual(values["men", ""], values["living", "male"])
        self.assertGreater(values["men", ""][0], 1000)

    def test_same_bits(self):
        first = self.run_json("--threads", "1")
        for threads in ("2", "3", "8"):
            more = self.run_json("--threads", threads)
            self.assertEqual((more["digest"], more["full_digest"]), (first["digest"], first["full_digest"]))
        self.assertNotEqual(self.run_json("--seed", "2")["digest"], first["digest"])
        self.assertNotEqual(self.run_json("--set", "border.on=0")["digest"], first["digest"])

    def test_digests_of_each_window(self):
        one, other = self.folder / "one.csv", self.folder / "other.csv"
        found = self.run_json("--digests", str(one))
        self.run_json("--digests", str(other), "--engine", "reference", "--threads", "3")
        self.assertEqual(one.read_text(), other.read_text())
        rows = list(csv.DictReader(one.read_text().splitlines()))
        self.assertEqual(len(rows), found["windows"])
        self.assertEqual((rows[0]["window"], rows[0]["first_day"]), ("0", "2000-01-01"))
        self.assertEqual((rows[-1]["digest"], rows[-1]["full_digest"]), (found["digest"], found["full_digest"]))
        self.run_json("--digests", str(other), "--set", "border.on=0@2001-01-01")
        parted = next(i for i, (a, b) in enumerate(zip(rows, csv.DictReader(other.read_text().splitlines()))) if a != b)
        self.assertGreaterEqual(rows[parted]["first_day"], "2001-01-01")
        ran = self.tumen("run", VILLAGE, "--digests", str(self.folder / "absent/x.csv"), "--out", str(self.folder / "out"))
        self.assertEqual(ran.returncode, 1)
        self.assertIn("cannot write", ran.stderr)

    def test_setting_from_a_date(self):
        before = self.run_json("--until", "2001-12-31")
        late = self.run_json("--until", "2001-12-31", "--set", "border.on=0@2002-01-01")
        early = self.run_json("--until", "2001-12-31", "--set", "border.on=0@2001-01-01")
        self.assertEqual(before["digest"], late["digest"])
        self.assertNotEqual(before["digest"], early["digest"])

    def test_until(self):
        found = self.run_json("--until", "2001")
        self.assertEqual((found["windows"], found["windows_total"], found["complete"]), (104, 104, True))

    def test_until_of_the_scenario(self):
        (self.folder / "light.yaml").write_text(
            "language: 1\nname: light\ntime: { start: 2001-01-01, windows: 104, until: share(lit = yes) >= 0.5 }\n"
            "attributes: { lit: [no, yes] }\npopulation: { size: 1000 }\n"
            "transitions: { light: { who: lit = no, rate: 3 / y, then: { set: { lit: yes } } } }\n"
            "outcomes: { lights: { flow: lit = yes, every: run } }\n")
        ran = self.expect(0, "run", "light.yaml", "--out", "out")
        self.assertRegex(ran.stdout, r"The run ended on 2001-\d\d-\d\d, after \d+ of at most 104 windows: until "
                                     r"share\(lit = yes\) >= 0.5\n")
        found = json.loads((self.folder / "out/run.json").read_text())
        self.assertTrue(found["complete"] and found["until_held"])
        self.assertEqual(found["windows"], found["windows_total"])
        self.assertLess(found["windows"], 20)
        page = json.loads((self.folder / "out/report.json").read_text())
        self.assertEqual((page["run"]["windows"], page["run"]["until_held"]), (found["windows"], True))
        self.assertEqual(page["run"]["until"], found["end"])
        with (self.folder / "out/outcomes.csv").open() as file:
            lights = list(csv.DictReader(file))
        self.assertEqual((len(lights), lights[0]["period_to"]), (1, found["end"]))
        self.assertIn("since `until` held", self.expect(0, "check", "light.yaml").stdout)
        short = self.run_json("--until", "2001-01-07")
        self.assertFalse(short["until_held"])

    def test_quiet(self):
        ran = self.expect(0, "run", VILLAGE, "--quiet", "--out", "out")
        self.assertEqual((ran.stdout, ran.stderr), ("", ""))
        self.assertTrue((self.folder / "out/run.json").exists())

    def test_out(self):
        mine = self.folder / "mine"
        mine.mkdir()
        (mine / "thesis.txt").write_text("years of work")
        self.refuse(1, "mine", "run", VILLAGE, "--out", "mine")
        self.assertEqual([path.name for path in mine.iterdir()], ["thesis.txt"])
        self.run_json("--seed", "1")
        self.run_json("--seed", "2")
        self.assertEqual(json.loads((self.folder / "out/run.json").read_text())["seed"], 2)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["mine", "out"])

    def test_out_keeps_what_is_not_of_tumen(self):
        self.run_json()
        (self.folder / "out/notes.txt").write_text("what I saw")
        (self.folder / "out/figures").mkdir()
        self.run_json("--seed", "2")
        self.assertEqual((self.folder / "out/notes.txt").read_text(), "what I saw")
        self.assertTrue((self.folder / "out/figures").is_dir())
        self.assertEqual([path.name for path in self.folder.iterdir()], ["out"])
        os.mkfifo(self.folder / "pipe")
        self.refuse(1, "cannot write 'pipe': it is a device", "doc", VILLAGE, "--out", "pipe")
        self.assertTrue((self.folder / "pipe").is_fifo())

    def test_out_that_no_results_could_replace(self):
        """Told before the run, which would end in vain."""
        self.expect(0, "run", VILLAGE, "--out", "out", "--quiet")
        for out in ("", ".", "..", "/", "out/.", "out/../"):
            self.refuse(1, f"'{out}' does not name a folder that results could replace", "run", VILLAGE, "--out", out)

    @unittest.skipIf(os.geteuid() == 0 and not shutil.which("setpriv"), "who may do everything is not kept out")
    def test_out_that_is_protected(self):
        self.expect(0, "run", VILLAGE, "--out", "out", "--quiet")
        (self.folder / "out").chmod(0o555)
        self.folder.chmod(0o777)
        for file in (TUMEN, VILLAGE, VILLAGE.with_suffix(".csv")):  # nobody may be kept out where the sources are
            shutil.copy(file, self.folder)
        before = sorted(path.name for path in self.folder.iterdir())
        somebody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        ran = subprocess.run([*somebody, "./tumen", "run", VILLAGE.name, "--out", "out"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (1, "", "tumen: cannot replace 'out': Permission denied\n"))
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), before)
        (self.folder / "out").chmod(0o755)

    def test_out_of_room(self):
        """A limit on the size of files is told like a full disk, and nothing half written stays."""
        ran = subprocess.run([str(TUMEN), "run", str(VILLAGE), "--out", "out", "--quiet"], cwd=self.folder, capture_output=True, text=True,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)))
        self.assertEqual(ran.returncode, 1, ran.stderr)
        self.assertRegex(ran.stderr, "cannot write 'out/.*': File too large")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_out_that_can_not_be_written(self):
        (self.folder / "file").write_text("")
        self.refuse(1, "file", "run", VILLAGE, "--out", "file/out")
        self.refuse(1, "/proc/none", "run", VILLAGE, "--out", "/proc/none")

    def test_full_standard_output(self):
        with open("/dev/full", "w") as full:
            ran = subprocess.run([str(TUMEN), "help"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("standard output could not be written", ran.stderr)

    def test_report(self):
        self.run_json()
        page = self.folder / "out/report.html"
        before = page.read_text()
        page.unlink()
        self.assertEqual(self.expect(0, "report", "out").stdout, "out/report.html\n")
        self.assertEqual(page.read_text(), before)
        self.refuse(1, "'nowhere' is no results folder of `tumen run`: it has no report.json", "report", "nowhere")
        (self.folder / "out/report.json").write_text("{}")
        self.refuse(1, "'out/report.json' is not the data of a report", "report", "out")
        self.assertEqual(page.read_text(), before)

    def test_system(self):
        text = self.expect(0, "system", VILLAGE).stdout
        for words in ("Border", "coarse", "border.on = 1", "C001", "about 40", "42"):
            self.assertIn(words, text)
        self.run_json()
        figure = self.expect(0, "system", VILLAGE, "--results", "out").stdout.splitlines()[-1]
        self.refuse(1, "'nowhere' is no results folder", "system", VILLAGE, "--results", "nowhere")
        self.refuse(1, "results of another scenario", "system", "toy/rumour", "--results", "out")
        self.assertRegex(figure, r"leave each year \(per year\) +C001 +about 40 +42 +\d")

    def test_trace(self):
        text = self.expect(0, "trace", VILLAGE, "--person", "5").stdout
        for words in ("All persons are synthetic", "Person 5 at the start", "status", "Person 5 at the end"):
            self.assertIn(words, text)
        self.refuse(2, "whom?", "trace", VILLAGE)
        self.assertIn("there is no person 999999", self.expect(2, "trace", VILLAGE, "--person", "999999").stderr)
        self.refuse(2, "--from 2050 comes after the last day told, 2003-12-", "trace", VILLAGE, "--person", "5", "--from", "2050")
        self.refuse(2, "--from 2002 comes after the last day told, 2001-", "trace", VILLAGE, "--person", "5", "--from", "2002", "--until", "2001")

    def test_trace_names_the_lines(self):
        lines = VILLAGE.read_text().splitlines()
        fired = heard = 0
        for person in range(40):
            for line in self.expect(0, "trace", VILLAGE, "--person", person, "--set", "leave.base=3").stdout.splitlines():
                place = re.search(r"\[.*village\.yaml:(\d+)\]$", line)
                if place and " fires leave.across" in line:
                    self.assertIn("name: across", lines[int(place.group(1)) - 1])
                    self.assertRegex(line, r" fires leave\.across: status home -> abroad, tells friends  \[")
                    fired += 1
                if place and " hears of leave.across" in line:
                    self.assertIn("tell:", lines[int(place.group(1)) - 1])
                    heard += 1
        self.assertGreater(fired, 0)
        self.assertGreater(heard, 0)


class Interruptions(Case):
    def test_interrupt(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            running = self.start("run", self.long_scenario(), "--out", f"out-{number}")
            running.send_signal(number)
            text, complaint = running.communicate(timeout=60)
            self.assertEqual(running.returncode, 130, complaint)
            self.assertIn("marked incomplete", complaint)
            found = json.loads((self.folder / f"out-{number}/run.json").read_text())
            self.assertFalse(found["complete"])
            self.assertLess(found["windows"], found["windows_total"])
            self.assertIn("digest", text)

    def test_killed(self):
        running = self.start("run", self.long_scenario(), "--out", "out")
        running.kill()
        running.communicate(timeout=60)
        self.assertFalse((self.folder / "out").exists())

    def test_closed_pipe(self):
        running = subprocess.Popen(f"'{TUMEN}' run '{VILLAGE}' --out out | true", shell=True, cwd=self.folder, stderr=subprocess.PIPE)
        self.assertEqual(running.communicate(timeout=60)[1], b"")


class Terminal(Case):
    def lines_at(self, columns, until=b""):
        """What a run draws on a terminal so wide, while it goes on, `until` it has drawn that."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        running = subprocess.Popen([str(TUMEN), "run", str(self.long_scenario()), "--out", "out"], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        drawn = b""
        while drawn.count(b"\033[K") < 4 or until not in drawn:
            drawn += os.read(ours, 4096)
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait(timeout=60), 130)
        return [re.sub("\033\\[K", "", line) for line in drawn.decode().split("\r")]

    def test_progress_fits(self):
        """A line that the terminal would break is drawn without its bar, or cut; else each would stay and scroll."""
        wide, narrow = self.lines_at(160, until=b" left"), self.lines_at(60)
        self.assertTrue(any(line.startswith("[") and line.endswith(" left") for line in wide), wide)
        self.assertFalse(any(line.endswith(" left") for line in wide[:2]), wide)  # of the first window nothing can be told
        self.assertFalse(any("[" in line for line in narrow), narrow)
        self.assertTrue(any("persons" in line for line in narrow), narrow)
        self.assertLess(max(map(len, narrow)), 60)
        self.assertLess(max(map(len, self.lines_at(30))), 30)


    def told_at(self, columns, *words):
        """What a command prints on a terminal so wide, without its colours."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        running = subprocess.Popen([str(TUMEN), *map(str, words)], cwd=self.folder, stdout=theirs, stderr=theirs, env={**os.environ, "NO_COLOR": "1"})
        os.close(theirs)
        told = b""
        while True:
            try:
                got = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            told += got
        running.wait(timeout=60)
        return re.sub("[^\n]*\r(?!\n)", "", told.decode()).replace("\r", "").replace("\033[K", "").splitlines()

    def test_prose_and_tables_fit(self):
        for words in (("help",), ("run", "--help"), ("attribute", "--help"), ("run", "zzzzz"), ("run", VILLAGE, "--out", "out"), ("check", VILLAGE),
                      ("compare", VILLAGE, "--set", "border.on=0", "--seeds", "2"), ("system", VILLAGE), ("trace", VILLAGE, "--person")):
            wide, narrow = self.told_at(100, *words), self.told_at(80, *words)
            self.assertLessEqual(max(map(len, wide)), 100, wide)
            self.assertLessEqual(max(map(len, narrow)), 80, narrow)
        # a source is shown as it is, and its caret stays under it
        told = self.told_at(60, "run", VILLAGE, "--set", "border.on=0@" + "9" * 50)
        self.assertEqual(told[-2:], ["  border.on=0@" + "9" * 50, " " * 14 + "^" + "~" * 49])

    def test_interrupted_at_a_terminal(self):
        """Who asks for an end is told at once that it comes."""
        self.assertEqual([line for line in self.interrupted() if "again" in line], ["tumen: finishing what is under way; again to stop at once"])

    def interrupted(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        running = subprocess.Popen([str(TUMEN), "run", str(self.long_scenario()), "--out", "out"], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        os.read(ours, 4096)
        running.send_signal(signal.SIGINT)
        told = b""
        while b"again" not in told:
            told += os.read(ours, 4096)
        self.assertEqual(running.wait(timeout=60), 130)
        return told.decode().replace("\r", "\n").splitlines()


class OneFolder(Case):
    """A results folder has one writer at a time, and what a killed one left is in nobody's way."""

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def test_two_writers(self):
        first = self.start("run", self.long_scenario(), "--out", "out")
        first.send_signal(signal.SIGSTOP)  # holds the lock for as long as it is asked
        told = f"'out' is being written by process {first.pid}, which holds 'out.lock': wait until it has ended, or choose another folder with --out"
        self.refuse(1, told, "run", VILLAGE, "--out", "out")
        self.refuse(1, f"process {first.pid}", "run", VILLAGE, "--out", self.folder / "out/")
        self.refuse(1, told, "verify", "classic", "--fast", "--out", "out")
        self.refuse(1, told, "bench", "W5", "--quick", "--out", "out")
        self.expect(0, "run", VILLAGE, "--out", "other", "--quiet")
        first.send_signal(signal.SIGTERM)
        first.send_signal(signal.SIGCONT)
        first.communicate(timeout=60)
        self.assertEqual(self.names(), ["long.yaml", "other", "out", "village.csv"])
        self.expect(0, "run", VILLAGE, "--out", "out", "--quiet")

    def test_a_killed_writer_holds_nothing(self):
        first = self.start("run", self.long_scenario(), "--out", "out")
        first.kill()
        first.communicate(timeout=60)
        self.assertIn("out.lock", self.names())
        self.expect(0, "run", VILLAGE, "--out", "out", "--quiet")
        self.assertEqual(self.names(), ["long.yaml", "out", "village.csv"])

    def test_left_over(self):
        gone = subprocess.Popen(["true"])
        gone.wait()
        kept = ["another.part-%d" % gone.pid, "out.part-", "out.part-%d" % os.getpid(), "out.part-%d.old" % gone.pid, "out.part-1x"]
        for name in [*kept, "out.part-%d" % gone.pid]:
            (self.folder / name).mkdir()
            (self.folder / name / "run.json").write_text("{}")
        self.expect(0, "run", VILLAGE, "--out", "out", "--quiet")
        self.assertEqual(self.names(), sorted([*kept, "out"]))
        for name in kept:
            self.assertTrue((self.folder / name / "run.json").exists())


class Library(Case):
    def test_example(self):
        ran = subprocess.run([str(EXAMPLE), str(VILLAGE), "arrivals", "out"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertRegex(ran.stdout, r"arrivals sex=female: \d+ \d+ \d+ \d+\narrivals sex=male: \d+ \d+ \d+ \d+\n")
        found = json.loads(self.expect(0, "run", VILLAGE, "--seed", "7", "--json", "--out", "again").stdout)
        self.assertIn("digest " + found["digest"], ran.stdout)
        self.assertEqual(json.loads((self.folder / "out/run.json").read_text())["digest"], found["digest"])

    def test_example_fails_well(self):
        ran = subprocess.run([str(EXAMPLE), str(VILLAGE), "arivals", "out"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("there is no outcome 'arivals'; did you mean 'arrivals'?", ran.stderr)
        ran = subprocess.run([str(EXAMPLE), str(BROKEN), "arrivals", "out"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 1)
        self.assertRegex(ran.stderr, r"broken\.yaml:\d+:\d+: ")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
