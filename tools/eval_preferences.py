"""Measure what generators gained and lost by learning from preferences, beside the one they began with.

Wins are by a rule of the simulated annotators, against the base's sketches of the same classes from other noise; the other
figures need no rule.

examples:
  python tools/eval_preferences.py work_dirs/sketch_flow_small work_dirs/sketch_flow_dpo --rule curved
  python tools/eval_preferences.py work_dirs/sketch_flow_small tuned_a.pth tuned_b.pth --samples 500
"""

import argparse
import json
import sys

LEAST = 12


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "base", metavar="BASE", help="run's folder or checkpoint of the generator that training began with"
    )
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="runs' folders or checkpoints that learned from preferences"
    )
    parser.add_argument("--rule", help="by which sketches win, such as short or curved (default: no wins)")
    parser.add_argument("--samples", type=int, default=2000, help="sketches of each (default: 2000)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    args = parser.parse_args()
    if args.samples < LEAST:
        parser.error(f"--samples: got {args.samples}, expected at least {LEAST}")
    return args


def main(args: argparse.Namespace) -> int:
    """Measure and print."""
    from stillhouse.engine.preferences.tables import print_gains
    from stillhouse.engine.preferences.yardstick import Yardstick

    yardstick = Yardstick(args.base, args.samples, args.rule)
    gains = [yardstick.of_base(), *(yardstick.of(run, run) for run in args.runs)]
    rows = {gain.name: gain.row(yardstick.judges) for gain in gains}
    if args.json:
        print(json.dumps(rows, indent=2))
    else:
        print_gains(rows)
    return 0


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
