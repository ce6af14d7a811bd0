#!/usr/bin/env python3
"""A mean-field mirror of the way out, for starting values of the ten fitted parameters. Standard library only.

Usage: meanfield.py          prints the series with the values that stand in the YAML files
       meanfield.py fit      searches and prints values to be written into the YAML files
       meanfield.py all      prints later years too: seen, not fitted, and no ground for any choice

It follows expected numbers, not persons: twelve groups (North Hamgyong and Ryanggang by belt, South Hamgyong, the rest; by sex)
and the compartments of systems/leaving.yaml, in steps of four weeks. Discontent, trade and media are national averages; households are a
mean number of kin, more of them of the other sex. It is no result: the engine's runs are, and `tumen fit` moves the values on
with them. Fit uses data to the end of 2015 alone, with the errors that outcomes.yaml states.
"""
import csv
import datetime
import math
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent
STEP = 28 / 365.2425
LAST_FIT = 2015
GROUPS = [("north_hamgyong", "border"), ("north_hamgyong", "inner"), ("ryanggang", "border"), ("ryanggang", "inner"), ("south_hamgyong", "inner"), ("rest", "inner")]
ADULTS = 0.62        # share of persons who can attempt; set so that crossings agree with a run of the engine
SAME_SEX = 0.37      # of these, those of the sex of the one who left: two in four less one, against two
KIN = 2.6            # members of a household who stay at home for each arrival, old enough to travel
LINEAR = {"broker_growth", "famine", "market", "media_index", "new_fence", "missions", "workers_abroad", "gdp", "trade_china"}


