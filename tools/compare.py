"""Compare finished runs: what differs in their configs, and what each reached."""

import argparse
import sys

USAGE = """python tools/compare.py work_dirs/gat_student work_dirs/gat_student_kd --curves curves.png
       python tools/compare.py RUN RUN [RUN ...] [--curves PNG] [--columns NAME ...]"""


def parse_args() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(usage=USAGE, description=__doc__)
    parser.add_argument("runs", nargs="+", metavar="RUN", help="folder of a finished run")
    parser.add_argument("--curves", metavar="PNG", help="also draw the losses and validation metrics of the runs")
    parser.add_argument(
        "--columns", nargs="+", metavar="NAME", help="losses and metrics to draw, such as loss auroc (default: all)"
    )
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    """Print the tables, and draw the picture where asked."""
    from stillhouse.engine.evaluation.comparison import compare, print_comparison

    comparison = compare(args.runs)
    print_comparison(comparison)
    if args.curves:
        draw(args.runs, comparison.names, args.curves, args.columns)
        print(f"Next: look at {args.curves}.")
    else:
        print("Next: add --curves curves.png to see how the runs got there.")


def draw(runs: list[str], names: list[str], path: str, columns: list[str] | None) -> None:
    """The curves of the runs as one picture."""
    from stillhouse.engine.evaluation.curves import plot_curves, read_curves

    plot_curves([read_curves(run, name) for run, name in zip(runs, names)], path, columns)


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
