#!/usr/bin/env python3
"""Makes data/evidence.csv (every claim, graded value and dated row of sources/, cited or not) and the tables of observations.
Standard library only, deterministic; reads sources/ and the scenario's own YAML, which may cite nothing else."""
import re

from tables import HERE, read, write

BEFORE_1994 = {"total": 676, "male": 623, "female": 53}  # 607 to 1989 (564 men, 43 women) + four fifths of 86 in 1990-94; women of these 15 %: assumed
PROVINCE = {"North Hamgyong": "north_hamgyong", "Ryanggang": "ryanggang", "South Hamgyong": "south_hamgyong", "Kangwon": "kangwon", "Jagang": "jagang",
            "North Pyongan": "north_pyongan", "Pyongyang": "pyongyang", "North Hwanghae": "north_hwanghae", "South Hwanghae": "south_hwanghae"}


# Tables of sources/ that rules rest on as a whole, by ids of their own; source and grades stand in their rows.
TABLES = {"D001": ("mortality_age_sex_wpp2024", "Deaths by age and sex, 1990 to 2023"), "D002": ("fertility_age_pattern_wpp2024", "Births by age of the mother, 1990 to 2023"),
          "D003": ("births_deaths_wpp2024", "Births and deaths a year"), "D004": ("population_age_sex_wpp2019", "Population by age and sex, 1990 and 1995"),
          "D005": ("census2008_county", "Population by county and sex, 2008"), "D006": ("military_size", "Men and women under arms"),
          "D007": ("society_structure", "Shares by legal status, household size and the like"), "D008": ("gdp_bok", "Growth of the economy since 1990"),
          "D009": ("trade_china_usd_bn", "Trade with China"), "D010": ("radio_hours", "Hours of broadcasts into the country"),
          "D011": ("mobile_subscribers", "Mobile telephones"), "D012": ("information_exposure", "Surveys of what those who left had watched and heard"),
          "D013": ("china_transit_repatriation", "Stock in China, years abroad before arrival, returns by force"), "D014": ("food", "Undernourishment and harvests"),
          "D015": ("defector_arrivals_annual", "Arrivals in the South by year and sex"), "D016": ("defector_breakdown_cumulative", "Arrivals in the South by province of origin and occupation"),
          "D017": ("elite_direct_sea", "Protected elite cases, crossers of the southern line and the sea"), "D018": ("province_area_border", "Area of provinces, length of the northern border")}


def in_order(words):
    return ", ".join(dict.fromkeys(word for word in words if word))


def evidence():
    rows = {}
    for key, (name, text) in TABLES.items():
        table = read(name + ".csv")
        sources = [re.split(r"[;(]| https?:| via | in github| as ", r["source"])[0].strip() for r in table if r["source"] not in ("same", "")]
        rows[key] = [text, "sources/%s.csv: %s" % (name, in_order(sources[:3]) or "see its rows"), in_order(sorted({r["confidence"] for r in table}))]
    for r in read("claims.csv"):
        grade = re.split(r"[:;,( ]", r["corroboration"] or "open")[0]
        rows[r["id"]] = [r["claim"], "document " + r["seed"], grade]
    for r in read("parameters.csv"):
        rows[r["id"]] = [" ".join(x for x in (r["parameter"].replace("_", " "), "(%s)" % r["stratum_or_route"], "=", r["value"], r["unit"], r["year"]) if x), r["source"], r["confidence"]]
    for r in read("timeline.csv"):
        rows[r["id"]] = [r["date_start"] + ": " + r["description"], r["source"], r["confidence"]]
    cited = set()
    for path in sorted(HERE.rglob("*.yaml")):
        cited |= set(re.findall(r"\b[CDPT]\d{3}\b", path.read_text(encoding="utf-8")))
    missing = sorted(cited - set(rows))
    assert not missing, "cited but in no table of sources/: %s" % missing
    write("evidence.csv", ["id", "text", "source", "grade"], [[i] + rows[i] for i in sorted(rows)])
    return len(rows), len(cited)


