"""Give damaged and forged files to every reader of files, and count how each ended.

example:
  python tools/fuzz.py candump SVG --examples 2000 --seed 1

A finding is whatever is no clear refusal: another error than the reader's own, one that names no file, a hang of 5 s, more than
512 MiB, a crash, or a file, program or address outside of the file's folder. Linux only. Exit status 1 where there is a finding.
"""

import argparse
import contextlib
import json
import sys
from pathlib import Path


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "readers", nargs="*", metavar="READER", help="names of readers (default: all; --list names them)"
    )
    parser.add_argument("--examples", type=int, default=200, help="files a reader (default 200)")
    parser.add_argument("--slow-examples", type=int, metavar="N", help="files a slow reader (default: as --examples)")
    parser.add_argument("--seed", type=int, default=0, help="of the damage; example N depends on it and N alone")
    parser.add_argument("--first", type=int, default=0, help="number of the first file, to go on or to see one again")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write the files of findings there")
    parser.add_argument("--list", action="store_true", help="name the readers and end")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    args = parser.parse_args()
    for name, least in (("examples", 1), ("slow_examples", 1), ("first", 0)):
        value = getattr(args, name)
        if value is not None and value < least:
            parser.error(f"--{name.replace('_', '-')}: got {value}, expected at least {least}")
    return args


def main(args: argparse.Namespace) -> int:
    """Try the readers and print the table."""
    from rich import get_console

    from stillhouse.engine.fuzzing.readers import chosen, readers
    from stillhouse.engine.fuzzing.table import as_json, as_table

    if args.list:
        print("\n".join(readers()))
        return 0
    with contextlib.redirect_stdout(sys.stderr):  # standard output is the table's
        tallies = [tried(reader, args) for reader in chosen(args.readers)]
    if args.json:
        about = {"examples": args.examples, "slow_examples": args.slow_examples, "seed": args.seed, "first": args.first}
        print(json.dumps(as_json(tallies, about), indent=2))
    else:
        get_console().print(as_table(tallies, f"seed {args.seed}"))
    return 1 if any(tally.findings for tally in tallies) else 0


def tried(reader, args: argparse.Namespace):
    """The counts of one reader; its findings are told as they come."""
    from stillhouse.engine.fuzzing.campaign import fuzz

    examples = args.slow_examples if reader.slow and args.slow_examples else args.examples
    tally = fuzz(reader, examples, args.seed, args.first, args.keep)
    told = f"{tally.accepted} accepted, {tally.refused} refused, {len(tally.findings)} findings"
    print(f"{reader.name}: {told}", file=sys.stderr, flush=True)
    for finding in tally.findings:
        print(f"  example {finding.example}: {finding.what}", file=sys.stderr, flush=True)
    return tally


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
