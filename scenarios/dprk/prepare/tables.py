"""Reading sources/ and writing data/, shared by the programs that make the model's tables. Standard library only."""
import csv
import pathlib

HERE = pathlib.Path(__file__).resolve().parent.parent


def read(name):
    """Rows of sources/`name` as dictionaries."""
    with open(HERE / "sources" / name, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def write(name, header, rows):
    """Writes data/`name`."""
    (HERE / "data").mkdir(exist_ok=True)
    with open(HERE / "data" / name, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)
