#!/usr/bin/env python3
"""Makes data/drivers.csv (every national driver as steps or knots), data/china_fence.csv (by province), data/timeline.csv (the
coding of the 154 dated rows) and data/codings/ (other codings of the same rows) from sources/. Standard library only,
deterministic.

Rules of the coding, in data/timeline.csv:
  outcome     exits, protests, arrivals, crossings: never an input.
  endogenous  reactions of the state that the model makes itself (loops): barriers, raids, purges, penalties for families,
              minders, orders to missions, smears. The coding `reactions_given` feeds in those that can be dated.
  driver      what comes from outside, and 16 decisions of the state that no loop makes (pandemic, succession, currency).
  context     known, and not used: no quantity, or a day that no window sees, or what another row holds.
Quantities are counts of measures in force (1 each, resolutions by number) or published figures, never suggested strengths.
A row was known from its first day unless KNOWN says otherwise (day of the first report named as its source).
"""
import csv

from tables import HERE, read, write

LAST = "2024-12-31"
CLASSES = ["border", "china", "punishment", "elite_terror", "information_block", "information_in", "pressure", "abroad", "economy", "politics"]

# Rows of the time line that enter as inputs: id -> (driver, class, quantity, last day or None for the row's own, note)
CODED = {
    "T003": ("leniency", "punishment", 1, None, "a personal line of the leader; no loop makes it"),
    "T049": ("clemency", "punishment", 1, None, "staged returns; no loop makes the offer"),
    "T084": ("informer_reward", "punishment", 1, None, "a published sum; no loop makes it"),
    "T058": ("long_terms", "punishment", 1, LAST, "not known to have been lifted"),
    "T015": ("china_sweeps", "china", 1, None, ""), "T023": ("china_sweeps", "china", 1, "2004-12-31", "raids went on to the end of the year: assumed"),
    "T031": ("china_sweeps", "china", 1, None, ""), "T052": ("china_sweeps", "china", 1, None, ""), "T055": ("china_sweeps", "china", 1, None, ""),
    "T076": ("china_sweeps", "china", 1, None, ""), "T082": ("china_sweeps", "china", 1, None, ""), "T093": ("china_sweeps", "china", 1, None, ""),
    "T126": ("china_sweeps", "china", 1, None, ""), "T131": ("mass_returns", "china", 1, None, ""), "T140": ("mass_returns", "china", 1, "2024-05-26", "a month: assumed"),
    "T044": ("border_orders", "border", 1, LAST, "the drive of the succession, T046 continues it; no row says that it was lifted"),
    "T046": ("guard_inspection", "border", 1, LAST, "the row ends with its last report; what stands (cameras, wire, rotation, punishment) is in force until a row says that it was lifted, and none does"),
    "T108": ("guard_inspection", "border", 1, None, "special forces, sent for a time"),
    "T109": ("shoot_order", "border", 1, LAST, "renewed in October 2023 (T133)"),
    "T103": ("closure", "border", 1, None, "open again for nationals from T130"), "T130": ("reopening", "abroad", 1, None, ""),
    "T026": ("sanctions", "economy", 1, LAST, ""), "T034": ("sanctions", "economy", 1, LAST, ""), "T053": ("sanctions", "economy", 1, LAST, ""),
    "T070": ("sanctions", "economy", 2, LAST, "two resolutions"), "T094": ("sanctions", "economy", 3, LAST, "three resolutions"),
    "T065": ("enforcement", "economy", 1, LAST, "steps by banks and insurers' states that act on exposure"),
    "T069": ("kaesong_closed", "economy", 1, LAST, "not reopened"),
    "T035": ("currency_reform", "economy", 1, None, ""), "T048": ("market_tolerance", "economy", 1, None, ""),
    "T112": ("info_laws", "information_block", 1, None, "the one law that no loop makes at its date; the later ones (T118, T124) follow use"),
    "T138": ("enemy_policy", "politics", 1, LAST, ""), "T098": ("summitry", "politics", 1, None, ""), "T045": ("leader_hope", "politics", 1, None, ""),
    "T066": ("loudspeakers", "information_in", 1, None, ""), "T068": ("loudspeakers", "information_in", 1, "2018-04-22", ""), "T146": ("loudspeakers", "information_in", 1, None, ""),
    "T113": ("leaflet_ban", "information_in", 1, None, ""),
    "T018": ("un_pressure", "pressure", 1, LAST, "annual texts"), "T025": ("un_pressure", "pressure", 1, LAST, "annual texts"),
    "T022": ("un_pressure", "pressure", 1, LAST, "law of the United States"), "T071": ("un_pressure", "pressure", 1, LAST, "law of the South"),
    "T050": ("un_pressure", "pressure", 1, LAST, ""), "T054": ("un_pressure", "pressure", 1, LAST, ""),
    "T063": ("un_pressure", "pressure", 1, LAST, ""), "T129": ("un_pressure", "pressure", 1, LAST, ""),
    "T037": ("upr", "pressure", 1, "2010-12-31", "a year of follow-up: assumed"), "T060": ("upr", "pressure", 1, "2015-05-06", "a year of follow-up: assumed"),
    "T100": ("upr", "pressure", 1, "2020-05-14", "a year of follow-up: assumed"), "T153": ("upr", "pressure", 1, None, ""),
    "T062": ("icc", "pressure", 1, LAST, "the call stands"),
    "T075": ("naming", "pressure", 1, LAST, "sanctions in force"), "T086": ("naming", "pressure", 1, "2017-12-31", "talk for a year: assumed"),
    "T144": ("naming", "pressure", 1, LAST, ""), "T152": ("naming", "pressure", 1, LAST, ""),
    "T080": ("flood", "border", 1, None, ""), "T147": ("flood", "border", 1, None, ""), "T092": ("south_reward", "abroad", 1, LAST, ""),
    "T102": ("un_deadline", "abroad", 1, LAST, "the deadline stands"),
}
# Reactions of the state that can be dated, fed in by the coding `reactions_given` alone: id -> (driver, class, quantity, last day)
REACTIONS = {
    "T006": ("purge_orders", "elite_terror", 1, None), "T008": ("purge_orders", "elite_terror", 1, None), "T090": ("purge_orders", "elite_terror", 1, None),
    "T012": ("family_orders", "punishment", 1, None), "T067": ("family_orders", "punishment", 1, None), "T105": ("family_orders", "punishment", 1, None),
    "T122": ("family_orders", "punishment", 1, None),
    "T033": ("border_orders", "border", 1, None), "T038": ("border_orders", "border", 1, None), "T041": ("border_orders", "border", 1, None),
    "T081": ("shoot_order", "border", 1, None),
    "T059": ("info_laws", "information_block", 1, None), "T118": ("info_laws", "information_block", 1, None), "T124": ("info_laws", "information_block", 1, None),
    "T078": ("recall", "abroad", 1, None), "T136": ("recall", "abroad", 1, None), "T085": ("containment", "pressure", 1, "2017-12-31"),
}
# Drivers that enter through a series below: the rows stand behind it.
SERIES = {"T004": ("famine", "economy"), "T007": ("famine", "economy"), "T010": ("radio_hours", "information_in"), "T017": ("market", "economy"), "T024": ("market", "economy"),
          "T040": ("china_fence", "china"), "T104": ("trade_china", "economy"), "T115": ("new_fence", "border"),
          "T001": ("precedent", "politics"), "T005": ("successions", "politics"), "T032": ("phone_lines", "information_in"),
          "T020": ("loudspeakers", "information_in"), "T097": ("loudspeakers", "information_in"), "T132": ("leaflet_ban", "information_in")}