def arrivals():
    rows, split = [], {}
    for r in read("defector_arrivals_annual.csv"):
        if r["confidence"] == "superseded" or r["period"] in ("to-1989", "1990-1994"):
            continue
        start, value = r["year_from"] or "1994", int(r["value"])
        if r["period"] == "to-1998":
            value -= BEFORE_1994[r["sex"]]
        if r["period"] == "1999-2001" and r["sex"] == "total":
            continue  # the three years are known apart: 148, 312, 583
        rows.append([start, r["year_to"], r["sex"], value,
                     r["note"] + ("; less %d before 1994 (assumed in part)" % BEFORE_1994[r["sex"]] if r["period"] == "to-1998" else ""), r["confidence"]])
    rows.sort(key=lambda r: (int(r[0]), int(r[1]), r[2]))
    header = ["year_from", "year_to", "sex", "persons", "note", "grade"]
    write("arrivals_sex.csv", header, [r for r in rows if r[2] != "total"])
    write("arrivals.csv", header[:2] + header[3:], [r[:2] + r[3:] for r in rows if r[2] == "total"])


def origin():
    rows = [["2003-01-01", "2003-12-31", "north_hamgyong", round(0.719 * 1285), "71.9 % of arrivals in 2003", "Hankook Ilbo 2004-03-12", "high"]]
    total = {}
    for r in read("defector_breakdown_cumulative.csv"):
        if r["dimension"] == "province_of_origin" and r["sex"] == "total":
            if r["as_of"] == "2024-09":
                name = PROVINCE.get(r["category"], "south_pyongan")  # Nampo joins South Pyongan
                total[name] = total.get(name, 0) + int(r["value"])
            elif r["as_of"] == "2016-12" and r["category"] in PROVINCE:
                rows.append(["1994-01-01", "2016-12-31", PROVINCE[r["category"]], int(r["value"]), "cumulative, with arrivals before 1994", r["source"].split(" http")[0], r["confidence"]])
    rows += [["1994-01-01", "2024-09-30", p, total[p], "cumulative of 34,134 with arrivals before 1994; 313 without origin", "Ministry of Unification, table of 2024-09", "high"] for p in sorted(total)]
    arrivals_0809 = sum(int(r["value"]) for r in read("defector_arrivals_annual.csv") if r["period"] in ("2008", "2009") and r["sex"] == "total" and r["confidence"] != "superseded")
    write("origin_hamgyong.csv", ["year_from", "year_to", "persons", "note", "source", "grade"],
          [[2008, 2009, round(0.85 * arrivals_0809), "85 %% of %d arrivals came from both Hamgyongs" % arrivals_0809, "Yonhap 2009-06-30", "medium"]])
    write("origin.csv", ["date_from", "date_to", "province", "persons", "note", "source", "grade"], rows)


def stocks():
    write("china_stock.csv", ["year", "persons", "note", "source", "grade"],
          [[2000, 100000, "75,000 to 125,000", "US State Department via CRS", "medium"], [2006, 40000, "30,000 to 50,000", "US State Department, UNHCR", "medium"],
           [2010, 10000, "adults in the north-east", "W. C. Robinson (JHU)", "medium"]])
    write("elite.csv", ["year_from", "year_to", "persons", "note", "source", "grade"],
          [[1998, 2011, 54, "July 1997 to December 2011, family included", "Newsis 2024-08-22", "high"], [2012, 2023, 128, "134 in 2012 to June 2024, about 6 of them in 2024 (assumed)", "Newsis 2024-08-22", "high"]])
    write("sea.csv", ["year", "persons", "note", "source", "grade"],
          [[2009, 11, "one boat", "Daily NK 2011", "high"], [2010, 9, "five boats", "Daily NK 2011", "high"], [2020, 0, "", "Seoul Economic Daily 2024", "medium"],
           [2021, 0, "", "Seoul Economic Daily 2024", "medium"], [2022, 0, "", "Seoul Economic Daily 2024", "medium"], [2023, 13, "two boats", "Seoul Economic Daily 2024", "medium"]])


arrivals()
origin()
stocks()
print("%d pieces of evidence, %d cited" % evidence())
