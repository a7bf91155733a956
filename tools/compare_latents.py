"""Compare sentences as latents: the nearest of the held-out sentences, and a strip of pictures from one sentence to another.

example:
  python tools/compare_latents.py work_dirs/phase1_reduced --sentence "a red block is on a blue cube."
  python tools/compare_latents.py RUN --between "a red block is on a blue cube." "a red block is under a blue cube."
"""

import argparse
import sys
from pathlib import Path


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", help="a checkpoint, or a run's folder")
    parser.add_argument(
        "--sentence", action="append", default=[], metavar="TEXT", help="whose neighbours are wanted; may be repeated"
    )
    parser.add_argument("--between", nargs=2, metavar="TEXT", help="two sentences to interpolate between")
    parser.add_argument("--nearest", type=int, default=5, help="neighbours to show (default: 5)")
    parser.add_argument("--steps", type=int, default=9, help="pictures of the strip (default: 9)")
    parser.add_argument("--out", help="the strip's PNG; by default interpolation.png in the run's folder")
    args = parser.parse_args()
    if args.nearest < 1 or args.steps < 2:
        parser.error(f"got --nearest {args.nearest} and --steps {args.steps}, expected at least 1 and 2")
    return args


def main(args: argparse.Namespace) -> None:
    """Print neighbours, draw the strip."""
    from stillhouse.engine.evaluation.latent.comparison import draw_strip, interpolate, nearest_sentences
    from stillhouse.engine.evaluation.latent.trained import Trained

    trained = Trained.load(args.checkpoint)
    known, texts = trained.held_out_latents(), trained.held_out.sentences
    asked = args.sentence or ([] if args.between else list(texts[:3]))
    if asked:
        show(asked, nearest_sentences(trained.latents(asked), known, texts, args.nearest + 1))
    if args.between:
        strip = interpolate(*trained.latents(args.between), steps=args.steps)
        nearest = [best[0][0] for best in nearest_sentences(strip, known, texts, 1)]
        out = Path(args.out) if args.out else trained.checkpoint.parent / "interpolation.png"
        print(f"Look at {draw_strip(strip, out, *args.between, nearest)}")


def show(asked: list[str], found: list[list[tuple[str, float]]]) -> None:
    """A table a sentence; the sentence itself is left out where it is among the known ones."""
    from rich import get_console
    from rich.table import Table
    from rich.text import Text

    for sentence, near in zip(asked, found):
        table = Table("correlation", "held-out sentence", title=Text(sentence, "table.title"), title_justify="left")
        others = [(text, value) for text, value in near if text != sentence]
        for text, value in others[: max(1, len(near) - 1)]:
            table.add_row(f"{value:.3f}", Text(text))
        get_console().print(table)


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