OUTCOMES = {"T002", "T009", "T011", "T014", "T016", "T021", "T027", "T028", "T036", "T042", "T043", "T073", "T074", "T077", "T083", "T087", "T088", "T095",
            "T099", "T101", "T107", "T111", "T125", "T127", "T135", "T148", "T150"}
# Rows that exits or those who left brought about; left out by the coding `without_outcomes`.
AFTER_OUTCOMES = {"T015", "T023", "T049", "T055", "T082", "T093", "T131", "T140", "T152"}
# First report, where a row was not known on its first day.
KNOWN = {"T003": "2004-10-01", "T006": "1998-01-01", "T008": "2025-01-01", "T012": "1997-06-01", "T030": "2015-07-01", "T033": "2010-02-01", "T036": "2009-12-15",
         "T038": "2010-05-17", "T041": "2010-12-28", "T043": "2011-02-23", "T047": "2021-12-15", "T051": "2016-12-29", "T056": "2013-11-11", "T058": "2016-04-25",
         "T059": "2016-03-01", "T064": "2015-07-14", "T065": "2017-01-31", "T072": "2024-11-01", "T078": "2016-08-18", "T081": "2016-11-26", "T085": "2017-01-31",
         "T087": "2017-01-31", "T089": "2024-11-01", "T090": "2017-02-03", "T099": "2020-10-06", "T105": "2020-07-01", "T108": "2020-09-01", "T109": "2020-10-01",
         "T114": "2024-06-27", "T115": "2021-03-01", "T117": "2021-07-31", "T119": "2021-12-15", "T122": "2022-07-20", "T123": "2022-12-01", "T133": "2023-10-25",
         "T135": "2024-07-16", "T136": "2024-01-11", "T139": "2024-06-18", "T151": "2024-09-03"}