def rows(name):
    with open(HERE / "data" / name, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def parameters():
    """name -> (value, prior, fitted) from the YAML files."""
    found = {}
    for path in HERE.glob("*.yaml"):
        for name, value, prior, rest in re.findall(r"^  ([a-z]+\.[a-z_]+): \{ value: ([-0-9.e]+).*?prior: \"?([a-z]+(?:\([^)]*\))?)(.*)$", path.read_text(encoding="utf-8"), re.M):
            found[name] = (float(value), prior, "fitted: yes" in rest)
    return found


def series(last):
    """driver -> value on the first day of each step, to the end of the year `last`."""
    days = []
    day = datetime.date(1994, 1, 1)
    while day <= datetime.date(last, 12, 31):
        days.append(day)
        day += datetime.timedelta(days=28)
    knots = {}
    for r in rows("drivers.csv"):
        knots.setdefault(r["driver"], []).append((datetime.date.fromisoformat(r["date"]), float(r["value"])))
    for r in rows("china_fence.csv"):
        knots.setdefault("fence_" + r["province"], []).append((datetime.date.fromisoformat(r["date"]), float(r["share"])))
    out = {}
    for name, points in knots.items():
        values = []
        for d in days:
            before = [p for p in points if p[0] <= d]
            after = [p for p in points if p[0] > d]
            if not before:
                values.append(points[0][1])
            elif after and (name in LINEAR or name.startswith("fence_")):
                (d0, v0), (d1, v1) = before[-1], after[0]
                values.append(v0 + (v1 - v0) * (d - d0).days / (d1 - d0).days)
            else:
                values.append(before[-1][1])
        out[name] = values
    return days, out


def places():
    """Population of each group in 1994 and its mean access, from the YAML table."""
    text = (HERE / "systems/leaving.yaml").read_text(encoding="utf-8")
    table = re.search(r"^  access: .*values: \{ (.*?) \}", text, re.M)[1]
    access = {name: float(value) for name, value in re.findall(r"([a-z_]+): ([0-9.]+)", table)}
    where = {r["county"]: (r["province"], r["belt"], r["frontier"]) for r in rows("counties.csv")}
    size = {}
    for r in rows("people_1994.csv"):
        key = where[r["county"]] + (r["sex"],)
        size[key] = size.get(key, 0) + float(r["persons"])
    out = []
    for sex in ("male", "female"):
        for province, belt in GROUPS:
            members = [(k, v) for k, v in size.items() if k[3] == sex and (k[0] == province and (k[1] == belt or province == "south_hamgyong") if province != "rest" else k[0] not in ("north_hamgyong", "ryanggang", "south_hamgyong"))]
            total = sum(v for _, v in members)
            out.append((province, belt, sex, total, sum(v * access[k[2]] for k, v in members) / total))
    return out


def simulate(p, days, drv, groups):
    """Returns arrivals[year][(province, sex)], stocks in China by year, and some levels by year."""
    e = math.exp
    n = len(groups)
    adults = [g[3] * ADULTS for g in groups]
    acc = [g[4] for g in groups]
    con = [p["start.convinced"] * a for a in acc]
    hea = [min(0.9, p["start.heard"] * math.sqrt(a)) for a in acc]
    con = [c * x for c, x in zip(con, adults)]
    hea = [h * x for h, x in zip(hea, adults)]
    ret, kin = [0.0] * n, [0.0] * n
    lab, cam, camr, labr = [0.0] * n, [0.0] * n, [0.0] * n, [0.0] * n
    chi = [p["start.china"] * a * x for a, x in zip(acc, adults)]
    sett, held, t1, t2, t3 = [0.0] * n, [0.0] * n, [0.0] * n, [0.0] * n, [0.0] * n
    g1, g2, g3 = [0.0] * n, [0.0] * n, [0.0] * n  # the same stages, guided from home
    barrier, revenue, alert, network, raids, pressure, terror = 0.1, 1.0, 0.0, 100.0, 0.0, 0.5, 0.2
    trade = {"male": 0.003, "female": 0.01}
    disc = [0.52, 0.3, 0.15, 0.03]
    use = [1 - p["start.media"], p["start.media"], 0.0]
    staff_sour = 1.2
    arrivals, china, levels = {}, {}, {}
    for k, day in enumerate(days):
        d = {name: v[k] for name, v in drv.items()}
        year = day.year
        arrive = arrivals.setdefault(year, {})
        bribery = 1 / (1 + e(-(p["bribes.level"] - p["bribes.pay"] * revenue - p["bribes.inspection"] * d["guard_inspection"])))
        pull = 0.4 * disc[0] + 0.9 * disc[1] + 1.6 * disc[2] + 2.5 * disc[3]
        push = e(p["leave.hunger"] * d["famine"] + p["leave.slump"] * (1 - d["gdp"]))
        orders = d["border_orders"] + d["guard_inspection"] + d["new_fence"]
        capture = min(0.8, p["capture.base"] * e(p["capture.weight"] * (barrier + orders)) * (1 - p["bribes.help"] * bribery) + p["informers.base"] + p["informers.reward"] * d["informer_reward"])
        guided = min(0.8, p["chain.safe"] * p["capture.base"] * e(p["capture.weight"] * (barrier + orders)) * (1 - p["bribes.help"] * bribery) + p["chain.false"])
        block = e(-p["blockade.weight"] * (d["info_laws"] + raids))
        sweeps = p["china.weight"] * (d["china_sweeps"] + alert)
        out = min(p["onward.most"], p["onward.base"] * e(p["onward.trend"] * d["broker_growth"]) * (network / 1000) ** p["onward.network"]) * e(-sweeps - p["lockdown.weight"] * d["china_lockdown"])
        stage1 = 3 / p["onward.time"] * e(-p["lockdown.weight"] * d["china_lockdown"])
        stage = 3 / p["onward.time"]
        lost = min(0.5, p["onward.caught"] * e(sweeps))
        send = p["china.send"] * (1 - 0.95 * d["closure"] + d["mass_returns"])
        term = min(1, p["camp.share"] + p["camp.long"] * d["long_terms"])
        climate = e(-p["family.climate"] * (d["family_orders"] + d["long_terms"]) / (1 + network / p["family.capacity"]))
        close = e(-p["closure.weight"] * d["closure"])
        crossed = arrived = 0.0
        users = use[1] + use[2]
        for i, (province, belt, sex, _, _) in enumerate(groups):
            fence = d.get("fence_" + province, 0.0)
            load = barrier * (1 - p["flood.effect"] * d["flood"]) + orders + fence
            wall = e(-p["border.weight"] * load - p["shoot.weight"] * d["shoot_order"]) * close
            women = e(p["women.base"] + p["women.market"] * d["market"]) if sex == "female" else 1.0
            other = 0.17 if sex == "male" else 0.05
            free = (1 - other - trade[sex]) + 1.8 * trade[sex] + 0.2 * other
            where = {"north_hamgyong": 1.0, "ryanggang": p["leave.ryanggang"]}.get(province, p["leave.rest"])
            hazard = p["leave.base"] * acc[i] * where * pull * free * women * push * wall * climate * STEP
            fear = e(-p["leave.fear"] * 0.7)
            try_h, try_c, try_r = 1 - e(-0.15 * hazard), 1 - e(-hazard), 1 - e(-3 * hazard * fear)
            leave_h, leave_c, leave_r = hea[i] * try_h, con[i] * try_c, ret[i] * try_r
            attempt = leave_h + leave_c + leave_r
            across = attempt * (1 - capture - 0.005)
            by_kin = kin[i] * (1 - e(-p["chain.rate"] * 1.1 * 1.3 * pull * women * e(-(p["border.weight"] + p["chain.price"]) * load - p["shoot.weight"] * d["shoot_order"]) * close * STEP))
            # awareness
            none = max(0.0, adults[i] - hea[i] - con[i] - ret[i])
            tell = p["stories.tell"] * p["stories.heard"] * 9 * (con[i] + ret[i]) / adults[i] * STEP
            news = across * (3 + 6 * (1 - p["blockade.cover"])) / adults[i]
            learn = p["inflow.teach"] * (0.5 * use[1] + use[2]) * STEP
            up0, up1 = none * min(1, tell + news + learn), hea[i] * min(1, tell + news)
            down1, down2 = hea[i] * p["stories.forget"] * STEP, con[i] * p["stories.forget"] * STEP
            back = chi[i] * p["china.home"] * (1 - d["closure"]) * (1 - min(0.9, p["capture.base"] * barrier)) * STEP
            freed, freed_r, out_camp, out_camp_r = (x * STEP / t for x, t in ((lab[i], p["prison.term"]), (labr[i], p["prison.term"]), (cam[i], p["camp.term"]), (camr[i], p["camp.term"])))
            hea[i] += up0 - up1 - down1 + down2 - leave_h
            con[i] += up1 - down2 - leave_c + back + freed + out_camp
            ret[i] += freed_r + out_camp_r - leave_r - ret[i] * p["stories.forget"] * STEP
            lab[i] += attempt * capture + by_kin * guided - freed
            cam[i] -= out_camp
            # China
            arrest_c, arrest_s = chi[i] * p["china.capture"] * e(sweeps) * STEP, sett[i] * 0.4 * p["china.capture"] * e(sweeps) * STEP
            marry = chi[i] * p["china.settle"] * (1 if sex == "female" else 0.15) * STEP
            go_c, go_s = chi[i] * (1 - e(-out * STEP)), sett[i] * (1 - e(-0.1 * out * STEP))
            sent = held[i] * (1 - e(-send * STEP))
            m1, m2, m3 = t1[i] * (1 - e(-stage1 * STEP)), t2[i] * (1 - e(-stage * STEP)), t3[i] * (1 - e(-stage * STEP))
            fast1, fast = stage1 * p["onward.guided"], stage * p["onward.guided"]
            f1, f2, f3 = g1[i] * (1 - e(-fast1 * STEP)), g2[i] * (1 - e(-fast * STEP)), g3[i] * (1 - e(-fast * STEP))
            chi[i] += across - arrest_c - marry - go_c - back
            sett[i] += marry - arrest_s - go_s - sett[i] * 0.005 * STEP
            held[i] += arrest_c + arrest_s + (m1 + f1) * lost - sent
            camr[i] += sent * term - out_camp_r - camr[i] * p["camp.death"] * STEP
            labr[i] += sent * (1 - term) - freed_r
            t1[i] += go_c + go_s - m1
            t2[i] += m1 * (1 - lost) - m2
            t3[i] += m2 - m3
            g1[i] += by_kin * (1 - guided) - f1
            g2[i] += f1 * (1 - lost) - f2
            g3[i] += f2 - f3
            landed = 0.97 * (m3 + f3)
            kin[i] -= by_kin + kin[i] * 0.01 * STEP
            kin[i] += landed * KIN * SAME_SEX
            kin[(i + len(GROUPS)) % n] += landed * KIN * (1 - SAME_SEX)
            arrive[province, sex] = arrive.get((province, sex), 0.0) + landed
            crossed += across
            arrived += landed
        # posts, sea, the southern line
        staff = 1000 * p["missions.leave"] * staff_sour * e(min(6, p["missions.terror"] * terror + p["missions.pressure"] * pressure + p["missions.recall"] * (d["recall"] + d["reopening"]))) * 0.5 * STEP
        workers = 1000 * d["workers_abroad"] * p["missions.leave"] * 0.075 * staff_sour * e(p["missions.recall"] * d["reopening"]) * 0.69 * STEP
        boats = 7 * pull * e(p["sea.turn"] * (d["border_orders"] + d["new_fence"])) * close * STEP
        for sex, share, post in (("male", 0.6, 1.0), ("female", 0.4, 0.0)):
            key = ("rest", sex)
            arrive[key] = arrive.get(key, 0.0) + boats * share + 0.5 * staff + workers * post + (1.5 * STEP if sex == "male" else 0)
        arrived += staff + workers + boats
        # national feedback
        barrier += p["border.gain"] * crossed / 1000 - barrier * STEP / p["border.memory"]
        alert += p["alert.gain"] * arrived / 1000 - alert * STEP / 3
        network += arrived - network * STEP / p["network.memory"]
        revenue += (d["gdp"] * (1 - p["weapons.share"]) + p["finance.trade"] * d["trade_china"] - p["finance.sanctions"] * d["sanctions"] - p["isolation.weight"] * pressure - revenue) * STEP / p["finance.lag"]
        raids += (p["blockade.raids"] * users - raids) * STEP / 2
        pressure += ((d["un_pressure"] + p["pressure.voice"] * network / 10000) * (1 - p["pressure.smear"]) - pressure) * STEP
        terror += (d["officials_purged"] + 10 * d["purge_orders"]) * p["purges.step"] * STEP - terror * STEP / p["purges.memory"]
        for sex, weight in (("male", 0.25), ("female", 1.0)):
            start = p["trade.start"] * weight * d["market"] * (1 - p["closure.trade"] * d["closure"])
            trade[sex] += ((0.75 - trade[sex]) * start - trade[sex] * p["trade.stop"] * (1 + p["reform.weight"] * d["currency_reform"] + p["closure.trade"] * d["closure"])) * STEP
        first = p["inflow.rate"] * 1.0 * (d["media_index"] + p["inflow.radio"] * d["radio_hours"] / 415 + p["inflow.leaflets"]) * block
        caught = min(0.3, p["blockade.caught"] * (1 + d["info_laws"]))
        more = min(0.7, p["inflow.habit"] * block)
        change = p["inflow.change"] * STEP
        f0, f1, b1, b2 = use[0] * first * STEP, use[1] * change * more, use[1] * change * (1 - more), use[2] * change * (1 - more - caught)
        use = [use[0] - f0 + b1, use[1] + f0 - b1 - f1 + b2, use[2] + f1 - b2]
        odds = (p["mood.level"] + 0.1 + p["mood.media"] * (0.5 * use[1] + use[2]) + p["hardship.weight"] * (d["famine"] + 1 - d["gdp"]) + p["reform.weight"] * d["currency_reform"]
                + p["control.sour"] * barrier + p["opinion.peers"] * 0.33 * (disc[2] + disc[3]) - p["hope.weight"] * d["leader_hope"] - p["belief.frame"] * d["enemy_policy"] - p["politics.talks"] * d["summitry"])
        sour = p["mood.rate"] / (1 + e(-odds)) * STEP
        calm = p["mood.rate"] * STEP - sour
        young = 0.02 * STEP  # those who come of age start without
        a, b, c, x = disc
        disc = [a - a * sour + b * calm + young * (1 - a), b + (a - b) * sour - b * calm + c * calm - young * b, c + (b - c) * sour - c * calm + x * calm - young * c, x + c * sour - x * calm - young * x]
        china[year] = sum(chi) + sum(sett) + sum(held)
        levels[year] = (barrier, bribery, capture, pull, users, sum(con) + sum(ret), network, crossed / STEP, sum(kin), alert, revenue)
    return arrivals, china, levels


def targets():
    total = {(int(r["year_from"]), int(r["year_to"])): float(r["persons"]) for r in rows("arrivals.csv")}
    women = {}
    for r in rows("arrivals_sex.csv"):
        women.setdefault((int(r["year_from"]), int(r["year_to"])), {})[r["sex"]] = float(r["persons"])
    return total, women


def total_of(arrivals, first, last, keep=lambda k: True):
    return sum(v for y in range(first, last + 1) for k, v in arrivals[y].items() if keep(k))


def residuals(p, context):
    """As `tumen fit` has them, but for the noise of simulating: one for each row that is fitted to."""
    days, drv, groups, total, women = context
    arrivals, china, _ = simulate(p, days, drv, groups)
    of = lambda a, b, keep=lambda k: True: max(1.0, total_of(arrivals, a, b, keep))
    negbin = lambda seen: math.sqrt(1 / 30 + 1 / seen)
    out = [math.log(of(a, b) / seen) / negbin(seen) for (a, b), seen in total.items() if b <= LAST_FIT]
    for (a, b), seen in women.items():
        if b <= LAST_FIT:
            out.append((of(a, b, lambda k: k[1] == "female") / of(a, b) - seen["female"] / (seen["female"] + seen["male"])) / 0.04)
    for first, last, names in ((2003, 2003, ("north_hamgyong",)), (2008, 2009, ("north_hamgyong", "south_hamgyong"))):
        seen = next(float(r["persons"]) for r in (rows("origin.csv") if len(names) == 1 else rows("origin_hamgyong.csv")))
        out.append(math.log(of(first, last, lambda k: k[0] in names) / seen) / negbin(seen))
    return out + [math.log(max(1.0, china[int(r["year"])]) / float(r["persons"])) / 0.5 for r in rows("china_stock.csv")]


def solve(a, b):
    """Gauss and Jordan's elimination with pivots."""
    n = len(b)
    m = [list(row) + [x] for row, x in zip(a, b)]
    for c in range(n):
        k = max(range(c, n), key=lambda r: abs(m[r][c]))
        m[c], m[k] = m[k], m[c]
        for r in range(n):
            if r != c:
                ratio = m[r][c] / m[c][c]
                m[r] = [x - ratio * y for x, y in zip(m[r], m[c])]
    return [m[i][n] / m[i][i] for i in range(n)]


def fit(p, priors, names, context, steps=20):
    """Gauss and Newton's steps with Levenberg's damping, in units of the priors."""
    shape = {n: re.match(r"([a-z]+)\(([^,]+), *([^)]+)\)", priors[n]).groups() for n in names}
    def value(n, z):
        kind, a, b = shape[n]
        return float(a) * math.exp(float(b) * z) if kind == "lognormal" else float(a) + float(b) * z
    def unit(n):
        kind, a, b = shape[n]
        return math.log(p[n] / float(a)) / float(b) if kind == "lognormal" else (p[n] - float(a)) / float(b)
    def at(z):
        try:
            return residuals({**p, **{n: value(n, x) for n, x in zip(names, z)}}, context) + list(z)
        except (OverflowError, ValueError, ZeroDivisionError):
            return None
    z = [unit(n) for n in names]
    r = at(z)
    damping = 0.1
    for _ in range(steps):
        slope = []
        for i in range(len(names)):
            beside = at([x + 0.05 * (i == j) for j, x in enumerate(z)])
            slope.append([(a - b) / 0.05 for a, b in zip(beside, r)])
        products = [[sum(a * b for a, b in zip(u, v)) for v in slope] for u in slope]
        pull = [-sum(a * b for a, b in zip(u, r)) for u in slope]
        before = sum(x * x for x in r)
        for _ in range(8):
            step = solve([[x * (1 + damping * (i == j)) for j, x in enumerate(row)] for i, row in enumerate(products)], pull)
            trial = [max(-3.5, min(3.5, x + max(-1.5, min(1.5, d)))) for x, d in zip(z, step)]
            there = at(trial)
            if there and sum(x * x for x in there) < before:
                z, r, damping = trial, there, max(1e-4, damping / 5)
                break
            damping *= 4
        if before - sum(x * x for x in r) < 1e-3:
            break
    return {n: value(n, x) for n, x in zip(names, z)}, sum(x * x for x in r) / 2


def show(p, context):
    days, drv, groups, total, women = context
    arrivals, china, levels = simulate(p, days, drv, groups)
    squares = []
    print("years       model  seen   women  seen | NHam  Ryan  SHam  rest | in China  barrier bribery capture pull media convinced network crossing/y kin alert revenue")
    for (a, b), seen in sorted(total.items()):
        if b > days[-1].year:
            continue
        model = total_of(arrivals, a, b)
        share = lambda f: total_of(arrivals, a, b, f) / model
        known = women.get((a, b))
        print("%d-%d %7.0f %6.0f  %5.2f  %s | %s | %8.0f  %s" % (a, b, model, seen, share(lambda k: k[1] == "female"),
              "%4.2f" % (known["female"] / seen) if known else "    ", "  ".join("%4.2f" % share(lambda k, x=x: k[0] == x) for x in ("north_hamgyong", "ryanggang", "south_hamgyong", "rest")),
              china[b], " ".join("%.3g" % x for x in levels[b])))
        if 1999 <= a and b <= LAST_FIT:
            squares.append(math.log(model / seen) ** 2)
    print("root mean square of log error, 1999 to %d: %.3f" % (LAST_FIT, math.sqrt(sum(squares) / len(squares))))


def main():
    found = parameters()
    p = {k: v for k, (v, _, _) in found.items()}
    priors = {k: v for k, (_, v, _) in found.items()}
    names = [k for k, (_, _, fitted) in found.items() if fitted]
    days, drv = series(2024 if sys.argv[1:2] == ["all"] else LAST_FIT)
    context = (days, drv, places(), *targets())
    if sys.argv[1:2] == ["fit"]:
        best, score = fit(p, priors, names, context)
        p.update(best)
        print("objective %.2f" % score)
        for name in names:
            print("  %s: %.4g" % (name, best[name]))
    show(p, context)


if __name__ == "__main__":
    main()
