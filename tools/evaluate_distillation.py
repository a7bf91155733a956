"""Judge what CLIP distillation did to a generator, by networks that it never trained against.

Bootstrap, control and distilled runs draw the same held-out images from the same noise: those of classes seen in training
(validation) and of unseen ones (test), reported apart. Writes pictures_SPLIT.png, summary.json and report.html.
Exit status: 0 PASS, or pictures of --images; 1 FAIL, also where a judge or the control is missing; 2 where nothing could
be judged; 3 for a defect of this tool.

examples:
  python tools/evaluate_distillation.py work_dirs/sketch_flow_image work_dirs/sketch_distill_clip --control CONTROL
  python tools/evaluate_distillation.py BOOTSTRAP SEED0 SEED1 SEED2 --control CONTROL --samples 600 --refine 80
  python tools/evaluate_distillation.py BOOTSTRAP DISTILLED --images photos --refine 80
"""

import argparse
import sys
from pathlib import Path

from stillhouse.engine.arguments import positive

JUDGES = ("configs/sketch_judge_points_all.py", "configs/sketch_judge_raster_all.py", "configs/clip_judge.py")
SPLITS = ("validation", "test")


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "bootstrap", metavar="BOOTSTRAP", help="run's folder or checkpoint that distillation began with"
    )
    parser.add_argument(
        "distilled", nargs="+", metavar="DISTILLED", help="runs' folders or checkpoints; several are several seeds"
    )
    parser.add_argument("--control", nargs="+", default=[], metavar="RUN", help="trained as long on the replay alone")
    parser.add_argument("--data", metavar="ROOT", help="of ControlSketch files; by default the bootstrap's own")
    parser.add_argument(
        "--split", nargs="+", choices=SPLITS, default=list(SPLITS), help="whose images are drawn (default: both)"
    )
    parser.add_argument("--samples", type=positive, default=240, help="images of each split at most (default: 240)")
    parser.add_argument(
        "--refine", type=positive, default=0, metavar="STEPS", help="also refine each distilled drawing"
    )
    parser.add_argument(
        "--loss", metavar="CONFIG", help="whose CLIPPerceptual is shown and refines; default: the run's"
    )
    parser.add_argument(
        "--images", metavar="FOLDER", help="draw these instead: pictures and trained-against cosines only"
    )
    parser.add_argument(
        "--judges", nargs="*", default=list(JUDGES), metavar="JUDGE",
        help="configs, runs or checkpoints of classifiers of sketches and of a second CLIP, that know all classes",
    )  # fmt: skip
    parser.add_argument("--sampler", choices=["euler", "heun", "midpoint"], help="of all; by default each config's own")
    parser.add_argument("--steps", type=positive, help="of the sampler of all; by default each config's own")
    parser.add_argument("--seed", type=int, default=0, help="of the noise (default: 0)")
    parser.add_argument(
        "--out-dir", help="where the results go; by default distillation in the first distilled run's folder"
    )
    return parser.parse_args()


def compared(args: argparse.Namespace):
    """What the command line asks for, drawn, measured and judged."""
    from rich.console import Console

    from stillhouse.engine.evaluation.sketch.distillation import Comparison, compare
    from stillhouse.engine.evaluation.sketch.distillation_drawing import load_drawers, loss_trained_against
    from stillhouse.engine.evaluation.sketch.distillation_judges import load_named_judges
    from stillhouse.engine.evaluation.sketch.distillation_measures import TrainedAgainst
    from stillhouse.engine.evaluation.sketch.distillation_verdict import judged
    from stillhouse.engine.evaluation.sketch.subject import Sampler

    named = (("bootstrap", [args.bootstrap]), ("control", args.control), ("distilled", args.distilled))
    drawers = [one for kind, paths in named for one in load_drawers(kind, paths)]
    loss = loss_trained_against(drawers, args.loss)
    judges = [] if args.images else load_named_judges(args.judges, loss)
    against = TrainedAgainst(loss) if loss else None
    parts, sampler = [], Sampler(args.sampler, args.steps)
    for images in images_of(args, drawers):
        part = compare(drawers, images, judges, against, args.refine, sampler, args.seed, Console(stderr=True).print)
        parts.append(part if args.images else judged(part, judges))
    return Comparison(parts, drawers, loss, args.refine)


def images_of(args: argparse.Namespace, drawers: list):
    """Those of a folder, or of the splits in turn."""
    from stillhouse.engine.evaluation.sketch.distillation_drawing import classes_seen, data_root, image_size
    from stillhouse.engine.evaluation.sketch.distillation_images import held_out, of_folder

    size = image_size(drawers)
    if args.images:
        yield of_folder(args.images, size, args.samples)
        return
    root = args.data or data_root(drawers[0])
    for split in args.split:
        yield held_out(root, split, size, args.samples, classes_seen(drawers[0]), args.seed)


def main(args: argparse.Namespace) -> int:
    """Draw, measure, judge, write and print; 0 where the verdict is PASS or there is none, else 1."""
    from stillhouse.engine.evaluation.sketch.distillation_report import print_comparison, write_comparison

    if args.out_dir:
        Path(args.out_dir).mkdir(parents=True, exist_ok=True)  # a wrong name shows before the work, not after it
    comparison = compared(args)
    first = next(one for one in comparison.drawers if one.kind == "distilled")
    written = write_comparison(comparison, args.out_dir or first.trained.file.parent / "distillation")
    print_comparison(comparison)
    print(f"Look at {written['report']}; {written['summary']} holds the figures.")
    if not comparison.judged:
        return 0
    print(comparison.word)
    return 0 if comparison.passed else 1


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