# Figures that a row's source gives, beside the quantity that the driver uses.
PUBLISHED = {"T015": (25, "persons deported a day"), "T023": (65, "persons"), "T031": (8000, "RMB of reward"), "T039": (1, "official"), "T049": (8, "persons"), "T051": (30, "officials"),
             "T052": (2000, "RMB of reward"), "T055": (9, "persons"), "T062": (116, "votes for"), "T063": (11, "votes for"), "T064": (60, "officials"), "T069": (332, "million USD a year"),
             "T076": (1000, "RMB of reward"), "T082": (38, "persons"), "T084": (5000000, "KPW of reward"), "T092": (860000, "USD of reward"), "T093": (120, "persons"),
             "T100": (262, "recommendations"), "T102": (23000, "persons home"), "T105": (30, "families"), "T117": (50, "persons"), "T122": (30, "households"),
             "T131": (620, "persons"), "T134": (9, "missions closed"), "T137": (108, "persons"), "T140": (60, "persons"), "T142": (3600, "balloons"),
             "T146": (16, "hours a day"), "T151": (30, "officials"), "T152": (12, "cables"), "T153": (294, "recommendations"), "T075": (11, "persons named")}
# Numbers that are not in the time line: knots or steps with their source or "assumed".
GIVEN = {
    "famine": ("linear", "shape assumed: no yearly hunger figure exists before 2001; T004 dates the peak to 1996-97",
               [("1994-01-01", 0.2), ("1995-07-01", 0.6), ("1996-09-01", 1.0), ("1997-12-31", 1.0), ("1999-01-01", 0.7), ("2000-06-01", 0.4), ("2002-01-01", 0.15), ("2003-01-01", 0.0)]),
    "market": ("linear", "shape assumed: markets grow from the famine to the currency reform of 2009 and stay (T017, T024, T048)",
               [("1994-01-01", 0.0), ("1997-01-01", 0.25), ("2002-07-01", 0.5), ("2009-11-01", 1.0), ("2010-02-01", 0.8), ("2012-01-01", 1.0), ("2020-01-22", 1.0), ("2020-12-31", 0.6), ("2024-12-31", 0.6)]),
    "media_index": ("linear", "leavers who had watched foreign video: 8.4 % before 2000, 67.6 % 2006-10, 83.3 % 2016-20 (a selected sample; between them and after them assumed)",
                    [("1994-01-01", 0.03), ("1998-01-01", 0.084), ("2008-07-01", 0.676), ("2018-07-01", 0.833), ("2024-12-31", 0.833)]),
    "china_lockdown": ("step", "movement inside China under zero-COVID (T103; end of the policy 2023-01-08)", [("1994-01-01", 0), ("2020-01-23", 1), ("2023-01-08", 0)]),
    "broker_growth": ("linear", "years of growth of the brokers' trade, from 1998 to 2009: shape assumed (C063, P084)", [("1994-01-01", 0), ("1998-01-01", 0), ("2009-01-01", 11), ("2024-12-31", 11)]),
    "new_fence": ("linear", "share of the frontier with new or renewed barriers 2020-23 (T115, P042 to P045)", [("1994-01-01", 0), ("2021-02-01", 0), ("2023-05-01", 0.72), ("2024-12-31", 0.72)]),
    "workers_abroad": ("step", "thousands of workers whom hosts would take (P190, society_structure.csv: 50 thousand in 2015, 100 in 2017-19; before 2010 assumed)",
                       [("1994-01-01", 20), ("2000-01-01", 22), ("2005-01-01", 25), ("2008-01-01", 35), ("2011-01-01", 45), ("2013-01-01", 50), ("2016-01-01", 75), ("2017-01-01", 100)]),
    "weapon_tests": ("step", "nuclear tests of the year before, dated by T026, T034, T053, T068, T070 and T094",
                     [("1994-01-01", 0), ("2006-10-09", 1), ("2007-10-09", 0), ("2009-05-25", 1), ("2010-05-25", 0), ("2013-02-12", 1), ("2014-02-12", 0), ("2016-01-06", 1), ("2016-09-09", 2),
                      ("2017-01-06", 1), ("2017-09-03", 2), ("2017-09-09", 1), ("2018-09-03", 0)]),
    "precedent": ("linear", "news of officials elsewhere who did well after a change (T001, C015): 1 after the end of the Eastern Bloc; that it fades is assumed", [("1994-01-01", 1), ("2004-01-01", 0.5), ("2024-12-31", 0.5)]),
    "seoul": ("step", "1 while the government in Seoul seeks engagement (terms of presidents, public record)", [("1994-01-01", 0), ("1998-02-25", 1), ("2008-02-25", 0), ("2017-05-10", 1), ("2022-05-10", 0)]),
    "radio_hours": ("step", "station hours a day of outside radio (P142 for 2024; earlier growth assumed from T010 and radio_hours.csv)", [("1994-01-01", 60), ("1997-03-01", 100), ("2003-01-16", 160), ("2006-01-01", 300), ("2013-01-01", 415)]),
}


