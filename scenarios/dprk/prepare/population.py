#!/usr/bin/env python3
"""Makes the population tables in data/ from sources/: who lives where on 1994-01-01, and births and deaths to 2024.

Standard library only; the same input gives the same output to the byte.

What is done, in this order:
 1. Totals follow UN WPP 2024 x 0.971: the census of 2008 counted 24,052,231 persons where WPP has 24.76 million (mid-year).
 2. Age and sex on 1994-01-01: WPP 2019 of mid-1990 and mid-1995, interpolated along cohorts, scaled to the total.
 3. Places: the 176 counties and cities and 32 districts of the 2008 census by sex, plus the 702,372 soldiers whom the census
    gives no county. Assumption: they come from all counties in proportion to their persons, nine in ten are men. Shares of
    places within each sex in 1994 are those of 2008 (exits over the frontier move them by less than 0.2 points).
 4. Births and deaths: WPP rates by age (and sex) over this structure drift from WPP's own totals, so each year's rates are
    multiplied by one factor for births and one for deaths such that a projection of the cohorts follows WPP's births and
    deaths x 0.971. The factors are written to data/calibration.csv.
"""
import csv
import math

from tables import read, write

SHARE = 0.971
START, END = 1994, 2024
GIRLS = 0.488  # share of births, WPP's sex ratio at birth of 1.05
CAMPS, CAMPS_MALE = 702372, 0.9
AGES = [0, 1] + list(range(5, 101, 5))  # first ages of the mortality table
BIRTH_AGES = list(range(15, 50, 5))
PROVINCE = {"Ryanggang": "ryanggang", "North Hamgyong": "north_hamgyong", "South Hamgyong": "south_hamgyong", "Kangwon": "kangwon",
            "Jagang": "jagang", "North Pyongan": "north_pyongan", "South Pyongan": "south_pyongan", "Nampo": "south_pyongan",
            "North Hwanghae": "north_hwanghae", "South Hwanghae": "south_hwanghae", "Pyongyang": "pyongyang"}
STATISTICS = {"Nampo": "Nampo"}  # the ministry lists Nampo apart; all others under the county file's own name
# How far the frontier is: classes of counties for the chance to get there (table `access` of systems/leaving.yaml).
FRONTIER = {("north_hamgyong", "border"): "tumen", ("north_hamgyong", "inner"): "tumen_near", ("ryanggang", "border"): "upper_yalu",
            ("ryanggang", "inner"): "upper_yalu_near", ("jagang", "border"): "lower_yalu", ("north_pyongan", "border"): "lower_yalu",
            ("jagang", "inner"): "west", ("north_pyongan", "inner"): "west", ("south_hamgyong", "inner"): "south_hamgyong",
            ("kangwon", "inner"): "east", ("north_hwanghae", "inner"): "south", ("south_hwanghae", "inner"): "south"}  # others: west
MOVED = {"Kangnam", "Junghwa", "Sangwon", "Sungho"}  # North Hwanghae in the county file, Pyongyang in the census report and the polygons


def counties():
    """[(code, name, census province, province of the model, borders China, males, females)], soldiers of camps added."""
    found, extra = {}, {}
    for r in read("census2008_county.csv"):
        key = (r["province"], r["unit_en"])
        if key not in found:
            code = r["pcode"]
            if not code:  # districts have no code of their own: number them within the province
                place = list(PROVINCE).index(r["province"]) + 1
                extra[place] = extra.get(place, 0) + 1
                code = "KP%02dD%02d" % (place, extra[place])
            found[key] = {"code": code, "name": r["unit_en"], "census": r["province"], "level": r["level"],
                          "belt": "border" if r["borders"].startswith("china") else "inner",
                          "model": "pyongyang" if r["unit_en"] in MOVED else PROVINCE[r["province"]]}
        found[key][r["sex"]] = int(r["value"])
    places = list(found.values())
    civil = sum(p["total"] for p in places)
    for p in places:
        camp = CAMPS * p["total"] / civil
        p["all"] = {"male": p["male"] + camp * CAMPS_MALE, "female": p["female"] + camp * (1 - CAMPS_MALE)}
    assert len(places) == 208 and civil == 23349859
    return places


