#!/usr/bin/env python3
"""Makes data/drivers.csv (every national driver as steps or knots), data/china_fence.csv (by province) and data/timeline.csv
(the coding of the 154 dated rows) from sources/. Standard library only, deterministic.

Rules of the coding. Outcomes (exits, protests) are never inputs. Reactions of the regime are left to the feedback of the model
(role `endogenous`), except dated orders and closures, which enter as drivers. Quantities are counts of measures in force (1 each)
or published figures, never the suggested strengths. A row was known from its first day unless `known_from` says otherwise.
"""
import csv

from tables import HERE, read, write

LAST = "2024-12-31"


# Rows of the time line that enter as inputs: id -> (driver, class, quantity, last day or None for the row's own, note)
CODED = {
    "T006": ("purge_orders", "elite_terror", 1, None, ""), "T008": ("purge_orders", "elite_terror", 1, None, ""),
    "T090": ("purge_orders", "elite_terror", 1, None, ""),
    "T003": ("leniency", "punishment", 1, None, ""), "T012": ("family_orders", "punishment", 1, None, ""),
    "T067": ("family_orders", "punishment", 1, None, ""), "T105": ("family_orders", "punishment", 1, None, ""),
    "T122": ("family_orders", "punishment", 1, None, ""), "T084": ("informer_reward", "punishment", 1, None, ""),
    "T049": ("clemency", "punishment", 1, None, ""),
    "T015": ("china_sweeps", "china", 1, None, ""), "T023": ("china_sweeps", "china", 1, "2004-12-31", "raids went on to the end of the year: assumed"),
    "T031": ("china_sweeps", "china", 1, None, ""), "T052": ("china_sweeps", "china", 1, None, ""), "T055": ("china_sweeps", "china", 1, None, ""),
    "T076": ("china_sweeps", "china", 1, None, ""), "T082": ("china_sweeps", "china", 1, None, ""), "T093": ("china_sweeps", "china", 1, None, ""),
    "T126": ("china_sweeps", "china", 1, None, ""), "T131": ("mass_returns", "china", 1, None, ""), "T140": ("mass_returns", "china", 1, "2024-05-26", ""),
    "T058": ("long_terms", "punishment", 1, LAST, "not known to have been lifted"),
    "T033": ("border_orders", "border", 1, None, ""), "T038": ("border_orders", "border", 1, None, ""), "T041": ("border_orders", "border", 1, None, ""),
    "T044": ("border_orders", "border", 1, LAST, "the drive of the succession, T046 continues it; no row says that it was lifted"),
    "T046": ("guard_inspection", "border", 1, None, ""), "T108": ("guard_inspection", "border", 1, None, ""),
    "T081": ("shoot_order", "border", 1, None, ""), "T109": ("shoot_order", "border", 1, LAST, "renewed in October 2023 (T133)"),
    "T103": ("closure", "closure", 1, None, ""), "T130": ("reopening", "abroad", 1, None, ""),
    "T026": ("sanctions", "economy", 1, LAST, ""), "T034": ("sanctions", "economy", 1, LAST, ""), "T053": ("sanctions", "economy", 1, LAST, ""),
    "T070": ("sanctions", "economy", 2, LAST, "two resolutions"), "T094": ("sanctions", "economy", 3, LAST, "three resolutions"),
    "T035": ("currency_reform", "economy", 1, None, ""), "T048": ("market_tolerance", "economy", 1, None, ""),
    "T059": ("info_laws", "information_block", 1, None, ""), "T112": ("info_laws", "information_block", 1, None, ""),
    "T118": ("info_laws", "information_block", 1, None, ""), "T124": ("info_laws", "information_block", 1, None, ""),
    "T138": ("enemy_policy", "politics", 1, LAST, ""), "T098": ("summitry", "politics", 1, None, ""), "T045": ("leader_hope", "politics", 1, None, ""),
    "T066": ("loudspeakers", "information_in", 1, None, ""), "T068": ("loudspeakers", "information_in", 1, None, ""), "T146": ("loudspeakers", "information_in", 1, None, ""),
    "T113": ("leaflet_ban", "information_in", 1, None, ""),
    "T018": ("un_pressure", "pressure", 1, LAST, ""), "T025": ("un_pressure", "pressure", 1, LAST, ""), "T037": ("un_pressure", "pressure", 1, "2010-12-31", ""),
    "T050": ("un_pressure", "pressure", 1, LAST, ""), "T054": ("un_pressure", "pressure", 1, LAST, ""), "T060": ("un_pressure", "pressure", 1, "2014-12-31", ""),
    "T062": ("un_pressure", "pressure", 1, LAST, ""), "T063": ("un_pressure", "pressure", 1, LAST, ""), "T075": ("un_pressure", "pressure", 1, LAST, ""),
    "T086": ("un_pressure", "pressure", 1, "2017-12-31", ""), "T100": ("un_pressure", "pressure", 1, "2019-12-31", ""), "T129": ("un_pressure", "pressure", 1, LAST, ""),
    "T152": ("un_pressure", "pressure", 1, LAST, ""), "T153": ("un_pressure", "pressure", 1, LAST, ""),
    "T078": ("recall", "abroad", 1, None, ""), "T136": ("recall", "abroad", 1, None, ""), "T085": ("containment", "pressure", 1, "2017-12-31", ""),
    "T080": ("flood", "border", 1, None, ""), "T147": ("flood", "border", 1, None, ""), "T092": ("south_reward", "abroad", 1, LAST, ""),
}
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
    "missions": ("linear", "missions abroad (P037, society_structure.csv)", [("1994-01-01", 69), ("1995-07-01", 68), ("2005-07-01", 50), ("2016-07-01", 53), ("2023-10-29", 53), ("2024-02-29", 44), ("2024-12-31", 44)]),
    "workers_abroad": ("linear", "thousands of workers abroad (P190, society_structure.csv; before 2010 and after 2019 assumed)", [("1994-01-01", 20), ("2005-01-01", 25), ("2015-01-01", 60), ("2018-01-01", 90), ("2019-12-22", 60), ("2020-06-01", 50), ("2024-12-31", 45)]),
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


