"""Measure one part of the system and print a table.

example:
  python tools/benchmark.py engine --json
"""

import argparse
import importlib
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "benchmarks"


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    names = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=names, help="what to measure")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    """Run the benchmark; its rows all have the same columns."""
    from rich import get_console
    from rich.table import Table

    sys.path.insert(0, str(FOLDER))
    rows = importlib.import_module(args.name).benchmark()
    if args.json:
        print(json.dumps({"benchmark": args.name, "rows": rows}))
        return
    table = Table(*(str(name) for name in rows[0]), title=args.name)
    for row in rows:
        table.add_row(*(f"{value:.4g}" if isinstance(value, float) else str(value) for value in row.values()))
    get_console().print(table)


if __name__ == "__main__":
    main(parse_args())
