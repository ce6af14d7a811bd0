#!/usr/bin/env python3
"""The North Korea scenario as shipped: population and provinces against their sources, twins that must be equal, and every
person in exactly one state each week.

    test_country.py TUMEN SCENARIO_FOLDER
"""
import csv
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TUMEN, SCENARIO = sys.argv[1], pathlib.Path(sys.argv[2])
SHORT = ["--scale", "0.005", "--until", "1994-06-30"]


def run(scenario, out, *options):
    """Runs a scenario and returns its run.json."""
    command = [TUMEN, "run", str(scenario), "--json", "--out", str(out), *options]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert ran.returncode == 0, f"{command} ended with {ran.returncode}: {ran.stderr}"
    return json.loads(ran.stdout)


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def changed_copy(folder, edit):
    """A copy of the scenario whose YAML files went through edit(name, text)."""
    shutil.copytree(SCENARIO, folder)
    for path in folder.glob("*.yaml"):
        path.write_text(edit(path.name, path.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


def check_people(temporary):
    """Population within 1 % of WPP 2024 x 0.971 each year; civilians by province within 0.5 points of the census."""
    out = temporary / "whole"
    assert run(SCENARIO, out, "--scale", "0.01")["complete"] is True
    seen = rows(out / "observations.csv")
    population = [row for row in seen if row["observation"] == "population_wpp"]
    assert len(population) == 31, len(population)
    worst = max(abs(float(row["simulated"]) / float(row["observed"]) - 1) for row in population)
    print(f"population: 31 years, largest deviation {100 * worst:.2f} %")
    assert worst < 0.01, worst
    census = [row for row in seen if row["observation"] == "census"]
    assert len(census) == 10, len(census)
    observed, simulated = (sum(float(row[key]) for row in census) for key in ("observed", "simulated"))
    worst = max(abs(float(row["observed"]) / observed - float(row["simulated"]) / simulated) for row in census)
    print(f"census of 2008-10-01: 10 provinces, largest deviation {100 * worst:.2f} points")
    assert worst < 0.005, worst
    check_scores(out)
    check_reality(out)
    check_grounds(out)


KINDS = {  # of what the table must hold, by what its texts say
    " at arrival": 10, "share, all": 11, "Elite cases": 3, "by sea": 2, "southern line": 1, "In China": 4, "Years abroad": 4,
    "watched foreign video": 3, "kin in the South": 1}


def check_reality(out):
    """Every kind of published figure stands beside the model's with source, grade, range and a verdict, whatever it is; the
    number is within its range where it says so. What fails is printed here as it is in the report."""
    figures = [row for row in rows(out / "figures.csv") if row["low"]]
    for words, least in KINDS.items():
        assert sum(words in row["figure"] for row in figures) >= least, words
    for row in figures:
        assert row["source"] and row["grade"] and row["observed"], row
        if not row["simulated"]:  # so few persons that a quotient is none over none
            assert row["within"] in ("", "open"), row
            continue
        low, high, value = (float(row[key]) for key in ("low", "high", "simulated"))
        assert row["within"] in ("inside", "outside", "open"), row
        if row["within"] != "open":
            assert (low <= value <= high) == (row["within"] == "inside"), row
        print(f"  {row['within']:8}{row['figure']}: {value:.3g}, observed {row['observed']} ({row['low']} to {row['high']})")
    told = (out / "report.json").read_text(encoding="utf-8")
    assert all(json.dumps(row["figure"], ensure_ascii=False) in told for row in figures)
    seen = [row for row in rows(out / "observations.csv") if row["within"]]
    assert {row["observation"] for row in seen} >= {"arrivals_total", "origin", "census", "china_stock", "elite", "sea"}
    late = [row for row in seen if row["observation"] == "arrivals_total" and row["period_from"] >= "2016"]
    assert len(late) == 9 and not any(row["fitted"] for row in late)
    count = {within: sum(row["within"] == within for row in figures) for within in ("inside", "outside", "open")}
    print(f"beside what was observed: {count}; rows of series: { {w: sum(row['within'] == w for row in seen) for w in count} }")


def check_grounds(out):
    """Every parameter rests on evidence or is called assumed; at most ten are fitted; every switch of a subsystem is on."""
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    parameters = {parameter["name"]: parameter for parameter in report["parameters"]}
    bare = [name for name, parameter in parameters.items() if not parameter["evidence"] and not parameter["assumed"]]
    assert not bare, bare
    fitted = [name for name, parameter in parameters.items() if parameter["fitted"]]
    assert 0 < len(fitted) <= 10, fitted
    made = dict(re.findall(r"^  ([a-z]+\.[a-z]+): \{ value: (-?[0-9.]+)", (SCENARIO / "fit" / "dprk.yaml").read_text(encoding="utf-8"), re.M))
    assert sorted(made) == sorted(fitted), made
    for name, value in made.items():  # as the fit left them, to four digits
        assert abs(parameters[name]["value"] / float(value) - 1) < 1e-3, f"{name}: {parameters[name]['value']}, fitted {value}"
    known = set(report["evidence"])
    unknown = {cited for parameter in parameters.values() for cited in parameter["evidence"]} - known
    assert not unknown, unknown
    systems = report["systems"]
    assert [system["number"] for system in systems] == list(range(1, 26)), systems
    switches = [system["switch"] for system in systems if system.get("switch")]
    assert len(switches) == 24 and all(parameters[switch]["value"] == 1 for switch in switches), switches
    print(f"grounds: {len(parameters)} parameters, {len(fitted)} fitted, {len(known)} rows of evidence, {len(systems)} subsystems")


def check_scores(out):
    """Yearly arrivals 1999-2015 against two curves without a mechanism: their errors were computed once by other means."""
    scores = json.loads((out / "report.json").read_text(encoding="utf-8"))["scores"]
    score = next(s for s in scores if s["observation"] == "arrivals_total" and s["years"] == "fitted")
    assert (score["year_from"], score["year_to"], score["rows"]) == (1999, 2015, 17), score
    assert abs(score["quadratic"] - 0.198) < 0.002 and abs(score["logistic"] - 0.138) < 0.002, score
    print(f"arrivals 1999-2015: error of logs {score['model']:.2f} at this scale; quadratic {score['quadratic']:.3f}, logistic {score['logistic']:.3f}")
    assert score["model"] < 0.8, score  # a hundredth of the country: chance alone makes 0.3 to 0.4


def insert_idle_transition(name, text):
    """A transition that nobody can ever fire, put before all others of one file."""
    if name != "people.yaml":
        return text
    idle = "transitions:\n  a_rule_that_never_fires:\n    who: status = home and role = soldier\n" \
           "    rate: 0 / y\n    then: { set: { status: dead } }\n"
    assert text.count("\ntransitions:\n") == 1
    return text.replace("transitions:\n", idle)


def reverse_transitions(_, text):
    """The transitions of each file in reverse order."""
    head, mark, body = text.partition("\ntransitions:\n")
    if not mark:
        return text
    end = re.search(r"(?m)^\S", body)  # the next section, if there is one
    body, rest = (body[:end.start()], body[end.start():]) if end else (body, "")
    first, *entries = re.split(r"(?m)^(?=  [A-Za-z])", body)
    assert not first.strip() and len(entries) > 1, first
    return head + mark + "".join(entry.rstrip("\n") + "\n" for entry in reversed(entries)) + rest


def check_twins(temporary):
    """Whatever should not matter does not: threads, a second run, a parameter set to its own value, idle rules, order."""
    base = run(SCENARIO, temporary / "base", *SHORT, "--threads", "1")["digest"]
    twins = {
        "once more": run(SCENARIO, temporary / "again", *SHORT, "--threads", "1"),
        "2 threads": run(SCENARIO, temporary / "threads", *SHORT, "--threads", "2"),
        "a parameter set to its own value": run(SCENARIO, temporary / "own", *SHORT, "--set", "border.on=1"),
        "the same from a date on": run(SCENARIO, temporary / "dated", *SHORT, "--set", "border.on=1@1994-03-05"),
        "a transition that never fires": run(changed_copy(temporary / "idle", insert_idle_transition), temporary / "idle-out", *SHORT),
        "transitions in reverse order": run(changed_copy(temporary / "reverse", reverse_transitions), temporary / "reverse-out", *SHORT),
    }
    for name, ran in twins.items():
        assert ran["digest"] == base, f"{name}: {ran['digest']}, not {base}"
        print(f"equal digest: {name}")
    other = run(SCENARIO, temporary / "other", *SHORT, "--set", "leave.base=0.05")["digest"]
    assert other != base, "a change that matters left the digest as it was"


def check_states(temporary):
    """Each week: the living by state sum to the living, and with the dead and the unborn to all rows of the model."""
    def count_states(name, text):
        if name != "outcomes.yaml":
            return text
        extra = "outcomes:\n  test_living: { stock: status != dead and status != unborn, every: window }\n" \
                "  test_states: { stock: status = status_level_all, by: [status], every: window }\n"
        everyone = "status = dead or status != dead"
        return text.replace("outcomes:\n", extra.replace("status = status_level_all", everyone), 1)
    out = temporary / "states-out"
    ran = run(changed_copy(temporary / "states", count_states), out, *SHORT)
    living, states = {}, {}
    for row in rows(out / "outcomes.csv"):
        week = row["period_from"]
        if row["outcome"] == "test_living":
            living[week] = int(row["simulated_persons"])
        elif row["outcome"] == "test_states" and row["status"] != "all":
            states.setdefault(week, {})[row["status"]] = int(row["simulated_persons"])
    assert len(living) == ran["windows"] == len(states)
    for week, cells in states.items():
        assert sum(cells.values()) == ran["rows"], f"{week}: {sum(cells.values())} of {ran['rows']} rows"
        assert sum(count for state, count in cells.items() if state not in ("dead", "unborn")) == living[week], week
    print(f"states: {len(states)} weeks, every one of {ran['rows']} rows in exactly one state")


def main():
    with tempfile.TemporaryDirectory() as name:
        temporary = pathlib.Path(name)
        check_twins(temporary)
        check_states(temporary)
        check_people(temporary)


if __name__ == "__main__":
    main()