def gdp():
    """Level of real GDP, 1990 = 1, from the growth rates of the Bank of Korea; linear between mid-years."""
    level, rows = 1.0, []
    for r in read("gdp_bok.csv"):
        if r["variable"] == "real_gdp_growth_pct":
            if int(r["year"]) > 1990:
                level *= 1 + float(r["value"]) / 100
            if int(r["year"]) >= 1993:
                rows.append(("%s-07-01" % r["year"], round(level, 4)))
    return rows


def trade():
    """Trade with China, bn USD a year. Before 2006 no figure here: 0.5 is assumed for 1994 to 2000, linear to 2006."""
    rows = [("1994-07-01", 0.5), ("2000-07-01", 0.5)]
    seen = {}
    for r in read("trade_china_usd_bn.csv"):
        if r["flow"] == "total" and int(r["year"]) <= 2024:
            seen[int(r["year"])] = float(r["value_usd_bn"])
    return rows + [("%d-07-01" % y, seen[y]) for y in sorted(seen)]


def coded(rows, table, quantity=lambda row, size: size, last_day=lambda row, last: last or row["date_end"]):
    """Steps of each driver from the rows in `table`: (driver, day, level). A driver with no rows stays at 0."""
    changes = {driver: [] for driver in {entry[0] for entry in (*CODED.values(), *REACTIONS.values())}}
    for row in rows:
        if row["id"] in table:
            driver, _, size, last = table[row["id"]][:4]
            size, last = quantity(row, size), last_day(row, last)
            changes[driver].append((max(row["date_start"], "1994-01-01"), size))
            if last < LAST:
                changes[driver].append((next_day(last), -size))
    out = []
    for driver in sorted(changes):
        level, dated = 0, {"1994-01-01": 0}
        for day, change in sorted(changes[driver]):
            level += change
            dated[day] = round(level, 6) + 0
        out += [[driver, day, dated[day]] for day in sorted(dated)]
    return out


