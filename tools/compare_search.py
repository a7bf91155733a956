"""Compare the search for a picture's scene with its baselines and its parts, each with the same number of renderings.

examples:
  python tools/compare_search.py --run work_dirs/scene_inverse_small --targets 20
  python tools/compare_search.py --data data/scene_demo --proxy work_dirs/scene_forward_small --evaluations 600

Targets are images of the test split. Leaves table.md, summary.json and methods.png; the same command goes on where it was killed.
Exit status: 0 where the search does what is hoped for, 1 where not.
"""

import argparse
import sys
from pathlib import Path

from stillhouse.engine.arguments import positive


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", default="auto", help="an inverse model's run or checkpoint; none for none")
    parser.add_argument("--proxy", metavar="RUN", help="a forward model's run")
    parser.add_argument("--data", metavar="DIR", help="scenes with images (default: the data of the run)")
    parser.add_argument("--size", type=positive, default=64, metavar="PX", help="of the images (default 64)")
    parser.add_argument("--targets", type=positive, default=20, metavar="N", help="(default 20)")
    parser.add_argument("--evaluations", type=positive, default=1000, metavar="N", help="a target (default 1000)")
    parser.add_argument("--no-known", action="store_true", help="do not try the nearest training scenes")
    parser.add_argument("--seed", type=int, default=0, help="of all draws (default 0)")
    parser.add_argument("--out", type=Path, default=Path("work_dirs/compared_search"), metavar="DIR")
    return parser.parse_args()


def main(args: argparse.Namespace) -> int:
    """Compare, write and print."""
    from stillhouse import datasets, models  # noqa: F401  their components are registered
    from stillhouse.engine.command import INTERRUPTED
    from stillhouse.engine.search.comparison import compare
    from stillhouse.engine.search.summary import table

    try:
        summary = compare(trial(args), args.out, lambda words: print(words, file=sys.stderr, flush=True))
    except KeyboardInterrupt:
        print("interrupted; the same command goes on", file=sys.stderr)
        return INTERRUPTED
    print(table(summary))
    print(f"Look at {args.out / 'methods.png'}.")
    return 0 if all(summary.verdicts.values()) else 1


def trial(args: argparse.Namespace):
    """What is compared, from the command line."""
    from stillhouse.engine.search.comparison import Trial
    from stillhouse.engine.search.errors import SearchError
    from stillhouse.engine.search.grading import load_proxy
    from stillhouse.engine.search.predicting import find_inverse
    from stillhouse.engine.search.search import Means
    from stillhouse.registry import DATASETS, MODELS

    trained, notes = find_inverse(args.run)
    for note in notes:
        print(note, file=sys.stderr)
    proxy = load_proxy(args.proxy) if args.proxy else None
    root = args.data or (trained.meta["config"]["test_dataloader"]["dataset"]["root"] if trained else None)
    if root is None:
        raise SearchError("data: got neither --data nor a run; name a folder of scenes with their images")
    data = dict(type="SceneRenders", root=root, image_size=args.size)
    held_out, training = (DATASETS.build(dict(data, split=split)) for split in ("test", "train"))
    facts = {
        "data": held_out.provenance(), "size": args.size, "known": not args.no_known, "proxy": args.proxy,
        "run": str(trained.file) if trained else None,
    }  # fmt: skip
    return Trial(
        held_out, training, Means(trained=trained, proxy=proxy, bank=None if args.no_known else training),
        MODELS.build(dict(type="SceneRenderer", size=args.size)), args.targets, args.evaluations, args.seed, facts,
    )  # fmt: skip


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
