"""Train CLIP distillation with one change at a time, and judge each by networks that it never trained against.

Killed and started again, it goes on where it was; finished runs are kept. Prints a table and writes FOLDER/ablation_SPLIT.json.

example:
  python tools/ablate_distillation.py work_dirs/distill_ablation --cfg-options image_dir=data/photos max_iters=300
"""

import argparse
import sys
from pathlib import Path

from stillhouse.engine.arguments import positive

JUDGES = ("configs/sketch_judge_points_all.py", "configs/sketch_judge_raster_all.py", "configs/clip_judge.py")


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="of the runs")
    parser.add_argument("--only", nargs="+", metavar="VARIANT", help="these alone, named as the table names them")
    parser.add_argument("--bootstrap", metavar="RUN", help="begin with this run; by default that of the config")
    parser.add_argument("--data", default="data/sketches", metavar="ROOT", help="(default: %(default)s)")
    parser.add_argument(
        "--split", choices=["validation", "test"], default="test", help="(default: test, unseen classes)"
    )
    parser.add_argument("--samples", type=positive, default=240, help="images at most (default: 240)")
    parser.add_argument(
        "--judges", nargs="*", default=list(JUDGES), metavar="JUDGE", help="configs, runs or checkpoints"
    )
    parser.add_argument("--cfg-options", nargs="+", default=[], metavar="KEY=VALUE", help="changes of all runs")
    return parser.parse_args()


def chosen(names: list[str] | None) -> list[str]:
    """The variants asked for, in the table's order."""
    from stillhouse.engine.errors import StillhouseError
    from stillhouse.engine.evaluation.sketch.distillation_ablation import VARIANTS

    unknown = sorted(set(names or ()) - set(VARIANTS))
    if unknown:
        raise StillhouseError(f"--only: got {', '.join(unknown)}, expected some of {', '.join(map(repr, VARIANTS))}")
    return [name for name in VARIANTS if names is None or name in names]


def main(args: argparse.Namespace) -> None:
    """Train what is missing, measure, print and write."""
    from rich.console import Console

    from stillhouse.engine.config import parse_options
    from stillhouse.engine.evaluation.sketch import distillation_ablation as ablating
    from stillhouse.engine.evaluation.sketch.distillation_judges import load_named_judges

    say = Console(stderr=True).print
    options = {"data_root": args.data, **parse_options(args.cfg_options)}
    ablation = ablating.Ablation(args.folder, options, chosen(args.only), args.bootstrap)
    judges = load_named_judges(args.judges, None)
    for name in ablation.variants:
        ablating.train_variant(ablation, name, say)
    bootstrap = args.bootstrap or ablating.bootstrap_of(ablation)
    rows = ablating.measure_variants(ablation, bootstrap, args.data, args.split, args.samples, judges, say)
    written = args.folder / f"ablation_{args.split}.json"
    ablating.write_rows(rows, written)
    Console(width=200).print(ablating.as_table(rows, f"{args.split}: {args.samples} images at most"))
    print(f"{written} holds all figures.")


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
