#!/usr/bin/env python3
"""Checkpoints as their users meet them: stopped runs that go on, what-ifs, files that are refused, disks that are full.

    test_checkpoint.py TUMEN [unittest arguments]
"""
import json
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import time
import unittest
import zlib

import checkpoints
from checkpoints import TUMEN

HEADER = struct.Struct("<8s4I4Qd4i2I4Q2I")
FIELD = struct.Struct("<16s2I3Q")


def read_head(data):
    """The header as a dictionary, and the table of fields: name -> (kind, crc, count, offset, bytes)."""
    names = ("magic format language head_bytes fields file_bytes source_hash world_hash seed scale window windows day every until_held rows "
             "weekly_low weekly_high full_low full_high crc zero").split()
    header = dict(zip(names, HEADER.unpack_from(data)))
    fields = {}
    for i in range(header["fields"]):
        name, *rest = FIELD.unpack_from(data, HEADER.size + i * FIELD.size)
        fields[name.rstrip(b"\0").decode()] = rest
    return header, fields


class GoingOn(checkpoints.Case):
    def test_resumed_in_place(self):
        """Stopped by --until, gone on twice on other numbers of threads: the files of the straight run."""
        scenario, straight, stopped = self.scenario(3000, 80), self.place("straight"), self.place("stopped")
        self.expect(0, "run", scenario, "--checkpoint", "26w", "--out", "r", "--set", "dread=0.2", "--set", "go=1@2000-07-02", "--threads", 2, "--quiet", cwd=straight)
        self.expect(0, "run", scenario, "--checkpoint", "13w", "--out", "r", "--set", "dread=0.2", "--set", "go=1@2000-07-02", "--until", "2000-10-10", "--threads", 1, "--quiet", cwd=stopped)
        text = self.expect(0, "run", "--resume", "r", "--until", "2001-02-01", "--threads", 1, "--engine", "reference", cwd=stopped).stdout
        self.assertIn("from the checkpoint of 2000-09-30", text)
        self.expect(0, "run", "--resume", "r/", "--checkpoint", "26w", "--until", "2001-12-31", "--threads", 2, "--quiet", cwd=stopped)
        self.assert_same_results(straight / "r", stopped / "r")
        self.assertEqual((straight / "r/checkpoint.tumen").read_bytes(), (stopped / "r/checkpoint.tumen").read_bytes())
        self.assertEqual([path.name for path in stopped.iterdir()], ["r"])

    def test_threads_and_engines_write_the_same(self):
        scenario, first = self.scenario(40000, 30), None
        for engine in ("event", "reference"):
            for threads in (1, 2, 3, 8):
                self.expect(0, "run", scenario, "--checkpoint", "20w", "--out", "r", "--threads", threads, "--engine", engine, "--quiet")
                data = (self.folder / "r/checkpoint.tumen").read_bytes()
                first = first or data
                self.assertEqual(first, data)

    def test_blocks_of_other_sizes(self):
        """Where persons take few bytes, blocks have 65,536 rows on one thread here, 32,768 on two and 16,384 on eight: the same is written and read."""
        words, first, ends = [checkpoints.HERE.parents[1] / "bench/busy", "--set", "persons=600000", "--quiet"], None, set()
        for threads, others in ((1, 8), (2, 1), (8, 2)):
            self.expect(0, "run", *words, "--checkpoint", "1w", "--until", "2001-01-08", "--out", "r", "--threads", threads)
            data = (self.folder / "r/checkpoint.tumen").read_bytes()
            first = first or data
            self.assertEqual(first, data)
            self.expect(0, "run", "--resume", "r", "--until", "2001-01-12", "--quiet", "--threads", others)
            ends.add(json.loads((self.folder / "r/run.json").read_text())["full_digest"])
        self.expect(0, "run", *words, "--until", "2001-01-12", "--out", "straight", "--threads", 2)
        ends.add(json.loads((self.folder / "straight/run.json").read_text())["full_digest"])
        self.assertEqual(len(ends), 1)

    def test_elsewhere_and_by_another_path(self):
        """Results in another folder, the old ones untouched; a scenario that moved is named anew."""
        scenario, moved = self.scenario(500, 30), self.folder / "moved.yaml"
        self.expect(0, "run", scenario, "--checkpoint", "8w", "--out", "r", "--quiet")
        before = (self.folder / "r/run.json").read_bytes()
        self.expect(0, "run", "--resume", "r", "--out", "elsewhere", "--quiet")
        self.assertEqual((self.folder / "r/run.json").read_bytes(), before)
        digests = [json.loads((self.folder / name / "run.json").read_text())["full_digest"] for name in ("r", "elsewhere")]
        self.assertEqual(*digests)
        other = self.folder / "other"
        other.mkdir()
        scenario.rename(other / "valley.yaml")
        for words in (("run", "--resume", "r"), ("fork", "r", "--set", "go=2")):
            self.refuse(2, "put it back, or name it (tumen run PATH --resume DIR)", *words)
        self.expect(0, "run", "other/valley.yaml", "--resume", "r", "--quiet")
        (other / "valley.yaml").rename(moved)
        self.refuse(2, "is not the one of the checkpoint", "run", moved, "--resume", "r")  # its files are named in the hash

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            scenario, out = self.scenario(3000000, 1500), f"out-{int(number)}"
            scenario.write_text(scenario.read_text().replace("rate: 0.05 / y", "rate: 0.001 / y"))  # rows for all children to the end
            running = subprocess.Popen([str(TUMEN), "run", str(scenario), "--out", out], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.assertIn("A valley", running.stdout.readline())
            time.sleep(0.3)
            running.send_signal(number)
            text, complaint = running.communicate(timeout=120)
            self.assertEqual(running.returncode, 130, complaint)
            self.assertIn(f"`tumen run --resume {out}` goes on from there", complaint)
            found = json.loads((self.folder / out / "run.json").read_text())
            header, _ = read_head((self.folder / out / "checkpoint.tumen").read_bytes())
            self.assertFalse(found["complete"])
            self.assertEqual(header["window"], found["windows"])
            self.assertEqual(f"{header['full_high']:016x}{header['full_low']:016x}", found["full_digest"])
            windows = found["windows"] + 3
            until = f"{2000 + windows // 52}-01-01" if windows % 52 == 0 else f"{2000 + windows // 52}-12-31"
            self.expect(0, "run", "--resume", out, "--until", until, "--quiet")
            self.expect(0, "run", scenario, "--until", until, "--out", "straight", "--quiet")
            ours, straight = (json.loads((self.folder / name / "run.json").read_text()) for name in (out, "straight"))
            for key in ("windows", "digest", "full_digest", "outcomes", "command", "alive"):
                self.assertEqual(ours[key], straight[key], key)

    def test_until_of_the_scenario(self):
        scenario = self.scenario(800, 200)
        scenario.write_text(scenario.read_text().replace("windows: 200", "windows: 200, until: share(life = away) >= 0.025"))
        straight, stopped = self.place("straight"), self.place("stopped")
        self.expect(0, "run", scenario, "--out", "r", "--quiet", cwd=straight)
        found = json.loads((straight / "r/run.json").read_text())
        self.assertTrue(found["until_held"])
        self.assertGreater(found["windows"], 4)
        self.expect(0, "run", scenario, "--checkpoint", "2w", "--out", "r", "--quiet", cwd=stopped)
        self.assert_same_results(straight / "r", stopped / "r")
        self.expect(0, "run", "--resume", "r", "--quiet", cwd=stopped)
        self.assert_same_results(straight / "r", stopped / "r")

    def test_what_an_older_run_left(self):
        """A folder's first checkpoint makes it the new run's own; a run without checkpoints leaves none of another."""
        scenario = self.scenario(400, 20)
        self.expect(0, "run", scenario, "--checkpoint", "8w", "--seed", 1, "--out", "r", "--quiet")
        self.expect(0, "run", scenario, "--checkpoint", "8w", "--seed", 2, "--out", "r", "--quiet")
        self.assertEqual(read_head((self.folder / "r/checkpoint.tumen").read_bytes())[0]["seed"], 2)
        self.expect(0, "run", scenario, "--seed", 3, "--out", "r", "--quiet")
        self.assertFalse((self.folder / "r/checkpoint.tumen").exists())

    def test_report_made_anew(self):
        """A report keeps the checkpoint beside it."""
        self.expect(0, "run", self.scenario(400, 20), "--checkpoint", "8w", "--out", "r", "--quiet")
        before = (self.folder / "r/checkpoint.tumen").read_bytes()
        self.expect(0, "report", "r")
        self.assertEqual((self.folder / "r/checkpoint.tumen").read_bytes(), before)


class Forks(checkpoints.Case):
    def test_a_fork_is_the_run_with_dated_settings(self):
        scenario, straight, forked = self.scenario(3000, 70), self.place("straight"), self.place("forked")
        self.expect(0, "run", scenario, "--set", "dread=0.1", "--checkpoint", "26w", "--until", "2000-12-01", "--out", "base", "--quiet")
        before = self.results(self.folder / "base")
        date = "2000-07-01"
        self.expect(0, "run", scenario, "--out", "r", "--quiet", "--set", "dread=0.1", "--set", f"go=2@{date}", "--set", f"gate=3@{date}", "--set", "dread=1@2001-01-01", cwd=straight)
        self.expect(0, "fork", self.folder / "base", "--set", "go=2", "--set", "gate=3", "--set", "dread=1@2001-01-01", "--until", "2001-12-31", "--out", "r", "--quiet", cwd=forked)
        self.assert_same_results(straight / "r", forked / "r")
        self.assertEqual(self.results(self.folder / "base"), before)
        self.expect(0, "fork", "base/", "--set", "go=2", "--checkpoint", "10w", "--quiet")
        self.assertIn("go=2@" + date, json.loads((self.folder / "base-fork/run.json").read_text())["settings"])
        self.expect(0, "run", "--resume", "base-fork", "--until", "2001-12-31", "--quiet")  # and a fork goes on as any run does
        self.expect(0, "run", scenario, "--set", "dread=0.1", "--set", f"go=2@{date}", "--out", "whole", "--quiet")
        ours, whole = (json.loads((self.folder / name / "run.json").read_text()) for name in ("base-fork", "whole"))
        self.assertEqual((ours["full_digest"], ours["command"]), (whole["full_digest"], whole["command"]))

    def test_refusals(self):
        self.expect(0, "run", self.scenario(300, 30), "--checkpoint", "13w", "--until", "2000-05-31", "--out", "base", "--quiet")
        self.refuse(2, "what shall be different?", "fork", "base")
        self.refuse(2, "'go=2@2000-03-31' begins before the checkpoint, which is of 2000-04-01", "fork", "base", "--set", "go=2@2000-03-31")
        self.refuse(2, "there is no parameter or driver 'goo'; did you mean 'go'?", "fork", "base", "--set", "goo=2")
        self.refuse(2, "is the run that it begins from", "fork", "base", "--set", "go=2", "--out", "./base")
        self.refuse(1, "'base/run.json' is a file: name the results folder", "fork", "base/run.json", "--set", "go=2")
        self.refuse(1, "there is no checkpoint in 'nothing'", "fork", "nothing", "--set", "go=2")
        self.refuse(2, "no window comes after the checkpoint in 'base'", "fork", "base", "--set", "go=2@2000-05-01", "--until", "2000-02-01")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["base", "valley.yaml"])

    def test_stopped_before_the_first_window(self):
        """What begins with the run cannot be changed in its checkpoint; what comes later can."""
        scenario = self.scenario(200000, 10)
        running = subprocess.Popen([str(TUMEN), "run", str(scenario), "--out", "base"], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (self.folder / "base.lock").exists():
            time.sleep(0.002)
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait(timeout=120), 130)
        if read_head((self.folder / "base/checkpoint.tumen").read_bytes())[0]["window"] > 0:
            self.skipTest("the run was faster than its end")
        for setting in ("go=2", "go=2@2000-01-01", "go=2@1999-01-01", "gate=3"):
            self.refuse(2, f"'{setting}' begins with the run, and so does the checkpoint", "fork", "base", "--set", setting)
        self.expect(0, "fork", "base", "--set", "go=2@2000-02-01", "--until", "2000-12-31", "--quiet")


