"""Write one page of pictures of trained runs, of all domains; with --train, first train what is missing.

examples:
  python tools/gallery.py --train
  python tools/gallery.py --train --only minigpt can
  python tools/gallery.py --runs work_dirs output --out gallery.html

The page holds its pictures. What no run is there for is a card with the command that makes it. --train makes the data and trains
the small shipped configs, without a GPU a matter of hours; it can be stopped and given again. Exit status 1 where one of
its commands failed.
"""

import argparse
import sys
from pathlib import Path

RUNS = (Path("work_dirs"), Path("output"))
OUT = Path("reports/gallery.html")


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--runs", nargs="+", type=Path, default=list(RUNS), metavar="FOLDER",
        help="runs in them or below (default: work_dirs output)",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE", help=f"the page (default {OUT})")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="also write the pictures there as PNG files")
    parser.add_argument(
        "--only", nargs="+", metavar="DOMAIN", help="can, sketch, scene, latent, minigpt (default: all)"
    )
    parser.add_argument("--train", action="store_true", help="make and train what is missing below work_dirs first")
    parser.add_argument(
        "--refs", type=Path, default=Path("references/refs.jsonl"), metavar="FILE", help="scenes to vary and to breed from"
    )  # fmt: skip
    return parser.parse_args()


def main(args: argparse.Namespace) -> int:
    """Train what is asked for, draw, write, and say what is missing."""
    from stillhouse import datasets, hooks, losses, models  # noqa: F401  their components are registered
    from stillhouse.tools.exhibition.hanging import hang
    from stillhouse.tools.exhibition.page import write_page, write_pictures
    from stillhouse.tools.exhibition.plan import EXHIBITS
    from stillhouse.tools.exhibition.steps import run_steps, steps

    domains = chosen(args.only)
    refuse_missing(args)
    failed = run_steps(steps(args.refs, domains)) if args.train else []
    hung = hang([one for one in EXHIBITS if one.domain in domains], args.runs, say)
    page = write_page(hung, args.out)
    if args.pictures:
        print(f"{args.pictures}: {len(write_pictures(hung, args.pictures))} pictures")
    absent = [one for one in hung if one.absent]
    print(f"{page}: {len(hung) - len(absent)} of {len(hung)} exhibits, {page.stat().st_size / 1e6:.1f} MB")
    for one in absent:
        print(f"not shown: {one.exhibit.title}: {one.absent}\n  {one.command}")
    for step in failed:
        print(f"failed: {step.text}")
    return 1 if failed else 0


def chosen(only: list[str] | None) -> list[str]:
    """The domains asked for."""
    from stillhouse.engine.errors import StillhouseError
    from stillhouse.tools.exhibition.plan import DOMAINS

    for name in only or ():
        if name not in DOMAINS:
            raise StillhouseError(f"--only: got {name!r}, expected some of {', '.join(DOMAINS)}")
    return only or list(DOMAINS)


def refuse_missing(args: argparse.Namespace) -> None:
    """A folder that was named and is not there is a mistake; those that are looked into by default need not be there."""
    from stillhouse.engine.errors import StillhouseError

    for folder in args.runs:
        if folder not in RUNS and not folder.is_dir():
            raise StillhouseError(f"--runs: {folder}: no such folder, expected one with runs in it or below it")


def say(words: str) -> None:
    """What is drawn, one line each."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
