"""``python -m benchmarks [NAME...] [--json FILE]``: a table of ratios, lower is better."""

from __future__ import annotations

import argparse
import importlib
import json
from typing import Any

GROUPS = ("embedding", "tensors", "language", "startup", "parsing", "training")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", help=f"which of {', '.join(GROUPS)} (default all)")
    parser.add_argument("--json", help="also write the rows here")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for group in options.groups or GROUPS:
        found = importlib.import_module(f"benchmarks.{group}").measure()
        rows.extend(found)
        for row in found:
            print(line(row), flush=True)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump(rows, out, indent=1)


def line(row: dict[str, Any]) -> str:
    """A row of the table in Markdown."""
    times = f"{row['ours_us']:.1f} / {row['theirs_us']:.1f} us" if "ours_us" in row else ""
    return f"| {row['name']} | {row['ratio']:.2f} | {row['bar']} | {times} |"


if __name__ == "__main__":
    main()
