"""Measure one part of the system and print a table; or all that gives ratios, for one page.

example:
  python tools/benchmark.py engine --json
  python tools/benchmark.py all --out reports/speed.html
"""

import argparse
import importlib
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "benchmarks"
ALL = "all"


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    names = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=[*names, ALL], help="what to measure")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--ratios", action="store_true", help="only the ratios that the page of all shows")
    parser.add_argument("--quick", action="store_true", help="fewer measurements, of ratios")
    parser.add_argument("--out", default="reports/speed.html", metavar="PAGE", help="of all: the page to write")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="of all: these benchmarks")
    parser.add_argument("--fresh", action="store_true", help="of all: measure again what is kept beside the page")
    args = parser.parse_args()
    if args.quick and not (args.ratios or args.name == ALL):
        parser.error("--quick is for ratios; add --ratios")
    return args


def main(args: argparse.Namespace) -> None:
    """Run the benchmark; its rows all have the same columns."""
    from stillhouse.engine.errors import StillhouseError

    sys.path.insert(0, str(FOLDER))
    if args.name == ALL:
        _all(args)
        return
    module = importlib.import_module(args.name)
    if args.ratios and not hasattr(module, "ratios"):
        raise StillhouseError(f"{args.name}: has no ratios; leave --ratios out")
    rows = module.ratios(args.quick) if args.ratios else module.benchmark()
    if args.json:
        print(json.dumps({"benchmark": args.name, "rows": rows}))
    else:
        _print(args.name, rows)


def _print(name: str, rows: list[dict]) -> None:
    from rich import get_console

    from stillhouse.engine.tables import terminal_table

    cells = [[f"{value:.4g}" if isinstance(value, float) else value for value in row.values()] for row in rows]
    get_console().print(terminal_table([str(column) for column in rows[0]], cells, name))


def _all(args: argparse.Namespace) -> None:
    from _all import PARTS, collect

    from stillhouse.engine.errors import StillhouseError

    unknown = set(args.only or ()) - set(PARTS)
    if unknown:
        raise StillhouseError(f"--only: {', '.join(sorted(unknown))}: no ratios are known; known: {', '.join(PARTS)}")
    parts = tuple(name for name in PARTS if not args.only or name in args.only)
    found = collect(
        Path(args.out), parts, args.quick, args.fresh, lambda line: print(line, file=sys.stderr, flush=True)
    )
    if args.json:
        print(json.dumps(found))
    print(f"wrote {args.out}", file=sys.stderr)


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
