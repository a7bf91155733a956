"""Test a run: calibrate on its validation data, then measure every test split.

example:
  python tools/test.py work_dirs/automotive/hcrl_sa/supervised/gat/student/with-kd/curriculum
"""

import argparse
import os
import sys


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="a run's folder, or a config file")
    parser.add_argument("--checkpoint", help="a checkpoint; by default the run's best, else its newest")
    parser.add_argument("--out", help="where to write test.json; by default the run's folder")
    parser.add_argument(
        "--trust-checkpoint", action="store_true", help="read a file that needs pickle, which can run code"
    )
    parser.add_argument(
        "--cfg-options", nargs="+", default=[], metavar="KEY=VALUE", help="override values, merged last"
    )
    parser.add_argument("--no-page", action="store_true", help="do not draw test.html, a detector's page of pictures")
    parser.add_argument("--launcher", choices=["none", "pytorch", "slurm", "mpi"], default="none")
    parser.add_argument("--local_rank", "--local-rank", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    os.environ.setdefault("LOCAL_RANK", str(args.local_rank))
    return args


def main(args: argparse.Namespace) -> None:
    """Test and report."""
    from pathlib import Path

    from stillhouse.engine.config import load_config, parse_options
    from stillhouse.engine.testing import print_groups, test, write_page

    given = Path(args.run)
    experiment = load_config(given / "config.py" if given.is_dir() else given, parse_options(args.cfg_options))
    if given.is_dir():
        experiment.cfg.work_dir = str(given)
    report = test(experiment, args.checkpoint, args.out, args.trust_checkpoint, args.launcher)
    if int(os.environ.get("RANK", 0)) == 0:
        print_groups(report)
        page = None if args.no_page else write_page(report)
        shown = f"; {page} shows them" if page else ""
        print(f"{report['path']} holds the figures{shown}. Compare runs: python tools/compare.py RUN RUN")


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
