#!/usr/bin/env python3
"""Reduces the province outlines (Natural Earth 1:10m, public domain) to map/provinces.geojson, under 120 KB.

Usage: map.py dprk_provinces_ne10m.geojson
Property `province` equals the level names of the map `province` of the scenario. The outline of Rason is drawn as a second
part of north_hamgyong; small islands without a province are dropped; Nampo lies in south_pyongan, Kaesong in north_hwanghae.
Coordinates are rounded to 0.001 degrees and points closer than that to their neighbour are left out.
"""
import json
import pathlib
import sys

TARGET = pathlib.Path(__file__).resolve().parent.parent / "map" / "provinces.geojson"
JOIN = {"rason": "north_hamgyong"}


def ring(points):
    kept = []
    for x, y in points:
        p = [round(x, 3), round(y, 3)]
        if not kept or abs(p[0] - kept[-1][0]) + abs(p[1] - kept[-1][1]) > 0.004:
            kept.append(p)
    if kept[0] != kept[-1]:
        kept.append(kept[0])
    return kept


def main():
    shapes = {}
    with open(sys.argv[1], encoding="utf-8") as f:
        source = json.load(f)
    for feature in source["features"]:
        name = feature["properties"]["id"]
        if name == "minor_islands":
            continue
        geometry = feature["geometry"]
        parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        for part in parts:
            rings = [r for r in map(ring, part) if len(r) > 3]
            if rings:
                shapes.setdefault(JOIN.get(name, name), []).append(rings)
    features = [{"type": "Feature", "properties": {"province": name}, "geometry": {"type": "MultiPolygon", "coordinates": shapes[name]}}
                for name in sorted(shapes)]
    TARGET.parent.mkdir(exist_ok=True)
    with open(TARGET, "w", encoding="utf-8") as f:
        json.dump({"type": "FeatureCollection", "licence": "Natural Earth 1:10m admin-1, public domain", "features": features}, f, separators=(",", ":"))
        f.write("\n")
    print(TARGET.stat().st_size, [x["properties"]["province"] for x in features])


main()
