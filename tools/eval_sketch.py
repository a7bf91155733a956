"""Judge sketch generators: agreement of independent classifiers, distances to real sketches, memorisation, strokes' faults.

Writes samples.png, nearest.png, curves.png, summary.json and report.html. Exit status: 0 PASS, 1 FAIL, 2 where nothing
could be judged or written, 3 for a defect of this tool.

examples:
  python tools/eval_sketch.py work_dirs/seed0/sketch_flow_dit work_dirs/seed1/sketch_flow_dit
  python tools/eval_sketch.py work_dirs/sketch_flow_sheep --judges --baseline work_dirs/sheep_short
"""

import argparse
import sys
from pathlib import Path

from stillhouse.engine.arguments import at_least

LEAST = 12
count = at_least(LEAST)


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "checkpoints",
        nargs="+",
        metavar="CHECKPOINT",
        help="a checkpoint, or a run's folder; several are several seeds",
    )
    parser.add_argument(
        "--judges", nargs="*", metavar="JUDGE",
        help="configs, runs or checkpoints of classifiers; by default those that the run was evaluated with; none: no judge",
    )  # fmt: skip
    parser.add_argument("--baseline", nargs="+", default=[], metavar="CHECKPOINT", help="shown beside, not judged")
    parser.add_argument("--samples", type=count, default=500, help="sketches of each checkpoint (default: 500)")
    parser.add_argument(
        "--sampler-samples", type=count_or_none, metavar="N",
        help="sketches of Heun at 8 and Euler at 50 steps; 0 compares none (default: as --samples)",
    )  # fmt: skip
    parser.add_argument("--sampler", choices=["euler", "heun", "midpoint"], help="by default the config's")
    parser.add_argument("--steps", type=int, help="of the sampler; by default the config's")
    parser.add_argument("--cfg-scale", type=float, help="of the guidance; by default the config's")
    parser.add_argument("--raw", action="store_true", help="the raw weights, even where averaged ones are there")
    parser.add_argument("--out-dir", help="where the results go; by default evaluation in the first run's folder")
    args = parser.parse_args()
    if args.sampler_samples is None:
        args.sampler_samples = args.samples
    return args


def count_or_none(text: str) -> int:
    """The same, or 0."""
    return 0 if text == "0" else count(text)


def evaluated(args: argparse.Namespace):
    """What the command line asks for, measured."""
    from rich.console import Console

    from stillhouse.engine.evaluation.sketch.evaluation import evaluate
    from stillhouse.engine.evaluation.sketch.subject import Sampler, judges_of, load_generators, load_judges

    seeds = load_generators(args.checkpoints, args.raw)
    named = judges_of(seeds[0].trained.meta["config"]) if args.judges is None else args.judges
    return evaluate(
        seeds, load_judges(named), args.samples, args.sampler_samples, load_generators(args.baseline, args.raw),
        Sampler(args.sampler, args.steps, args.cfg_scale), say=Console(stderr=True).print,
    )  # fmt: skip


def print_verdict(report) -> None:
    """A line a criterion and checkpoint."""
    from stillhouse.engine.evaluation.latent.verdict import mark, shown_values

    judged = [(one.generator.name, judgement) for one in report.seeds for judgement in one.judgements]
    judged += [(report.seeds[0].generator.name, judgement) for judgement in report.together]
    for name, judgement in judged:
        print(f"{name}: {judgement.name} {shown_values(judgement)} ({judgement.bound}): {mark(judgement)}")


def main(args: argparse.Namespace) -> int:
    """Measure, judge, write and print; 0 where the verdict is PASS, else 1."""
    from stillhouse.engine.evaluation.sketch.report import write_report

    if args.out_dir:
        Path(args.out_dir).mkdir(parents=True, exist_ok=True)  # a wrong name shows before the work, not after it
    report = evaluated(args)
    beside = report.seeds[0].generator.trained.file.parent
    written = write_report(report, args.out_dir or beside / "evaluation")
    print_verdict(report)
    print(f"Look at {written['report']}; {written['summary']} holds the figures.")
    print(report.word)
    return 0 if report.passed else 1


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
