"""Judge text-to-latent networks: natural-image statistics, collapse, and at least three seeds.

Writes four pictures, evaluation_summary.json and report.html. Exit status: 0 PASS, 1 FAIL, 2 where nothing could be
judged or written, 3 for a defect of this tool.

example:
  python tools/eval_phase1.py work_dirs/phase1_quick_test --seeds 1 2
"""

import argparse
import sys
from pathlib import Path

LARGEST_SEED = 2**32 - 1
SENTENCES = 500


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "checkpoints",
        nargs="*",
        metavar="CHECKPOINT",
        help="a checkpoint, or a run's folder; several are several seeds",
    )
    parser.add_argument(
        "--seeds", nargs="+", default=[], metavar="SEED", type=seed_or_path,
        help="numbers: train the first checkpoint's config with these seeds beside it, unless that is done; "
        "paths: further checkpoints",
    )  # fmt: skip
    parser.add_argument(
        "--latents", metavar="FILE.npz", help="judge arrays seed_* (evaluations, sentences, 6, 32, 32), without a model"
    )
    parser.add_argument("--out-dir", help="where the results go; by default phase1 in the run's folder")
    parser.add_argument("--photos", metavar="DIR", help="photographs to show beside; by default two of scikit-learn")
    parser.add_argument("--sentences", type=int, help=f"held-out sentences at most (default: {SENTENCES})")
    args = parser.parse_args()
    if bool(args.checkpoints) == bool(args.latents):
        parser.error("name either checkpoints or --latents FILE.npz")
    if args.latents and args.seeds:
        parser.error("--seeds needs a checkpoint; a file of latents holds its seeds")
    if args.latents and args.sentences is not None:
        parser.error("--sentences has no effect with --latents; all the latents of the file are judged")
    args.sentences = SENTENCES if args.sentences is None else args.sentences
    if args.sentences < 2:
        parser.error(f"--sentences: got {args.sentences}, expected at least 2")
    return args


def seed_or_path(text: str) -> int | str:
    """A seed, or the path of a checkpoint; what looks like a number is a seed."""
    if not text.lstrip("+-").isnumeric():
        return text
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= LARGEST_SEED):
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a seed from 0 to {LARGEST_SEED}, or a checkpoint")
    return int(text)


def subjects_of(args: argparse.Namespace) -> list:
    """What the command line asks to judge, measured."""
    from stillhouse.engine.evaluation.latent.arrays import read_latents
    from stillhouse.engine.evaluation.latent.subject import subject_of_arrays

    if args.latents:
        return [subject_of_arrays(name, array) for name, array in read_latents(args.latents).items()]
    from stillhouse.engine.evaluation.latent.judging import judge_checkpoints

    return judge_checkpoints(checkpoints_of(args), args.sentences)


def checkpoints_of(args: argparse.Namespace) -> list[Path]:
    """Every checkpoint to judge; those of other seeds are trained first."""
    from stillhouse.engine.evaluation.latent.seed_runs import seed_checkpoints
    from stillhouse.engine.trained import find_checkpoint

    numbers = [seed for seed in args.seeds if isinstance(seed, int)]
    paths = [seed for seed in args.seeds if isinstance(seed, str)]
    files = [find_checkpoint(path) for path in (*args.checkpoints, *paths)]
    return files + seed_checkpoints(files[0], numbers)


def main(args: argparse.Namespace) -> int:
    """Measure, judge, write and print; 0 where the verdict is PASS, else 1."""
    from rich.console import Console

    from stillhouse.engine.evaluation.latent.output import write_all
    from stillhouse.engine.evaluation.latent.photographs import photograph_maps
    from stillhouse.engine.evaluation.latent.verdict import judge, print_verdict

    if args.out_dir:
        Path(args.out_dir).mkdir(parents=True, exist_ok=True)  # a wrong name shows before the work, not after it
    photographs = photograph_maps(args.photos)
    subjects = subjects_of(args)
    verdict = judge([subject.run for subject in subjects])
    beside = Path(args.latents) if args.latents else subjects[0].checkpoint
    folder = Path(args.out_dir) if args.out_dir else beside.parent / "phase1"
    written = write_all(verdict, subjects, folder, photographs, source=args.latents or "")
    console = Console()
    print_verdict(verdict, console if console.is_terminal else Console(width=132))
    for subject in subjects:
        for note in subject.run.notes:
            print(f"{subject.run.name}: {note}")
    print(f"Look at {written['report']}; {written['summary']} holds the figures.")
    print(verdict.word)
    return 0 if verdict.passed else 1


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
