"""Judge a network of scenes on its test split: images beside black, mean and nearest training image, parameters, speed.

Writes scenes.png, summary.json and report.html. Exit status: 0 PASS, 1 FAIL, 2 where nothing could be judged or written, 3 for
a defect of this tool.

examples:
  python tools/eval_scene.py work_dirs/scene_forward_small
  python tools/eval_scene.py work_dirs/scene_inverse_small --refine 40
"""

import argparse
import sys
from pathlib import Path

from stillhouse.engine.arguments import positive


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", metavar="RUN", help="a run's folder, or a checkpoint")
    parser.add_argument("--most", type=positive, metavar="N", help="test scenes measured at most (default: all)")
    parser.add_argument("--shown", type=positive, default=24, metavar="N", help="scenes of the page (default: 24)")
    parser.add_argument(
        "--refine", type=positive, metavar="STEPS",
        help="also show an inverse model's first predictions after so many steps of gradient through the renderer",
    )  # fmt: skip
    parser.add_argument("--refined", type=positive, default=100, metavar="N", help="scenes refined (default: 100)")
    parser.add_argument("--out-dir", help="where the results go; by default evaluation in the run's folder")
    return parser.parse_args()


def main(args: argparse.Namespace) -> int:
    """Measure, judge, write and print; 0 where the verdict is PASS, else 1."""
    from rich.console import Console

    from stillhouse.engine.evaluation.latent.verdict import mark, shown_values
    from stillhouse.engine.evaluation.scene.evaluation import Refinement, evaluate
    from stillhouse.engine.evaluation.scene.report import write_report
    from stillhouse.engine.evaluation.scene.subject import load_subject

    if args.out_dir:
        Path(args.out_dir).mkdir(parents=True, exist_ok=True)  # a wrong name shows before the work, not after it
    subject = load_subject(args.run)
    refinement = Refinement(args.refine, args.refined) if args.refine else None
    report = evaluate(subject, args.most, args.shown, refinement, say=Console(stderr=True).print)
    written = write_report(report, args.out_dir or subject.trained.file.parent / "evaluation")
    for one in report.judgements:
        print(f"{one.name} {shown_values(one)} ({one.bound}): {mark(one)}")
    if report.refined:
        before, after = (report.refined[name] for name in ("before_beats_all", "beats_all"))
        print(
            f"of {report.refined_scenes} scenes, beats_all {before:.3f}, after {args.refine} steps {after:.3f} (not judged)"
        )
    print(f"Look at {written['report']}; {written['summary']} holds the figures.")
    print(report.word)
    return 0 if report.passed else 1


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
