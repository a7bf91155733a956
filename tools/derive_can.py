"""Derive attacks that simple rules do not see from the recordings of a CAN data root, with labels.

Thinned to 0.5 % of the frames; a masquerade at the genuine frames' own times; fuzzing under known identifiers; single frames.

example:
  python tools/derive_can.py ../shared/data/can/hcrl_sa --out data/hcrl_sa_derived
  python tools/test.py RUN --cfg-options test_dataloader.dataset.root=data/hcrl_sa_derived
"""

import argparse
import sys
from pathlib import Path


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "root", type=Path, help="a data root; its training recordings are linked, its test recordings derived from"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="the new data root; files that are there already are kept"
    )
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn (default 0)")
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    """Link, derive and say what was written."""
    from rich.progress import track

    from stillhouse.datasets.can.derived_root import jobs, link_training, write

    linked = link_training(args.root, args.out)
    done = [write(job, args.out, args.seed) for job in track(jobs(args.root), "Deriving")]
    for path, attack, total in done:
        print(f"{path}: {attack:,} attack frames of {total:,}")
    print(f"{args.out}: {linked} training recordings linked, {len(done)} test recordings derived")


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
