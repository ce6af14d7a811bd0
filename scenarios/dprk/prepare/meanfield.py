#!/usr/bin/env python3
"""A mean-field mirror of the way out, for starting values of the ten fitted parameters. Standard library only.

Usage: meanfield.py          prints the series with the values that stand in the YAML files
       meanfield.py fit N    searches (N evaluations, default 1500) and prints values to be written into the YAML files

It follows expected numbers, not persons: twelve groups (North Hamgyong and Ryanggang by belt, South Hamgyong, the rest; by sex)
and the compartments of exit.yaml, in steps of four weeks. Discontent, trade and media are national averages; households are a
mean number of kin. It is no result: the engine's runs are. Its agreement with them is printed in the README of the scenario.
Fit uses data to the end of 2015 alone.
"""
import csv
import datetime
import math
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent
FITTED = ["leave.base", "leave.hunger", "leave.ryanggang", "leave.rest", "women.base", "women.market", "chain.rate", "border.weight", "onward.base", "onward.trend"]
STEP = 28 / 365.2425
LAST_FIT = 2015
GROUPS = [("north_hamgyong", "border"), ("north_hamgyong", "inner"), ("ryanggang", "border"), ("ryanggang", "inner"), ("south_hamgyong", "inner"), ("rest", "inner")]
ADULTS = 0.62        # share of persons who can attempt; set so that crossings agree with a run of the engine
KIN = 2.6            # members of a household who stay at home for each arrival, old enough to travel
LINEAR = {"broker_growth", "famine", "market", "media_index", "new_fence", "missions", "workers_abroad", "gdp", "trade_china"}


def rows(name):
    with open(HERE / "data" / name, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def parameters():
    found = {}
    for path in HERE.glob("*.yaml"):
        for name, value, prior in re.findall(r"^  ([a-z]+\.[a-z_]+): \{ value: ([-0-9.e]+).*?prior: \"?([a-z]+(?:\([^)]*\))?)", path.read_text(encoding="utf-8"), re.M):
            found[name] = (float(value), prior)
    return found


def series():
    """driver -> value on the first day of each step."""
    days = []
    day = datetime.date(1994, 1, 1)
    while day <= datetime.date(2024, 12, 31):
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
    text = (HERE / "exit.yaml").read_text(encoding="utf-8")
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
            chi[i] += across - arrest_c - marry - go_c - back
            sett[i] += marry - arrest_s - go_s - sett[i] * 0.005 * STEP
            held[i] += arrest_c + arrest_s + m1 * lost - sent
            camr[i] += sent * term - out_camp_r - camr[i] * p["camp.death"] * STEP
            labr[i] += sent * (1 - term) - freed_r
            t1[i] += go_c + go_s + by_kin * (1 - guided) - m1
            t2[i] += m1 * (1 - lost) - m2
            t3[i] += m2 - m3
            landed = 0.97 * m3
            kin[i] -= by_kin + kin[i] * 0.01 * STEP
            for j in (i, (i + len(GROUPS)) % n):  # kin are of both sexes alike
                kin[j] += landed * KIN / 2
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


def logit(x):
    x = min(max(x, 1e-4), 1 - 1e-4)
    return math.log(x / (1 - x))


def loss(p, priors, context):
    days, drv, groups, total, women = context
    arrivals, china, _ = simulate(p, days, drv, groups)
    out = 0.0
    for (a, b), seen in total.items():
        if b <= LAST_FIT:
            out += (math.log(total_of(arrivals, a, b) / seen) / 0.2) ** 2
    for (a, b), seen in women.items():
        if b <= LAST_FIT:
            share = total_of(arrivals, a, b, lambda k: k[1] == "female") / total_of(arrivals, a, b)
            out += ((logit(share) - logit(seen["female"] / (seen["female"] + seen["male"]))) / 0.3) ** 2
    share = lambda a, b, names: total_of(arrivals, a, b, lambda k: k[0] in names) / total_of(arrivals, a, b)
    out += ((logit(share(2003, 2003, ("north_hamgyong",))) - logit(0.719)) / 0.2) ** 2
    out += ((logit(share(2008, 2009, ("north_hamgyong", "south_hamgyong"))) - logit(0.85)) / 0.2) ** 2
    for year, seen in ((2000, 100000), (2006, 40000), (2010, 10000)):
        out += (math.log(china[year] / seen) / 0.5) ** 2
    for name in FITTED:
        kind, a, b = re.match(r"([a-z]+)\(([^,]+), ([^)]+)\)", priors[name]).groups()
        x = math.log(p[name] / float(a)) if kind == "lognormal" else p[name] - float(a)
        out += (x / float(b)) ** 2
    return out


def fit(p, priors, context, evaluations):
    """Nelder-Mead in the logarithm of each value (as it is where the prior is normal)."""
    forward = lambda name, x: math.log(x) if priors[name].startswith("lognormal") else x
    backward = lambda name, x: math.exp(x) if priors[name].startswith("lognormal") else x
    def value(point):
        q = dict(p)
        q.update((name, backward(name, x)) for name, x in zip(FITTED, point))
        try:
            return loss(q, priors, context)
        except (OverflowError, ValueError, ZeroDivisionError):
            return 1e12
    start = [forward(name, p[name]) for name in FITTED]
    simplex = [(value(start), start)]
    for i in range(len(FITTED)):
        point = list(start)
        point[i] += 0.3
        simplex.append((value(point), point))
    used = len(simplex)
    while used < evaluations:
        simplex.sort(key=lambda s: s[0])
        best, worst = simplex[0], simplex[-1]
        centre = [sum(s[1][i] for s in simplex[:-1]) / (len(simplex) - 1) for i in range(len(FITTED))]
        move = lambda t: [c + t * (w - c) for c, w in zip(centre, worst[1])]
        trial = move(-1.0)
        score = value(trial)
        used += 1
        if score < best[0]:
            further = move(-2.0)
            again = value(further)
            used += 1
            simplex[-1] = (again, further) if again < score else (score, trial)
        elif score < simplex[-2][0]:
            simplex[-1] = (score, trial)
        else:
            inner = move(0.5)
            again = value(inner)
            used += 1
            if again < worst[0]:
                simplex[-1] = (again, inner)
            else:
                simplex = [best] + [(value(q), q) for q in ([(x + y) / 2 for x, y in zip(s[1], best[1])] for s in simplex[1:])]
                used += len(simplex) - 1
    simplex.sort(key=lambda s: s[0])
    return {name: backward(name, x) for name, x in zip(FITTED, simplex[0][1])}, simplex[0][0]


def show(p, context):
    days, drv, groups, total, women = context
    arrivals, china, levels = simulate(p, days, drv, groups)
    squares = []
    print("years       model  seen   women  seen | NHam  Ryan  SHam  rest | in China  barrier bribery capture pull media convinced network crossing/y kin alert revenue")
    for (a, b), seen in sorted(total.items()):
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
    p = {k: v for k, (v, _) in found.items()}
    priors = {k: v for k, (_, v) in found.items()}
    days, drv = series()
    context = (days, drv, places(), *targets())
    if sys.argv[1:2] == ["fit"]:
        best, score = fit(p, priors, context, int(sys.argv[2]) if len(sys.argv) > 2 else 1500)
        p.update(best)
        print("loss %.2f" % score)
        for name in FITTED:
            print("  %s: %.4g" % (name, best[name]))
    show(p, context)


if __name__ == "__main__":
    main()
