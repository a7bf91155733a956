"""Write distinct sentences about small scenes, one JSON object a line: sentence, objects, relations, complexity.

example:
  python tools/generate_sentences.py --num 5000 --complexity 1 --seed 0 --output data/sentences.jsonl
"""

import argparse
import sys
from pathlib import Path


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--num", type=int, default=5000, help="distinct sentences (default 5000)")
    parser.add_argument(
        "--complexity", type=int, choices=(1, 2, 3), default=1,
        help="1: two or three objects; 2: three or four; 3: four to six, every word (default 1)",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same bytes (default 0)")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE.jsonl", help="replaced where it exists")
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    """Write the file, with progress, and say what to do with it."""
    from rich.progress import track

    from stillhouse.datasets.latent.generate import draw_graphs
    from stillhouse.datasets.latent.sentence_file import write_sentences

    graphs = draw_graphs(args.num, args.complexity, args.seed)
    shown = track(graphs, "sentences", total=args.num, transient=True, disable=not sys.stdout.isatty())
    write_sentences(args.output, shown, args.complexity)
    print(
        f"Wrote {args.num:,} distinct sentences of complexity {args.complexity} to {args.output}. "
        f"Next: python tools/train.py configs/phase1_quick_test.py --cfg-options sentences={args.output}"
    )


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
