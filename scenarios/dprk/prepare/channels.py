#!/usr/bin/env python3
"""Make data/channels.csv: how the carriers of foreign media changed, from sources/ and stated assumptions."""

import csv
import pathlib

here = pathlib.Path(__file__).resolve().parent.parent
rows = []

# Share of film and video on sticks, cards and players. No survey splits it: none before cards came with small players, most of it
# ten years later. Assumed.
for date, share in (("1994-01-01", 0), ("2005-01-01", 0), ("2010-01-01", 0.2), ("2015-01-01", 0.7), ("2020-01-01", 0.85), ("2024-12-31", 0.85)):
    rows.append(("digital_share", date, share, "assumed"))

# Domestic mobile lines for each person of 25 million.
rows.append(("phone_lines", "1994-01-01", 0, "no public network before 2008-12"))
with open(here / "sources/mobile_subscribers.csv", newline="", encoding="utf-8") as f:
    for row in csv.DictReader(f):
        rows.append(("phone_lines", row["date"] + "-01", round(float(row["subscribers"]) / 25e6, 5), "sources/mobile_subscribers.csv"))

with open(here / "data/channels.csv", "w", newline="", encoding="utf-8") as f:
    out = csv.writer(f, lineterminator="\n")
    out.writerow(("driver", "date", "value", "source"))
    out.writerows(rows)