def purges():
    """Officials executed or purged a year (INSS), the only yearly series; 3 a year is assumed where none is given."""
    return [("1994-01-01", 3), ("2012-01-01", 3), ("2013-01-01", 30), ("2014-01-01", 40), ("2015-01-01", 60), ("2016-01-01", 3), ("2017-01-01", 3)]


def main():
    timeline = read("timeline.csv")
    rows, changes = [], {}
    for r in timeline:
        role, driver, class_name, quantity, last, note = "context", "", r["class_proposed"], "", "", ""
        if r["id"] in CODED:
            driver, class_name, quantity, last, note = CODED[r["id"]]
            role, last = "driver", last or r["date_end"]
            first = max(r["date_start"], "1994-01-01")
            changes.setdefault(driver, []).append((first, quantity))
            if last < LAST:
                changes[driver].append((next_day(last), -quantity))
        elif r["role_proposed"] == "outcome":
            role, class_name = "outcome", ""
        elif r["role_proposed"] == "policy_response":
            role = "endogenous"
        rows.append([r["id"], r["date_start"], r["date_end"], r["driver"], role, class_name, driver, quantity, last, r["date_start"], r["confidence"], note, r["description"], r["source"]])
    write("timeline.csv", ["id", "date_start", "date_end", "what", "role", "class", "driver", "quantity", "in_force_to", "known_from", "grade", "note", "description", "source"], rows)
    out = []
    for driver in sorted(changes):
        level, dated = 0, {"1994-01-01": 0}
        for day, change in sorted(changes[driver]):
            level += change
            dated[day] = level
        out += [[driver, day, dated[day], "count of measures in force, data/timeline.csv"] for day in sorted(dated)]
    for name, knots, source in (("gdp", gdp(), "Bank of Korea growth rates, 1990 = 1"), ("trade_china", trade(), "trade_china_usd_bn.csv; before 2006 assumed"), ("officials_purged", purges(), "INSS via JoongAng (P115 to P119); other years assumed")):
        out += [[name, day, value, source] for day, value in knots]
    for name in sorted(GIVEN):
        out += [[name, day, value, GIVEN[name][1]] for day, value in GIVEN[name][2]]
    write("drivers.csv", ["driver", "date", "value", "source"], out)
    fence = {"north_hamgyong": [("1994-01-01", 0), ("2010-06-01", 0), ("2012-01-01", 0.5), ("2013-07-31", 1)]}
    fence["ryanggang"] = [("1994-01-01", 0), ("2010-06-01", 0), ("2013-07-31", 0.3)]
    provinces = sorted({r["province"] for r in csv.DictReader(open(HERE / "data" / "counties.csv", encoding="utf-8"))})
    write("china_fence.csv", ["province", "date", "share", "source"],
          [[p, d, v, "T040: upstream half of the Tumen by 2012, all by mid-2013; share of Ryanggang assumed (short upper Tumen)" if p in fence else "no fence of that period reported: 0"]
           for p in provinces for d, v in fence.get(p, [("1994-01-01", 0)])])
    print(len(rows), "rows coded:", {k: sum(1 for r in rows if r[4] == k) for k in ("driver", "endogenous", "outcome", "context")})


def next_day(day):
    import datetime
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()


main()
