"""Measure fusion agents beside what they must beat, on the same windows and at the same false-positive rate.

Several runs are several seeds. In one table: the agent, GAT alone, VGAE alone, the best fixed share (chosen on training and
validation windows), a logistic regression and an MLP of the same state, and the rules that need no training. Every threshold is
the one that a target share of benign validation windows exceeds.

example:
  python tools/compare_fusion.py work_dirs/seed*/automotive/hcrl_sa/rl_fusion/dqn/student/no-kd/fusion --out reports/fusion
"""

import argparse
import sys
from pathlib import Path

COLUMNS = ["f1", "auroc", "auprc", "fpr", "train_reward", "val_reward"]
WIDTH = 150  # of the tables where the output is not a terminal


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="a fusion run's folder, or a checkpoint in it; one a seed"
    )
    parser.add_argument(
        "--out",
        default="reports/fusion",
        help="where report.md, report.json, false_positives.json and recordings.json go",
    )
    parser.add_argument("--title", default="Fusion of detectors")
    parser.add_argument(
        "--root", help="test on another data root with the same training recordings (tools/derive_can.py)"
    )
    parser.add_argument(
        "--trust-checkpoint", action="store_true", help="read a file that needs pickle, which can run code"
    )
    return parser.parse_args()


def false_positive_table(rows: list[dict]) -> str:
    """The pooled rates as Markdown."""
    from stillhouse.engine.tables import markdown_table

    head = ("run", "windows of", "benign windows", "false alarms", "false-positive rate", "95 % interval")
    lines = [
        [row["method"], row["group"], f"{row['benign_windows']:,}", f"{row['false_alarms']:.1f}", f"{row['fpr']:.2e}",
         f"{row['low']:.2e} to {row['high']:.2e}"]
        for row in rows
    ]  # fmt: skip
    return f"## false positives, all files pooled\n\n{markdown_table(head, lines)}\n"


def recording_table(rows: list[dict], figure: str) -> str:
    """One figure of each recording and method as Markdown."""
    from stillhouse.engine.tables import markdown_table

    methods = list(dict.fromkeys(row["method"] for row in rows))
    cells = {(row["recording"], row["method"]): row[figure] for row in rows}
    names = dict.fromkeys(row["recording"] for row in rows)
    lines = [[name, *(_cell(cells[name, method]) for method in methods)] for name in names]
    return f"## {figure} of each recording\n\n{markdown_table(['recording', *methods], lines)}\n"


def _cell(found: dict | None) -> str:
    return "" if found is None else f"{found['mean']:.4f} ± {found['deviation']:.4f}"


def main(args: argparse.Namespace) -> None:
    """Measure, write, show."""
    import json

    from rich.console import Console

    from stillhouse.engine.checkpoint import write_text
    from stillhouse.engine.evaluation.fusion import (
        FIGURES,
        load_fusion,
        measure_run,
        pooled_false_positives,
        recordings,
    )
    from stillhouse.engine.evaluation.report import print_report, write_report

    measured = [one for path in args.runs for one in measure_run(load_fusion(path, args.trust_checkpoint, args.root))]
    rows, pooled = [one.result for one in measured], pooled_false_positives(measured)
    written = write_report(rows, args.out, args.title, COLUMNS)
    table = false_positive_table(pooled)
    of_recordings = recordings(measured)
    more = "\n".join([table, *(recording_table(of_recordings, figure) for figure in FIGURES)])
    write_text(f"{written['markdown'].read_text()}\n{more}", written["markdown"])
    write_text(json.dumps(of_recordings, indent=2) + "\n", Path(args.out) / "recordings.json")
    write_text(json.dumps(pooled, indent=2) + "\n", Path(args.out) / "false_positives.json")
    console = Console()
    print_report(rows, args.title, COLUMNS, console if console.is_terminal else Console(width=WIDTH))
    print(table)
    print(
        f"{written['markdown']} and {written['json']} hold the result. Compare training: python tools/compare.py RUN RUN"
    )


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