def role(row):
    """Role, class, driver, quantity, last day and note of a row."""
    key = row["id"]
    if key in OUTCOMES:
        return "outcome", "", "", "", "", ""
    if key in CODED:
        driver, class_name, quantity, last, note = CODED[key]
        return "driver", class_name, driver, quantity, last or row["date_end"], note
    if key in SERIES:
        return "driver", SERIES[key][1], SERIES[key][0], "", "", "through a published or assumed series, see data/drivers.csv"
    if row["role_proposed"] == "policy_response":
        return "endogenous", REACTIONS[key][1] if key in REACTIONS else row["class_proposed"], "", "", "", "given by the coding reactions_given" if key in REACTIONS else ""
    return "context", row["class_proposed"], "", "", "", ""


def codings(timeline):
    """Other codings of the same rows, as tables (driver, date, value) to put in the place of data/drivers.csv."""
    strength = {r["id"]: float(r["strength_0_1"]) for r in read("suggested_strengths.csv")}
    grade = {r["id"]: r["confidence"] for r in timeline}
    both = {**CODED, **REACTIONS}
    made = {
        "binary": [[d, day, min(v, 1)] for d, day, v in coded(timeline, CODED)],
        "suggested": coded(timeline, CODED, quantity=lambda row, size: strength[row["id"]]),
        "without_low": coded(timeline, {k: v for k, v in CODED.items() if grade[k] != "low"}),
        "without_outcomes": coded(timeline, {k: v for k, v in CODED.items() if k not in AFTER_OUTCOMES}),
        "reactions_given": coded(timeline, both),
        "as_dated": coded(timeline, CODED, last_day=lambda row, last: row["date_end"]),
    }
    (HERE / "data" / "codings").mkdir(parents=True, exist_ok=True)
    for name, rows in made.items():
        write("codings/%s.csv" % name, ["driver", "date", "value"], rows)


def main():
    timeline = read("timeline.csv")
    rows = []
    for r in timeline:
        kind, class_name, driver, quantity, last, note = role(r)
        known = KNOWN.get(r["id"], r["date_start"])
        rows.append([r["id"], r["date_start"], r["date_end"], r["driver"], kind, class_name, driver, quantity, last, known, *PUBLISHED.get(r["id"], ("", "")),
                     r["confidence"], note, r["description"], r["source"]])
    write("timeline.csv", ["id", "date_start", "date_end", "what", "role", "class", "driver", "quantity", "in_force_to", "known_from", "published", "published_unit",
                           "grade", "note", "description", "source"], rows)
    out = [[*row, "count of measures in force, data/timeline.csv"] for row in coded(timeline, CODED)]
    for name, knots, source in (("gdp", gdp(), "Bank of Korea growth rates, 1990 = 1"), ("trade_china", trade(), "trade_china_usd_bn.csv; before 2006 assumed")):
        out += [[name, day, value, source] for day, value in knots]
    for name in sorted(GIVEN):
        out += [[name, day, value, GIVEN[name][1]] for day, value in GIVEN[name][2]]
    write("drivers.csv", ["driver", "date", "value", "source"], out)
    codings(timeline)
    write_fence()
    print(len(rows), "rows coded:", {k: sum(1 for r in rows if r[4] == k) for k in ("driver", "endogenous", "outcome", "context")})


def write_fence():
    """data/china_fence.csv: China's own wire, by province (T040)."""
    fence = {"north_hamgyong": [("1994-01-01", 0), ("2010-06-01", 0), ("2012-01-01", 0.5), ("2013-07-31", 1)]}
    fence["ryanggang"] = [("1994-01-01", 0), ("2010-06-01", 0), ("2013-07-31", 0.3)]
    provinces = sorted({r["province"] for r in csv.DictReader(open(HERE / "data" / "counties.csv", encoding="utf-8"))})
    write("china_fence.csv", ["province", "date", "share", "source"],
          [[p, d, v, "T040: upstream half of the Tumen by 2012, all by mid-2013; share of Ryanggang assumed (short upper Tumen)" if p in fence else "no fence of that period reported: 0"]
           for p in provinces for d, v in fence.get(p, [("1994-01-01", 0)])])


def next_day(day):
    import datetime
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()


main()
