"""Score reference scenes, the best first, for breeding from them.

examples:
  python tools/score_refs.py                                # Qwen2-VL, pair by pair; needs its weights
  python tools/score_refs.py --scorer heuristic             # symmetry, coverage and entropy; needs nothing
  python tools/score_refs.py --scorer human                 # choices of tools/collect_prefs.py --scenes references/refs.jsonl
  python tools/score_refs.py --absolute --fresh

Some of the pairs are compared and strengths fitted to the answers (Bradley-Terry); a score is the mean probability of winning
against another scene. --absolute asks for a score of each scene alone instead, which a model answers with nearly the same number
for most.
Answers are kept by the content of the scenes: given again after a kill or with more references, only what is new is asked.
"""

import argparse
import sys
from pathlib import Path

REFS = Path("references/refs.jsonl")
DEFAULT_MODEL = "Qwen/Qwen2-VL-2B-Instruct"
SCORERS = ("qwen", "heuristic", "human")


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--refs", type=Path, default=REFS, metavar="FILE", help=f"the scenes (default {REFS})")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default refs-scored.jsonl beside the scenes")
    parser.add_argument("--scorer", choices=SCORERS, default="qwen", help="default qwen")
    parser.add_argument("--absolute", action="store_true", help="a score of each scene alone, instead of pairs")
    parser.add_argument("--fresh", action="store_true", help="ask again what has been answered")
    parser.add_argument(
        "--rounds", type=int, default=4, help="comparisons of each scene, about half of them (default 4)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the pairs (default 0)")
    parser.add_argument("--size", type=int, help="pixels that the scorer sees (default 448, of the heuristic 64)")
    parser.add_argument("--model", default=DEFAULT_MODEL, help=f"of qwen: a name or a folder (default {DEFAULT_MODEL})")
    parser.add_argument("--store", type=Path, default=Path("data/preferences"), help="of human: the choices")
    args = parser.parse_args()
    if args.rounds < 1:
        parser.error(f"--rounds: got {args.rounds}, expected at least 1")
    if args.absolute and args.scorer == "human":
        parser.error("--absolute and --scorer human: people chose between pairs; leave one out")
    args.out = args.out or args.refs.with_name("refs-scored.jsonl")
    args.size = args.size or (64 if args.scorer == "heuristic" else 448)
    return args


def main(args: argparse.Namespace) -> None:
    """Score, write, and say how well the scores tell the scenes apart."""
    from stillhouse.datasets.scene.refs import read_refs
    from stillhouse.engine.scene.curation.scoring import distinct, up_to_date, write_scored

    scenes = list(distinct([ref.scene for ref in read_refs(args.refs)]).values())
    facts = known(args, scenes)
    if not args.fresh and up_to_date(args.out, facts):
        print(f"{args.out} is up to date; --fresh scores again")
        return
    scored = score(args, scenes)
    write_scored(args.out, scored, facts)
    print(f"{args.out}: {scored.spread}")
    for note in scored.notes:
        print(f"  {note}")
    for warning in scored.spread.warnings():
        print(f"warning: the scores hardly tell the scenes apart: {warning}", file=sys.stderr)


def known(args: argparse.Namespace, scenes: list[dict]) -> dict:
    """What the scores depend on."""
    from stillhouse.datasets.scene.identity import content_key, scene_key

    facts = {"scorer": args.scorer, "scenes": content_key(sorted(map(scene_key, scenes)))}
    if args.scorer == "human":
        wins, games = choices(args, scenes)
        return {**facts, "choices": content_key(sorted([*pair, wins[pair], games[pair]] for pair in games))}
    how = {"absolute": True} if args.absolute else {"rounds": args.rounds, "seed": args.seed}
    return {**facts, **judge(args).facts(), "size": args.size, **how}


def score(args: argparse.Namespace, scenes: list[dict]):
    """Ask the scorer."""
    from stillhouse.engine.scene.curation.ranking import rank
    from stillhouse.engine.scene.curation.scoring import Scored, Scorer

    if args.scorer == "human":
        ranking = rank(len(scenes), *choices(args, scenes))
        note = f"{ranking.compared.sum() / 2:.0f} choices between {int((ranking.compared > 0).sum())} of {len(scenes)} scenes"
        return Scored(scenes, ranking.scores, (f"{note}; the scores agree with {ranking.agreement:.0%} of the pairs",))
    from stillhouse.engine.scene.curation.pictures import Pictures

    pictures = Pictures(dict(type="SceneRenderer", size=args.size))
    scorer = Scorer(judge(args), pictures, args.fresh, say=say)
    return scorer.absolute(scenes) if args.absolute else scorer.pairwise(scenes, args.rounds, args.seed)


def judge(args: argparse.Namespace):
    """The scorer that looks at pictures; loads nothing yet."""
    if args.scorer == "heuristic":
        from stillhouse.engine.scene.curation.heuristic import Heuristic

        return Heuristic()
    from stillhouse.engine.scene.curation.qwen import QwenJudge

    return QwenJudge(args.model)


def choices(args: argparse.Namespace, scenes: list[dict]):
    """What people chose."""
    from stillhouse.datasets.sketch.preferences import PreferenceStore
    from stillhouse.engine.scene.curation.human import human_wins

    return human_wins(PreferenceStore(args.store), scenes)


def say(words: str) -> None:
    """Progress, on one line of a terminal."""
    if sys.stderr.isatty():
        print(f"\r{words}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
