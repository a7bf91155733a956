"""Kill, starve and damage runs of a config, go on with each, and compare with a run that was left alone.

examples:
  python tools/chaos.py configs/minigpt.py --faults 21 --cfg-options train_cfg.max_epochs=3
  python tools/chaos.py --all --faults 16 --out work_dirs/faults
  python tools/chaos.py --all scene-proxy latent --faults 8

With --all, small runs of every domain, or those named, on data that are made for it; OUT/faults.md gets the tables, and the
command given again goes on where it was stopped. Everything happens in a folder of its own; companions are copied there.
Linux only. Exit status 1 where anything was lost.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "config", nargs="?", help="config file; make it short with --cfg-options, each fault costs about a run"
    )
    parser.add_argument(
        "--all", nargs="*", metavar="CAMPAIGN", help="small runs of every domain, or of these campaigns"
    )
    parser.add_argument(
        "--faults",
        type=int,
        default=20,
        help="faults to try, with --all in each campaign, the kinds in turn (default 20)",
    )
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
    if (args.config is None) == (args.all is None):
        parser.error("config and --all: expected one of them")
    if args.all is not None and (args.cfg_options or args.with_companions):
        parser.error("--all: its runs have their own options and companions; leave the others out, or name a config")
    return args


def main(args: argparse.Namespace) -> int:
    """Try the faults and print the table."""
    disturbed = campaign if args.all is None else series
    if args.out:
        return disturbed(args, args.out)
    with tempfile.TemporaryDirectory(prefix="stillhouse-chaos-") as folder:
        return disturbed(args, Path(folder))


def campaign(args: argparse.Namespace, root: Path) -> int:
    """The same in a given folder."""
    from rich import get_console

    from stillhouse.engine.chaos.campaign import disturb
    from stillhouse.engine.chaos.faults import faults_named
    from stillhouse.engine.chaos.place import prepare
    from stillhouse.engine.chaos.table import all_kept, as_json, as_table
    from stillhouse.engine.config import parse_options

    kinds = faults_named(args.kinds)
    place = prepare(args.config, parse_options(args.cfg_options), root, args.with_companions)
    outcomes = disturb(place, kinds, args.faults, args.seed, say)
    if args.json:
        about = {"config": args.config, "seed": args.seed, "span_s": place.span_s}
        print(json.dumps(as_json(outcomes, about), indent=2))
    else:
        get_console().print(as_table(outcomes, f"{Path(args.config).name}, seed {args.seed}"))
    return 0 if all_kept(outcomes) else 1


def series(args: argparse.Namespace, root: Path) -> int:
    """Small runs of every domain."""
    from rich import get_console

    from stillhouse.datasets.replacing import write_whole
    from stillhouse.engine.chaos.faults import faults_named
    from stillhouse.engine.chaos.series import campaigns_named, run_series
    from stillhouse.engine.chaos.table import all_kept, as_json, as_markdown, as_table

    root = root.resolve()
    found = run_series(campaigns_named(args.all), faults_named(args.kinds), args.faults, args.seed, root, say)
    outcomes = [outcome for of in found.values() for outcome in of]
    write_whole(root / "faults.md", as_markdown(found).encode())
    if args.json:
        print(json.dumps({name: as_json(of, {"seed": args.seed}) for name, of in found.items()}, indent=2))
    else:
        get_console().print(as_table(outcomes, f"{', '.join(found)}, seed {args.seed}"))
    return 0 if all_kept(outcomes) else 1


def say(line: str) -> None:
    """Progress, beside the results."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
