"""Extract a run's network as one file that loads anywhere.

example:
  python tools/publish.py work_dirs/automotive/hcrl_sa/supervised/gat/student/with-kd/curriculum student.pth --calibrate
"""

import argparse
import importlib
import sys


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="a run's folder, or a checkpoint")
    parser.add_argument("out", help="the file to write")
    parser.add_argument(
        "--import",
        nargs="+",
        default=[],
        dest="modules",
        metavar="MODULE",
        help="of your own, with the network's classes",
    )
    parser.add_argument("--raw", action="store_true", help="the raw weights, even where averaged ones are there")
    parser.add_argument(
        "--calibrate",
        action="store_true",
        help="a detector's thresholds, fitted now on benign validation windows; without, those of the run's test.json",
    )
    parser.add_argument(
        "--target-fpr",
        type=float,
        default=1e-3,
        help="with --calibrate: share of them above a threshold (default 1e-3)",
    )
    parser.add_argument(
        "--trust-checkpoint", action="store_true", help="read a file that needs pickle, which can run code"
    )
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    """Publish and say how to load the file."""
    for name in args.modules:
        importlib.import_module(name)
    from stillhouse.engine.publish import load_network, publish

    path = publish(args.run, args.out, args.raw, args.trust_checkpoint, args.calibrate, args.target_fpr)
    thresholds = load_network(path).published["thresholds"]
    for name, found in thresholds.items():
        print(f"{name}: threshold {found['threshold']:.6g} over {found['benign_windows']} benign windows")
    first = "".join(f"import {name}; " for name in args.modules)
    print(f"{path} holds the network. Load it: {first}stillhouse.engine.publish.load_network({str(path)!r})")


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
