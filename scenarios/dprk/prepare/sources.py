#!/usr/bin/env python3
"""Copies the raw published figures that the scenario needs into sources/, unchanged but for dropped rows.

Usage: sources.py FOLDER EVIDENCE
FOLDER holds the collected tables, EVIDENCE the claims, parameters and time line. Run once, when the collection changes;
everything else (population.py, drivers.py, evidence.py) reads sources/ alone. Rows about prices after 2020, the spacing of
guard posts, details of mines and curfew are never copied.
"""
import csv
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent / "sources"
WHOLE = ["births_deaths_wpp2024.csv", "population_age_sex_wpp2019.csv", "defector_arrivals_annual.csv", "gdp_bok.csv",
         "trade_china_usd_bn.csv", "food.csv", "military_size.csv", "province_area_border.csv", "elite_direct_sea.csv",
         "mobile_subscribers.csv", "radio_hours.csv", "information_exposure.csv", "china_transit_repatriation.csv",
         "society_structure.csv"]
FILTERS = {
    "census2008_county.csv": lambda r: r["area"] == "all",
    "census_province_national.csv": lambda r: r["basis"] == "2008 census borders" and r["area"] == "all",
    "population_wpp2024.csv": lambda r: r["variable"] in ("population_midyear", "total_fertility", "crude_birth_rate", "crude_death_rate"),
    "mortality_age_sex_wpp2024.csv": lambda r: 1990 <= int(r["mid_year"]) <= 2023,
    "fertility_age_pattern_wpp2024.csv": lambda r: 1990 <= int(r["mid_year"]) <= 2023,
    "defector_breakdown_cumulative.csv": lambda r: r["dimension"].startswith(("age", "province", "flow", "occupation")),
}
WITHHELD = {"P046", "P047", "P048", "P049", "P050", "P051", "P052", "P054", "P076", "P092"}
DROPPED = {"timeline.csv": ("strength_0_1", "strength_justification")}  # suggested strengths are no data (see strengths); their reasons hold detail
SEED = {"000": "S0", "001": "S1", "002": "S2", "003": "S3", "004": "S4"}  # documents by their short names


def copy(source, target, keep):
    with open(source, encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    for row in rows:
        for name in DROPPED.get(target.name, ()):
            del row[name]
        if "seed" in row:
            row["seed"] = SEED[row["seed"][:3]]
        for name, text in row.items():
            row[name] = re.sub(r"\bseeds? (00\d(?:, 00\d)*)", lambda m: "document " + m[1].replace("00", "S"), text)
    with open(target, "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, rows[0].keys(), lineterminator="\n")
        out.writeheader()
        out.writerows(r for r in rows if keep(r))


def strengths(source, target):
    """The suggested strengths alone: for the coding of that name, which a claim's verdict must survive, and for nothing else."""
    with open(source, encoding="utf-8", newline="") as f:
        rows = [(r["id"], r["strength_0_1"]) for r in csv.DictReader(f)]
    with open(target, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["id", "strength_0_1"])
        out.writerows(rows)


def main():
    data, evidence = map(pathlib.Path, sys.argv[1:3])
    HERE.mkdir(exist_ok=True)
    for name in WHOLE:
        copy(data / name, HERE / name, lambda r: True)
    for name, keep in FILTERS.items():
        copy(data / name, HERE / name, keep)
    for name in ("claims.csv", "timeline.csv"):
        copy(evidence / name, HERE / name, lambda r: True)
    strengths(evidence / "timeline.csv", HERE / "suggested_strengths.csv")
    copy(evidence / "parameters.csv", HERE / "parameters.csv", lambda r: r["id"] not in WITHHELD)


main()
