"""Go through the life cycle of scenes: generate, train the proxy, score, breed, train the inverse model, explore, curate.

A stage whose inputs are the same as before is skipped; whatever is killed, the same command goes on. After the exploration the
command stops with status 1 and says how to choose what is kept; given again after that, it begins the next round.

examples:
  python tools/iterate.py --list                                # what would run, and why
  python tools/iterate.py --small                               # a processor, small networks; scores by the heuristic
  python tools/iterate.py --small --keep 3 --rounds 2           # no one is asked: the first three explored scenes are kept
  python tools/iterate.py --small --scenes 200 --quality 200 --forward-options max_iters=100 --inverse-options max_iters=100
"""

import argparse
import shlex
import sys
from pathlib import Path

from stillhouse.engine.arguments import natural, positive

TOOLS = Path(__file__).resolve().parent
FOLDER, SMALL_FOLDER = Path("work_dirs/cycle"), Path("work_dirs/cycle_small")


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="say what would run, and why, and stop")
    parser.add_argument("--rounds", type=positive, metavar="N", help="in all (default: the open one, or one more)")
    parser.add_argument("--keep", type=natural, metavar="K", help="keep the first K explored scenes, and ask no one")
    parser.add_argument("--small", action="store_true", help="the small configs and sizes, for a processor")
    parser.add_argument("--folder", type=Path, metavar="DIR", help=f"default {FOLDER}; with --small {SMALL_FOLDER}")
    parser.add_argument("--refs", type=Path, metavar="FILE", help="the references (default references/refs.jsonl)")
    stages = parser.add_argument_group("of the stages; what is not given is docs/scene.md's")
    stages.add_argument("--scenes", type=positive, metavar="N", help="coverage scenes")
    stages.add_argument("--coverage", choices=("random", "bred", "varied"), help="how they are drawn")
    stages.add_argument("--quality", type=positive, metavar="N", help="scenes bred from the best references")
    stages.add_argument("--size", type=positive, metavar="PX", help="of all images")
    stages.add_argument("--forward", metavar="CONFIG", help="of the proxy")
    stages.add_argument("--inverse", metavar="CONFIG", help="of the inverse model")
    stages.add_argument("--forward-options", nargs="+", metavar="KEY=VALUE", help="for that config")
    stages.add_argument("--inverse-options", nargs="+", metavar="KEY=VALUE", help="for that config")
    stages.add_argument("--scorer", choices=("qwen", "heuristic", "human"), help="of the references")
    stages.add_argument("--choices", type=Path, metavar="DIR", help="of people, for --scorer human")
    stages.add_argument("--candidates", type=positive, metavar="N", help="bred by the exploration")
    stages.add_argument("-n", "--count", type=positive, metavar="N", help="chosen among them")
    stages.add_argument("--features", choices=("lpips", "random", "clip"), help="by which they are compared")
    stages.add_argument("--drawn-by", choices=("proxy", "renderer"), help="what draws them small")
    stages.add_argument("--workers", type=positive, help="processes that render")
    stages.add_argument("--seed", type=natural, help="of all draws")
    return parser.parse_args()


NOT_OF_THE_PLAN = ("list", "rounds", "keep", "small")


def main(args: argparse.Namespace) -> int:
    """List or go on; 1 where somebody must choose first, 130 where it was interrupted."""
    from stillhouse.engine.command import INTERRUPTED
    from stillhouse.engine.scene.cycle.cycle import Cycle
    from stillhouse.engine.scene.cycle.errors import CurationMissing
    from stillhouse.engine.scene.cycle.process import run_tool
    from stillhouse.engine.scene.cycle.report import FILE, write_page

    plan = plan_of(args)
    cycle = Cycle(
        plan, lambda tool, arguments: run_tool(TOOLS / f"{tool}.py", arguments), say, lambda: write_page(plan)
    )
    if args.list:
        return listing(cycle)
    try:
        rounds = cycle.go(args.rounds, args.keep)
    except CurationMissing as missing:
        print(f"{missing}\nLook at {plan.folder / FILE}.")
        return 1
    except KeyboardInterrupt:
        print("interrupted; the same command goes on", file=sys.stderr)
        return INTERRUPTED
    print(f"{len(rounds)} rounds are whole. Look at {plan.folder / FILE}.")
    return 0


def plan_of(args: argparse.Namespace):
    """The arguments of the stages."""
    from stillhouse.engine.scene.cycle.plan import SMALL, Plan

    given = {name: value for name, value in vars(args).items() if value is not None and name not in NOT_OF_THE_PLAN}
    options = {name: tuple(given[name]) for name in ("forward_options", "inverse_options") if name in given}
    return Plan(**{**({"folder": SMALL_FOLDER, **SMALL} if args.small else {}), **given, **options})


def listing(cycle) -> int:
    """Print the stages of the round that is open or comes next."""
    for name, why, command in cycle.listing():
        print(f"{name:9s} {'is skipped' if why is None else f'runs: {why}'}")
        if why is not None and command:
            print(f"          python tools/{command[0]}.py {shlex.join(command[1:])}")
    return 0


def say(words: str) -> None:
    """What is done, one line each."""
    print(words, flush=True)


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
