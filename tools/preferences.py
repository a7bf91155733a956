"""Look into, check, merge and export stores of preferences.

examples:
  python tools/preferences.py stats data/preferences
  python tools/preferences.py validate data/preferences
  python tools/preferences.py merge alice/preferences bob/preferences data/preferences
  python tools/preferences.py export data/preferences preferences.csv

validate exits with status 1 where something is wrong. merge takes the target last; done again it changes nothing.
"""

import argparse
import json
import sys
from pathlib import Path

ROOT = Path("data/preferences")


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    stats = commands.add_parser("stats", help="counts, position bias, agreement, Bradley-Terry scores")
    stats.add_argument("--session", dest="sessions", nargs="+", metavar="NAME", help="these alone (default: all)")
    stats.add_argument("--json", action="store_true", help="print JSON instead of tables")
    stats.add_argument("--seed", type=int, default=0, help="of the bootstrap (default 0)")
    check = commands.add_parser("validate", help="every line and file; status 1 where something is wrong")
    for one in (stats, check):
        one.add_argument("root", type=Path, nargs="?", default=ROOT, metavar="ROOT", help=f"default {ROOT}")
    join = commands.add_parser("merge", help="add the records of some stores to another")
    join.add_argument("sources", type=Path, nargs="+", metavar="ROOT", help="stores to read")
    join.add_argument("into", type=Path, metavar="INTO", help="store to add to, made where it is missing")
    export = commands.add_parser("export", help="standing records as .csv or .jsonl, training pairs as .npz")
    export.add_argument("root", type=Path, metavar="ROOT")
    export.add_argument("file", type=Path, metavar="FILE", help=".csv, .jsonl or .npz")
    for one in (join, export):
        one.add_argument("--skip-damaged", action="store_true", help="pass over damaged lines instead of stopping")
    args = parser.parse_args()
    if args.command == "stats" and args.seed < 0:
        parser.error(f"--seed: got {args.seed}, expected 0 or more")
    return args


def main(args: argparse.Namespace) -> int:
    """Do what the command says; returns the exit status."""
    return {"stats": show_statistics, "validate": check, "merge": join, "export": write}[args.command](args)


def show_statistics(args: argparse.Namespace) -> int:
    """Print what a store holds; damaged lines are passed over and counted on stderr."""
    from stillhouse.datasets.sketch.preferences import Faults, PreferenceStore
    from stillhouse.engine.preferences import preference_statistics

    faults = Faults()
    found = preference_statistics(PreferenceStore(args.root).standing("skip", faults, args.sessions), args.seed)
    if args.json:
        print(json.dumps({**found.plain(), "lines_passed_over": dict(faults.counts)}, indent=2))
    else:
        from rich import print as show

        from stillhouse.engine.preferences.tables import statistics_tables

        show(statistics_tables(found))
    tell(faults, args.root)
    return 0


def check(args: argparse.Namespace) -> int:
    """Print every fault; 1 where there is one."""
    from stillhouse.datasets.sketch.preferences import validate

    found = validate(args.root)
    counts = found.counts
    for text in found.torn:
        print(f"torn (tolerated, never acknowledged): {text}")
    for text in found.faults:
        print(f"FAULT {text}")
    hidden = counts["faults"] - len(found.faults)
    if hidden:
        print(f"and {hidden:,} more faults")
    names = ("sessions", "records", "undos", "files", "torn", "faults")
    print(f"{args.root}: " + ", ".join(f"{counts[name]:,} {name}" for name in names))
    return 1 if counts["faults"] else 0


def join(args: argparse.Namespace) -> int:
    """Merge, and say what was added."""
    from stillhouse.datasets.sketch.preferences import merge

    done = merge(args.sources, args.into, "skip" if args.skip_damaged else "raise")
    print(f"{args.into}: added {done.added:,} records, {done.known:,} were there")
    tell(done.faults, args.into)
    return 0


def write(args: argparse.Namespace) -> int:
    """Export, and say how much."""
    from stillhouse.datasets.sketch.preferences import Faults, export

    faults = Faults()
    count = export(args.root, args.file, "skip" if args.skip_damaged else "raise", faults)
    print(f"wrote {count:,} {'pairs' if args.file.suffix == '.npz' else 'records'} to {args.file}")
    tell(faults, args.root)
    return 0


def tell(faults, root: Path) -> None:
    """Say on stderr what was passed over."""
    if faults.counts:
        counts = ", ".join(f"{count:,} {kind}" for kind, count in faults.counts.items())
        print(f"{root}: passed over {counts} lines; the first: {faults.first[0].error}", file=sys.stderr)


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