class Refused(checkpoints.Case):
    def setUp(self):
        super().setUp()
        self.path = self.scenario(60, 40)
        self.expect(0, "run", self.path, "--checkpoint", "26w", "--out", "r", "--quiet")
        self.file = self.folder / "r/checkpoint.tumen"
        self.data = self.file.read_bytes()

    def test_words(self):
        for text in ("", "w", "26", "26 weeks", "0w", "-1w", "6d", "1.5y", "26W", "99999999w"):
            self.refuse(2, "--checkpoint takes a time such as 26w, 90d or 1y, at least one window (7 days)", "run", self.path, "--checkpoint", text, "--out", "other")
        for option, value in (("--seed", 2), ("--scale", 0.5), ("--set", "go=1")):
            self.refuse(2, f"{option} does not go with --resume", "run", "--resume", "r", option, value)
        self.refuse(2, "which?", "run")
        for text, every in (("7d", 1), ("10d", 1), ("11d", 2), ("26w", 26), ("1y", 52), ("2y", 104)):
            self.expect(0, "run", self.path, "--checkpoint", text, "--until", "2000-03-01", "--out", "e", "--quiet")
            if every < 9:
                self.assertEqual(read_head((self.folder / "e/checkpoint.tumen").read_bytes())[0]["every"], every)
            else:
                self.assertFalse((self.folder / "e/checkpoint.tumen").exists())

    def test_files(self):
        def refuse(data, words, status=1):
            self.file.write_bytes(data)
            self.refuse(status, words, "run", "--resume", "r")
            self.assertEqual(self.file.read_bytes(), data)

        header, fields = read_head(self.data)
        refuse(b"", "is not a checkpoint of tumen")
        refuse(b"PK\x03\x04" + bytes(4000), "is not a checkpoint of tumen")
        refuse(self.data[:100], "is damaged: it is cut short")
        refuse(self.data[:-1], "is damaged: it is cut short or grew")
        refuse(self.data + b"\0", "is damaged: it is cut short or grew")
        refuse(self.data[:8] + struct.pack("<I", 9) + self.data[12:], "has format 9, but this program reads format 1")
        refuse(self.data[:12] + struct.pack("<I", 2) + self.data[16:], "is of a scenario in language 2, but this program reads language 1")
        for name, (_, _, _, offset, size) in fields.items():
            if size > 0:
                flipped = bytearray(self.data)
                flipped[offset + size // 2] ^= 0x10
                refuse(bytes(flipped), f"is damaged: its field '{name}'")
        self.file.unlink()
        self.refuse(1, "there is no checkpoint in 'r'", "run", "--resume", "r")
        self.file.mkdir()
        self.refuse(1, "is not a regular file", "run", "--resume", "r")
        self.file.rmdir()
        self.file.write_bytes(self.data)
        self.expect(0, "run", "--resume", "r", "--quiet")

    def test_other_scenarios(self):
        other = self.folder / "other.yaml"
        other.write_text(self.path.read_text().replace("name: valley", "name: hill"))
        self.refuse(2, "is of the scenario 'valley', not 'hill'", "run", other, "--resume", "r")
        self.path.write_text(self.path.read_text().replace("value: 0.6", "value: 0.7"))
        self.refuse(2, "these files were otherwise then: 'valley.yaml'; and these are now: 'valley.yaml'", "run", "--resume", "r")
        self.path.write_text("language: 1\nname: valley\n")
        self.refuse(3, "mistake", "run", "--resume", "r")

    def test_the_file_describes_itself(self):
        """Read by what the file and its documentation say alone: persons, settings, checksums."""
        self.expect(0, "run", self.path, "--set", "go=1@2000-03-01", "--checkpoint", "26w", "--until", "2000-06-30", "--out", "r", "--quiet")
        data = self.file.read_bytes()
        header, fields = read_head(data)
        head = bytearray(data[:header["head_bytes"]])
        self.assertEqual((header["magic"], header["file_bytes"], header["head_bytes"]), (b"\x89TUMEN\r\n", len(data), HEADER.size + FIELD.size * len(fields)))
        head[HEADER.size - 8:HEADER.size - 4] = bytes(4)
        self.assertEqual(zlib.crc32(head), header["crc"])
        at, bytes_of = header["head_bytes"], {}
        for name, (kind, crc, count, offset, size) in fields.items():
            self.assertEqual((offset, zlib.crc32(data[offset:offset + size])), (at, crc), name)
            bytes_of[name] = data[offset:offset + size]
            at += size
        self.assertEqual(at, len(data))
        self.assertEqual((bytes_of["scenario"], bytes_of["settings"]), (b"valley", b"go=1@2000-03-01\0"))
        self.assertEqual(struct.unpack("<2d", bytes_of["parameters"]), (1.0, 0.3))
        lines = bytes_of["layout"].decode().splitlines()
        attributes = [re.fullmatch(r"attribute (\S+) word (\d) shift (\d+) bits (\d+) levels (\d+): (.*)", line) for line in lines if line.startswith("attribute")]
        used = [max([(int(a[3]) + int(a[4]) + 7) // 8 for a in attributes if int(a[2]) == word], default=0) for word in (0, 1)]
        life = next(a for a in attributes if a[1] == "life")
        counts = dict.fromkeys(life[6].split(), 0)
        for row in range(header["rows"]):
            first = row * sum(used) + (used[0] if life[2] == "1" else 0)
            word = int.from_bytes(bytes_of["attributes"][first:first + used[int(life[2])]], "little")
            counts[life[6].split()[word >> int(life[3]) & (1 << int(life[4])) - 1]] += 1
        found = json.loads((self.folder / "r/run.json").read_text())
        self.assertEqual(found["windows"], header["window"])
        self.assertEqual(found["alive"], counts["here"] + counts["away"])
        self.assertEqual(found["rows"], sum(counts.values()))


def limit_files(size):
    """Files of this process cannot grow beyond `size` bytes, and it is told so."""
    def begin():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return begin


class Disks(checkpoints.Case):
    def test_no_room_for_the_first(self):
        scenario = self.scenario(20000, 40)
        self.refuse(1, "No checkpoint of this run was written", "run", scenario, "--checkpoint", "10w", "--out", "r", "--quiet", preexec_fn=limit_files(200_000))
        self.assertEqual([path.name for path in self.folder.iterdir()], ["valley.yaml"])

    def test_no_room_for_the_next(self):
        """The checkpoint before stays, whole, and the run goes on from it once there is room."""
        scenario, straight = self.scenario(20000, 40), self.place("straight")
        self.expect(0, "run", scenario, "--checkpoint", "10w", "--until", "2000-03-20", "--out", "r", "--quiet")
        before = {path.name: path.read_bytes() for path in (self.folder / "r").iterdir()}
        ran = self.refuse(1, "The checkpoint after 10 windows is whole: `tumen run --resume r` goes on from there", "run", "--resume", "r", "--until", "2000-12-31", "--quiet",
                          preexec_fn=limit_files(200_000))
        self.assertIn("File too large", ran.stderr)
        self.assertEqual({path.name: path.read_bytes() for path in (self.folder / "r").iterdir()}, before)
        self.expect(0, "run", "--resume", "r", "--until", "2000-12-31", "--quiet")
        self.expect(0, "run", scenario, "--out", "r", "--quiet", cwd=straight)
        self.assert_same_results(straight / "r", self.folder / "r")

    def test_full_disk(self):
        """A file system that is really full, where one may be mounted."""
        probe = subprocess.run(["unshare", "-rm", "true"], capture_output=True) if shutil.which("unshare") else None
        if probe is None or probe.returncode != 0:
            self.skipTest("no file system can be mounted here")
        scenario = self.scenario(20000, 40)
        self.place("disk")
        script = (f"mount -t tmpfs -o size=4m none disk && cd disk && {TUMEN} run {scenario} --checkpoint 10w --until 2000-03-20 --out r --quiet && "
                  f"head -c 100m /dev/zero > filler; {TUMEN} run --resume r --until 2000-12-31 --quiet; echo status $?; ls r; rm filler; "
                  f"{TUMEN} run --resume r --until 2000-12-31 --quiet; echo status $?")
        ran = subprocess.run(["unshare", "-rm", "sh", "-c", script], cwd=self.folder, capture_output=True, text=True)
        if "mount:" in ran.stderr:
            self.skipTest("no file system can be mounted here")
        self.assertIn("No space left on device", ran.stderr)
        self.assertIn("The checkpoint after 10 windows is whole", ran.stderr)
        self.assertEqual(re.findall(r"status (\d+)", ran.stdout), ["1", "0"], ran.stdout + ran.stderr)
        self.assertIn("checkpoint.tumen\n", ran.stdout)
        self.assertNotIn("checkpoint.tumen.part", ran.stdout)

    def test_little_memory(self):
        """With any amount of memory a checkpoint is written and gone on from, or words say that memory ran out."""
        program = TUMEN.read_bytes()
        if b"__asan_init" in program or b"__tsan_init" in program:
            self.skipTest("sanitizers need room of their own")
        scenario, ended = self.scenario(40000, 40), {0: 0, 1: 0}
        self.expect(0, "run", scenario, "--checkpoint", "10w", "--until", "2000-03-20", "--out", "r", "--threads", 1, "--quiet")
        before = (self.folder / "r/checkpoint.tumen").read_bytes()
        for mebibytes in (*range(12, 60, 3), 400):
            ran = self.tumen("run", "--resume", "r", "--until", "2000-12-31", "--out", "later", "--threads", 1, "--quiet",
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20)))
            if ran.returncode == 127:  # too little for the program to be loaded
                continue
            self.assertIn(ran.returncode, ended, f"{mebibytes} MiB: {ran.stderr}")
            ended[ran.returncode] += 1
            if ran.returncode == 1:
                self.assertRegex(ran.stderr, "memory|does not fit|threads")
            self.assertEqual((self.folder / "r/checkpoint.tumen").read_bytes(), before)
        self.assertTrue(ended[0] > 0 and ended[1] > 0, ended)

    def test_folders_that_can_not_be_written(self):
        scenario = self.scenario(300, 40)
        (self.folder / "file").write_text("")
        self.refuse(1, "file", "run", scenario, "--checkpoint", "5w", "--out", "file/r")
        self.expect(0, "run", scenario, "--checkpoint", "5w", "--until", "2000-04-01", "--out", "r", "--quiet")
        before = (self.folder / "r/checkpoint.tumen").read_bytes()
        if os.geteuid() != 0:  # who may do everything is not kept out
            (self.folder / "r").chmod(0o555)
            self.refuse(1, "cannot create", "run", "--resume", "r", "--checkpoint", "1w", "--until", "2000-12-31", "--quiet")
            (self.folder / "r").chmod(0o755)
        (self.folder / "r/checkpoint.tumen.part").mkdir()  # in the way of everybody
        self.refuse(1, "cannot create 'r/checkpoint.tumen.part'", "run", "--resume", "r", "--checkpoint", "1w", "--until", "2000-12-31", "--quiet")
        self.assertEqual((self.folder / "r/checkpoint.tumen").read_bytes(), before)


if __name__ == "__main__":
    checkpoints.main()
