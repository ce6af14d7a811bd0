#!/usr/bin/env python3
"""The coding of the time line: outcomes feed no driver, at most ten classes with one coefficient each, suggested strengths stay
out of the model, every row has a date from which it was known, and the tables are those that prepare/ makes.

    test_timeline.py SCENARIO_FOLDER
"""
import csv
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SCENARIO = pathlib.Path(sys.argv[1])


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def drivers():
    """Name -> line of every driver that a file of the scenario declares."""
    found = {}
    for path in [*SCENARIO.glob("*.yaml"), *SCENARIO.glob("systems/*.yaml")]:
        part = re.search(r"(?ms)^drivers:\n(.*?)(?=^\S|\Z)", path.read_text(encoding="utf-8"))
        if part:
            found.update(re.findall(r"(?m)^  ([\w.]+): (.*)$", part[1]))
    return found


def check_roles(timeline, declared):
    """Each of the 154 rows has one role; an outcome is cited by no driver and names none."""
    assert len(timeline) == 154 and len({row["id"] for row in timeline}) == 154
    count = {role: [row["id"] for row in timeline if row["role"] == role] for role in ("driver", "endogenous", "outcome", "context")}
    assert sum(map(len, count.values())) == 154, count
    assert len(count["outcome"]) == 27 and len(count["endogenous"]) >= 45, count
    for row in timeline:
        assert (row["role"] == "driver") == bool(row["driver"]), row
        assert row["known_from"] >= row["date_start"], row
    for name, line in declared.items():
        cited = set(re.findall(r"\bT\d{3}\b", (re.search(r"evidence: \[([^]]*)", line) or ["", ""])[1]))
        assert not cited & set(count["outcome"]), f"{name} rests on an outcome: {cited & set(count['outcome'])}"
    print("roles:", {role: len(ids) for role, ids in count.items()})


def check_classes(timeline, declared):
    """Ten classes at most; a driver's coefficient is that of its class, and each class has one."""
    classes = {re.search(r"class: (\w+)", line)[1] for line in declared.values()} | {row["class"] for row in timeline if row["class"]}
    assert len(classes) <= 10, classes
    for name, line in declared.items():
        times = re.search(r"times: ([\w.]+)", line)
        assert not times or times[1] == "class." + re.search(r"class: (\w+)", line)[1], name
    text = (SCENARIO / "drivers.yaml").read_text(encoding="utf-8")
    assert sorted(re.findall(r"(?m)^  class\.(\w+): ", text)) == sorted(classes), classes
    print(f"classes: {len(classes)}, {sum('times:' in line for line in declared.values())} of {len(declared)} drivers have the coefficient of theirs")


def check_levels(timeline):
    """The steps of each counted driver follow from the rows that name it and from nothing else."""
    made = {}
    for row in rows(SCENARIO / "data/drivers.csv"):
        if row["source"].startswith("count of measures"):
            made.setdefault(row["driver"], []).append((row["date"], float(row["value"])))
    for driver, steps in made.items():
        given = [row for row in timeline if row["driver"] == driver and row["quantity"]]
        for day, level in steps:
            want = sum(float(row["quantity"]) for row in given if max(row["date_start"], "1994-01-01") <= day <= row["in_force_to"])
            assert want == level, (driver, day, level, want)
    print(f"levels: {len(made)} counted drivers are what their rows say")


def check_made(temporary):
    """The tables are what prepare/ makes of sources/ today; suggested strengths are read by the coding of that name alone."""
    copy = temporary / "dprk"
    shutil.copytree(SCENARIO, copy)
    subprocess.run([sys.executable, str(copy / "prepare/drivers.py")], check=True, stdout=subprocess.DEVNULL)
    names = ["timeline.csv", "drivers.csv", "china_fence.csv"] + ["codings/" + path.name for path in (SCENARIO / "data/codings").glob("*.csv")]
    for name in names:
        assert (copy / "data" / name).read_bytes() == (SCENARIO / "data" / name).read_bytes(), name
    assert {"codings/binary.csv", "codings/suggested.csv", "codings/without_low.csv", "codings/without_outcomes.csv"} <= set(names), names
    assert all("strength" not in name for row in rows(SCENARIO / "data/timeline.csv")[:1] for name in row)
    (copy / "sources/suggested_strengths.csv").write_text("id,strength_0_1\n" + "".join(f"T{n:03},0.123\n" for n in range(1, 155)), encoding="utf-8")
    subprocess.run([sys.executable, str(copy / "prepare/drivers.py")], check=True, stdout=subprocess.DEVNULL)
    changed = [name for name in names if (copy / "data" / name).read_bytes() != (SCENARIO / "data" / name).read_bytes()]
    assert changed == ["codings/suggested.csv"], changed
    print(f"tables: {len(names)} made anew and equal; suggested strengths reach one of them")


def main():
    timeline, declared = rows(SCENARIO / "data/timeline.csv"), drivers()
    check_roles(timeline, declared)
    check_classes(timeline, declared)
    check_levels(timeline)
    with tempfile.TemporaryDirectory() as temporary:
        check_made(pathlib.Path(temporary))


main()
