"""Misspell every key of every shipped config, one character at a time, and count what the config check finds.

example:
  python tools/mutate.py --most 300

A key gets one misspelling of each kind: a substitution, a deletion, an insertion, a transposition. Exit status 1 where less than
99 % are caught, or the right key is named for less than 99 %.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENOUGH = 0.99


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "configs", nargs="*", type=Path, metavar="CONFIG", help="config files of one folder (default: all)"
    )
    parser.add_argument("--most", type=int, help="try this many of the misspellings, drawn at random (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="of the misspellings and the draw")
    parser.add_argument("--lost", action="store_true", help="list what was not caught or not named")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    return parser.parse_args()


def main(args: argparse.Namespace) -> int:
    """Try them and print the table."""
    from rich import get_console

    from stillhouse.engine.misspelling.campaign import attempt, chosen, experiments_in
    from stillhouse.engine.misspelling.table import HEAD, as_table, counted, lost

    configs = [path.resolve() for path in args.configs] or experiments_in(ROOT / "configs")
    with tempfile.TemporaryDirectory(prefix="stillhouse-misspelt-") as folder:
        verdicts = list(attempt(chosen(configs, args.most, args.seed), Path(folder) / "configs"))
    rows = counted(verdicts)
    if args.json:
        print(
            json.dumps(
                {"seed": args.seed, "table": [dict(zip(HEAD, row)) for row in rows], "lost": lost(verdicts)}, indent=2
            )
        )
    else:
        get_console().print(as_table(verdicts, f"misspelt keys, seed {args.seed}"))
        print("\n".join(lost(verdicts) if args.lost else []), end="\n" if args.lost else "")
    _, tried, caught, named, _ = rows[-1]
    return 0 if min(caught, named) >= ENOUGH * tried else 1


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