def wpp2024():
    """Mid-year totals, births and deaths by year, times SHARE. 2024: crude rates, the flows file ends in 2023."""
    value = {(int(r["year"]), r["variable"]): float(r["value"]) for r in read("population_wpp2024.csv")}
    total = {y: value[y, "population_midyear"] * SHARE for y in range(1990, END + 1)}
    births = {int(r["year"]): float(r["births"]) * SHARE for r in read("births_deaths_wpp2024.csv")}
    deaths = {int(r["year"]): float(r["deaths"]) * SHARE for r in read("births_deaths_wpp2024.csv")}
    births[END] = total[END] * value[END, "crude_birth_rate"] / 1000
    deaths[END] = total[END] * value[END, "crude_death_rate"] / 1000
    return total, births, deaths


def structure(start_total):
    """persons[sex][birth year] on 1 January of START, in bands of five years, from WPP 2019 along cohorts."""
    n = {(int(r["year"]), r["sex"], int(r["age"].rstrip("+").split("-")[0])): float(r["persons"]) for r in read("population_age_sex_wpp2019.csv")}
    persons = {}
    for sex in ("male", "female"):
        def density(year, birth):
            age = int((year + 0.5 - birth) // 5) * 5
            return n[year, sex, min(age, 100)] / 5 if age <= 100 else 0.0
        persons[sex] = {}
        for band in range(START - 5, START - 105, -5):
            total = 0.0
            for tenth in range(50):  # births at band + 0.05, 0.15, ...
                birth = band + tenth / 10 + 0.05
                late = density(1995, birth)
                early = density(1990, birth) if birth < 1990.5 else late
                total += early ** 0.3 * late ** 0.7 / 10
            persons[sex][band] = total
    scale = start_total / sum(map(sum, (p.values() for p in persons.values())))
    return {sex: {band: v * scale for band, v in p.items()} for sex, p in persons.items()}


def rates():
    """mortality[year][sex][age group], fertility shape[year][age group]: a period's value holds for its five years."""
    mid = {y: 1993 + 5 * max(0, (y - 1990) // 5) for y in range(START, END + 1)}
    mid = {y: min(m, 2023) for y, m in mid.items()}
    death = {(int(r["mid_year"]), r["sex"], int(r["age_from"].rstrip("+"))): float(r["death_rate"]) for r in read("mortality_age_sex_wpp2024.csv")}
    birth = {(int(r["mid_year"]), int(r["age"][:2])): float(r["share"]) / 100 for r in read("fertility_age_pattern_wpp2024.csv")}
    return ({y: {s: [death[mid[y], s, a] for a in AGES] for s in ("male", "female")} for y in mid},
            {y: [birth[mid[y], a] / 5 for a in BIRTH_AGES] for y in mid})


def group(ages, age):
    return max(i for i, a in enumerate(ages) if a <= age)


def project(persons, total, births, deaths):
    """Cohorts by single birth year from START to END; returns factors, end-of-year totals, persons at each year's end."""
    mortality, shape = rates()
    cohort = {s: {b + i: v / 5 for b, v in p.items() for i in range(5)} for s, p in persons.items()}
    factors, totals = {}, {START - 1: sum(sum(c.values()) for c in cohort.values())}
    for year in range(START, END + 1):
        def hazard(sex, b):  # half of the cohort has had its birthday at any time, on average
            low, high = max(0, year - b - 1), max(0, year - b)
            m = mortality[year][sex]
            return (m[group(AGES, low)] + m[group(AGES, high)]) / 2
        def toll(factor):
            dead = {s: {b: v * (1 - math.exp(-factor * hazard(s, b))) for b, v in cohort[s].items()} for s in cohort}
            born = {"male": births[year] * (1 - GIRLS), "female": births[year] * GIRLS}
            young = {s: born[s] * (1 - math.exp(-factor * mortality[year][s][0] / 2)) for s in born}
            return dead, young, sum(sum(d.values()) for d in dead.values()) + sum(young.values())
        low, high = 0.1, 10.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if toll(middle)[2] < deaths[year] else (low, middle)
        dead, young, _ = toll(low)
        expected = 0.0
        for b, v in cohort["female"].items():
            alive = v - dead["female"][b] / 2
            for age in (year - b - 1, year - b):
                if 15 <= age < 50:
                    expected += alive / 2 * shape[year][group(BIRTH_AGES, age)]
        for s in cohort:
            for b in cohort[s]:
                cohort[s][b] -= dead[s][b]
            cohort[s][year] = births[year] * (GIRLS if s == "female" else 1 - GIRLS) - young[s]
        factors[year] = (births[year] / expected, low)  # the first is total fertility, children per woman
        totals[year] = sum(sum(c.values()) for c in cohort.values())
    return factors, totals, mortality, shape


def main():
    places = counties()
    total, births, deaths = wpp2024()
    begin = (total[START - 1] + total[START]) / 2
    persons = structure(begin)
    factors, totals, mortality, shape = project(persons, total, births, deaths)

    write("counties.csv", ["county", "name", "census_province", "province", "belt", "frontier"],
          [[p["code"], p["name"], p["census"], p["model"], p["belt"], FRONTIER.get((p["model"], p["belt"]), "west")] for p in places])
    write("crosswalk.csv", ["county", "name", "level", "county_file", "census_report_2008", "arrival_statistics", "polygon", "model", "note"],
          [[p["code"], p["name"], p["level"], p["census"],
            "Pyongyang" if p["name"] in MOVED else ("South Pyongan (incl. Nampo)" if p["census"] in ("South Pyongan", "Nampo") else p["census"]),
            STATISTICS.get(p["census"], p["census"]), "rason" if p["name"].startswith("Rason") else p["model"], p["model"],
            "no polygon of its own" if p["census"] == "Nampo" or p["name"].startswith("Kaesong") else
            ("own polygon, joined to north_hamgyong" if p["name"].startswith("Rason") else ("own code, the source has none" if "D" in p["code"][4:] else ""))]
           for p in places])
    sums = {s: sum(p["all"][s] for p in places) for s in ("male", "female")}
    write("people_1994.csv", ["county", "sex", "birth_year", "persons"],
          [[p["code"], s, band, "%.3f" % (persons[s][band] * p["all"][s] / sums[s])]
           for p in places for s in ("male", "female") for band in sorted(persons[s])])
    write("mortality.csv", ["year", "sex", "age", "rate"],
          [[y, s, a, "%.6g" % (mortality[y][s][i] * factors[y][1])]
           for y in mortality for s in ("male", "female") for i, a in enumerate(AGES)])
    write("fertility.csv", ["year", "age", "rate"],
          [[y, a, "%.6g" % (shape[y][i] * factors[y][0])] for y in shape for i, a in enumerate(BIRTH_AGES)] )
    mid = {y: total[y] for y in total}
    target = {y: (mid[y] + mid[y + 1]) / 2 if y < END else mid[y] + (mid[y] - mid[y - 1]) / 2 for y in range(START, END + 1)}
    write("calibration.csv", ["year", "total_fertility", "death_factor", "projected_end_of_year", "wpp2024_x_0.971_end_of_year", "error_percent"],
          [[y, "%.4f" % factors[y][0], "%.4f" % factors[y][1], round(totals[y]), round(target[y]), "%.3f" % (100 * (totals[y] / target[y] - 1))] for y in factors])
    write("population_wpp.csv", ["year", "date", "persons", "source"],
          [[y, "%d-12-31" % y, round(target[y]), "UN WPP 2024 mid-year x 0.971, interpolated"] for y in target])
    census = {}
    for r in read("census_province_national.csv"):
        if r["sex"] == "total" and not r["unit"].startswith("DPRK"):
            name = r["unit"].split(" (")[0]
            census[PROVINCE[name]] = int(r["value"])
    modelled = {}
    for p in places:
        modelled[p["model"]] = modelled.get(p["model"], 0) + p["total"]
    assert modelled == census, (modelled, census)
    write("census_2008.csv", ["year", "province", "persons", "share", "source"],
          [[2008, k, v, "%.5f" % (v / sum(census.values())), "DPRK census 2008, civilians"] for k, v in census.items()])
    print("start %d, end %d, largest error %.3f %%" % (begin, totals[END], max(abs(100 * (totals[y] / target[y] - 1)) for y in factors)))


main()
