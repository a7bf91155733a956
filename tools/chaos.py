"""Kill, starve and damage runs of a config, go on with each, and compare with a run that was left alone.

example:
  python tools/chaos.py configs/minigpt.py --faults 21 --cfg-options train_cfg.max_epochs=3

Everything happens in a folder of its own; companions are copied there. Linux only. Exit status 1 where anything was lost.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config file; make it short with --cfg-options, each fault costs about a run")
    parser.add_argument("--faults", type=int, default=14, help="faults to try, the kinds in turn (default 14)")
    parser.add_argument("--kinds", nargs="+", metavar="KIND", help='such as SIGKILL "full disk" (default: all)')
    parser.add_argument("--seed", type=int, default=0, help="of the moments and the damage")
    parser.add_argument("--out", type=Path, help="folder to work in and to keep (default: a temporary one)")
    parser.add_argument(
        "--with-companions", action="store_true", help="train companions that are missing, in the folder"
    )
    parser.add_argument("--cfg-options", nargs="+", default=[], metavar="KEY=VALUE", help="options of every run")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    args = parser.parse_args()
    if args.faults < 1:
        parser.error(f"--faults: got {args.faults}, expected at least 1")
    return args


def main(args: argparse.Namespace) -> int:
    """Try the faults and print the table."""
    if args.out:
        return campaign(args, args.out)
    with tempfile.TemporaryDirectory(prefix="stillhouse-chaos-") as folder:
        return campaign(args, Path(folder))


def campaign(args: argparse.Namespace, root: Path) -> int:
    """The same in a given folder."""
    from rich import get_console

    from stillhouse.engine.chaos.campaign import disturb
    from stillhouse.engine.chaos.faults import faults_named
    from stillhouse.engine.chaos.place import prepare
    from stillhouse.engine.chaos.table import all_kept, as_json, as_table
    from stillhouse.engine.config import parse_options

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    kinds = faults_named(args.kinds)
    place = prepare(args.config, parse_options(args.cfg_options), root, args.with_companions)
    outcomes = disturb(place, kinds, args.faults, args.seed, say)
    if args.json:
        about = {"config": args.config, "seed": args.seed, "span_s": place.span_s}
        print(json.dumps(as_json(outcomes, about), indent=2))
    else:
        get_console().print(as_table(outcomes, f"{Path(args.config).name}, seed {args.seed}"))
    return 0 if all_kept(outcomes) else 1


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
