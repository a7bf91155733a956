"""Test every CAN run below some work roots and write one table and one page, with the trivial rules beside the networks.

Several roots are several seeds of the same models: the table gives mean and spread over them, the page shows the first of each.

example:
  python tools/report_can.py work_dirs/seed0 work_dirs/seed1 work_dirs/seed2 --out reports/hcrl_sa
"""

import argparse
import sys
from pathlib import Path

DRAWN = [
    "loss", "cross_entropy", "kd", "reconstruction", "detection/f1", "detection/recall", "detection/auroc", "detection/auprc",
]  # fmt: skip
WIDTH = 156  # of the tables where the output is not a terminal
PRINTED = ["f1", "auroc", "fpr", "episode_recall", "time_to_detect_ms"]


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("roots", nargs="+", help="work roots, one a seed")
    parser.add_argument("--out", default="reports/can", help="where report.md, .json, .html and the pictures go")
    parser.add_argument("--title", default="CAN intrusion detection")
    return parser.parse_args()


def tested(folder: Path) -> dict:
    """The run's test figures, measured now where they are older than its newest checkpoint."""
    import json

    from stillhouse.engine.checkpoint import chosen
    from stillhouse.engine.config import load_config
    from stillhouse.engine.testing import TESTED, test

    done, checkpoint = folder / TESTED, chosen(folder)
    if checkpoint is None or not done.is_file() or done.stat().st_mtime < checkpoint.stat().st_mtime:
        experiment = load_config(folder / "config.py")
        experiment.cfg.work_dir = str(folder)
        test(experiment)
    return json.loads(done.read_text())


def rules(folder: Path) -> tuple[list, list]:
    """Rows and scored windows of the rules that need no training, on the data of a run, calibrated as the networks are."""
    from stillhouse.engine.config import load_config
    from stillhouse.engine.evaluation import DetectionMetric
    from stillhouse.engine.evaluation.can import TestedWindows
    from stillhouse.engine.evaluation.can.rules import rule_scores
    from stillhouse.engine.evaluation.report import RunResult
    from stillhouse.registry import DATASETS

    cfg = load_config(folder / "config.py").cfg
    splits = [DATASETS.build(cfg[loader].dataset) for loader in ("val_dataloader", "test_dataloader")]
    scores = [rule_scores(data) for data in splits]
    target_fpr = next(one.target_fpr for one in cfg.test_evaluator if one["type"] == "DetectionMetric")
    rows, windows = [], []
    for name in scores[0]:
        metric = DetectionMetric(target_fpr=target_fpr)
        for data, found in zip(splits, scores):
            metric.dataset_meta = data.metainfo
            batch = data.__getitems__(range(len(data)))
            metric.process(batch, {"score": found[name]})
            results = metric.evaluate(len(data))
        rows.append(RunResult(name, results, 0, 0))
        windows.append(TestedWindows.of(name, metric.scored, results["detection/threshold"]))
    return rows, windows


def report(roots: list[Path], out: Path, title: str) -> dict[str, Path]:
    """Test, write the table and draw the pictures; returns what was written.

    Raises:
        RunFolderError: no run below the roots.
    """
    from rich.console import Console

    from stillhouse.engine.errors import RunFolderError
    from stillhouse.engine.evaluation.can import load_tested, write_detection_report
    from stillhouse.engine.evaluation.can.report import shown_columns
    from stillhouse.engine.evaluation.curves import plot_curves, read_curves
    from stillhouse.engine.evaluation.report import print_report, write_report
    from stillhouse.engine.paths import discover_runs
    from stillhouse.engine.testing import SCORES, run_result

    runs = [(name, folder) for root in roots for name, folder in discover_runs(root).items()]
    if not runs:
        raise RunFolderError(f"{', '.join(map(str, roots))}: no run with a checkpoint; train one first")
    rows = [run_result(tested(folder), name) for name, folder in runs]
    first = dict(sorted(dict(reversed(runs)).items()))
    windows = [
        load_tested(folder / SCORES, name, tested(folder)["metrics"]["detection/threshold"])
        for name, folder in first.items()
    ]
    of_rules, windows_of_rules = rules(runs[0][1])
    rows += of_rules
    written = write_report(rows, out, title, shown_columns(rows))
    written |= write_detection_report([*windows, *windows_of_rules], rows, out / "report.html", title)
    curves = [read_curves(folder, name) for name, folder in first.items()]
    logged = {name for run in curves for name in (*run.losses, *run.metrics)}
    written["curves"] = plot_curves(curves, out / "curves.png", [name for name in DRAWN if name in logged])
    console = Console()
    print_report(rows, title, PRINTED, console if console.is_terminal else Console(width=WIDTH))
    return {name: written[name] for name in ("page", "markdown", "json", "curves")}


def main(args: argparse.Namespace) -> None:
    """Report and say where."""
    written = report([Path(root) for root in args.roots], Path(args.out), args.title)
    print(
        f"{', '.join(str(path) for path in written.values())} hold the result. Compare runs: python tools/compare.py RUN RUN"
    )


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
