"""Learn from preferences in rounds: draw pairs, have them answered, train, measure, and again with what was trained.

A simulated annotator answers at once; people answer on the page of tools/collect_prefs.py, whose command is printed when answers
are missing (exit status 1). The same command goes on where it stopped.

examples:
  python tools/preference_rounds.py work_dirs/sketch_flow_small --rounds 2 --pairs 200 --rule short --noise 0.15
  python tools/preference_rounds.py work_dirs/sketch_flow_small --people --rounds 1 --pairs 50 --folder work_dirs/my_rounds
"""

import argparse
import sys
from pathlib import Path

from stillhouse.engine.arguments import positive


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, metavar="RUN", help="run's folder of the generator to begin with")
    parser.add_argument(
        "--folder", type=Path, default=Path("work_dirs/preference_rounds"), help="(default: %(default)s)"
    )
    parser.add_argument("--config", default="configs/sketch_flow_dpo.py", help="of the training (default: %(default)s)")
    parser.add_argument("--rounds", type=positive, default=1, help="(default: 1)")
    parser.add_argument("--pairs", type=positive, default=200, help="answers a round (default: 200)")
    parser.add_argument("--people", action="store_true", help="people answer, not a simulated annotator")
    parser.add_argument("--rule", default="short", help="of the simulated annotator (default: short)")
    parser.add_argument(
        "--noise", type=float, default=0.15, help="share of its answers that are flipped (default: .15)"
    )
    parser.add_argument("--position-bias", type=float, default=0.0, help="its liking for the left side, in log odds")
    parser.add_argument("--fatigue", type=float, default=0.0, help="noise that each answer adds")
    parser.add_argument(
        "--samples", type=positive, default=1000, help="sketches a round is measured by (default: 1000)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of pairs and annotator (default: 0)")
    parser.add_argument("--cfg-options", nargs="+", default=[], metavar="KEY=VALUE", help="changes of the config")
    return parser.parse_args()


def main(args: argparse.Namespace) -> int:
    """Go through the rounds and show the table; 1 where people must answer first."""
    from stillhouse.engine.config import parse_options
    from stillhouse.engine.preferences.rounds import AnswersMissing, Plan, run_rounds
    from stillhouse.engine.preferences.tables import print_gains

    weaknesses = {"noise": args.noise, "position_bias": args.position_bias, "fatigue": args.fatigue}
    plan = Plan(
        args.base, args.folder, args.config, args.pairs, parse_options(args.cfg_options),
        None if args.people else {"rule": args.rule, **weaknesses}, args.samples, args.seed,
    )  # fmt: skip
    try:
        rows = run_rounds(plan, args.rounds)
    except AnswersMissing as missing:
        print(missing)
        return 1
    print_gains({f"round {row.pop('round')}": row for row in rows})
    print(
        f"{plan.folder / 'rounds.json'} holds the figures. Draw: python tools/generate.py --checkpoint {plan.run(args.rounds)}"
    )
    return 0


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
