"""Breed scenes from the references, keep those unlike the references and each other, and draw them: output/explore.

examples:
  python tools/explore.py
  python tools/explore.py -n 48 --candidates 1000
  python tools/explore.py --clip                               # compared by CLIP instead of LPIPS
  python tools/explore.py --score-with proxy --proxy work_dirs/scene_forward_small

Candidates are drawn small, by the renderer, or by the newest trained proxy where there is one; then the renderer draws the best
of these once more and decides. Where LPIPS has no weights its substitute, AlexNet with random weights, takes its place, and
says so. Keep what you like: python tools/refs.py add out:0 out:3.
Given again after a kill, the command goes on; given again with the same inputs it does nothing.
"""

import argparse
import sys
from pathlib import Path

REFS = Path("references/refs.jsonl")


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", "--count", type=int, default=24, metavar="N", help="scenes to draw (default 24)")
    parser.add_argument("--candidates", type=int, default=500, help="scenes bred (default 500)")
    parser.add_argument("--refs", type=Path, default=REFS, metavar="FILE", help=f"the parents (default {REFS})")
    parser.add_argument("--scored", type=Path, metavar="FILE", help="parents by their scores instead of equally")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--features", choices=("lpips", "random", "clip"), help="default lpips, else random")
    how.add_argument("--clip", dest="features", action="store_const", const="clip", help="the same as --features clip")
    parser.add_argument(
        "--score-with", choices=("renderer", "proxy"), help="what draws candidates (default: see above)"
    )
    parser.add_argument("--proxy", type=Path, metavar="RUN", help="a trained scene_forward (default: the newest)")
    parser.add_argument("--score-size", type=int, default=64, help="pixels of the renderer's small images (default 64)")
    parser.add_argument("--size", type=int, default=256, help="pixels of the drawn scenes (default 256)")
    parser.add_argument("--seed", type=int, default=0, help="of the breeding (default 0)")
    parser.add_argument("--out", type=Path, default=Path("output/explore"), help="default output/explore")
    args = parser.parse_args()
    if not 2 <= args.count <= args.candidates:
        parser.error(f"-n: got {args.count}, expected 2 to {args.candidates}, the number of --candidates")
    return args


def main(args: argparse.Namespace) -> int:
    """Explore, and say how different the scenes are; 1 where they are not different enough."""
    from stillhouse.engine.scene.curation.diversity import Diversity, table
    from stillhouse.engine.scene.curation.exploring import PREVIEW, explore, read_report
    from stillhouse.engine.scene.curation.features import build_features

    others = [build_features("random", seed=1)]  # nothing was chosen by these
    if not explore(args.out, exploration(args), others, say):
        print(f"{args.out} is already the exploration of these inputs; another --seed breeds others")
    report = read_report(args.out)
    names = Diversity.__dataclass_fields__
    rows = [Diversity(**{name: row[name] for name in names}) for row in report["diversity"]]
    print(f"\n{args.out / PREVIEW}: {len(report['chosen'])} of {report['visible']} candidates that show something")
    print("Distance of each scene to its nearest neighbour, the mean, drawn afresh:\n")
    print(table(rows))
    print("\nKeep what you like: python tools/refs.py add out:0 out:3, or python tools/refs.py page")
    return 0 if rows[0].holds else 1


def exploration(args: argparse.Namespace):
    """What is looked for."""
    from stillhouse.datasets.scene.recipe import Recipe, recipe_of
    from stillhouse.datasets.scene.refs import read_refs
    from stillhouse.engine.scene.curation.exploring import Exploration
    from stillhouse.engine.scene.curation.scoring import distinct

    known = list(distinct([ref.scene for ref in read_refs(args.refs)]).values())
    recipe = Recipe(args.seed, 1.0, tuple(known))
    if args.scored:
        weighted = recipe_of(args.seed, scored=read_refs(args.scored, scored=True))
        recipe = Recipe(args.seed, 1.0, weighted.parents, weighted.weights)
    renderer = dict(type="SceneRenderer", size=args.size)
    drawer, judge = drawers(args)
    return Exploration(recipe, known, args.candidates, args.count, drawer, features(args), renderer, judge)


def drawers(args: argparse.Namespace) -> tuple:
    """What draws the candidates; and, where that is a proxy, what draws the best of them once more."""
    from stillhouse.engine.scene.curation.errors import CurationError
    from stillhouse.engine.scene.curation.pictures import Pictures
    from stillhouse.engine.scene.curation.proxy import ProxyPictures, find_proxy

    run = args.proxy or (None if args.score_with == "renderer" else find_proxy())
    small = Pictures(dict(type="SceneRenderer", size=args.score_size))
    if args.score_with == "renderer" or (run is None and args.score_with is None):
        return small, None
    if run is None:
        raise CurationError(
            "--score-with proxy: no trained scene_forward below work_dirs; train one, or name it with --proxy"
        )
    say(f"candidates are drawn by the proxy {run}")
    return ProxyPictures(run), small


def features(args: argparse.Namespace):
    """What candidates are compared by."""
    from stillhouse.engine.scene.curation.errors import CurationError
    from stillhouse.engine.scene.curation.features import build_features

    if args.features:
        return build_features(args.features)
    try:
        return build_features("lpips")
    except CurationError as error:
        found = build_features("random")
        say(f"compared by {found.name}: {str(error).split('(')[0].strip()}")
        return found


def say(words: str) -> None:
    """What is done, one line each."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
