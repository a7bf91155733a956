"""Test every CAN run below some work roots and write one table, with the trivial rules beside the networks.

Several roots are several seeds of the same models: the table gives mean and spread over them.

example:
  python tools/report_can.py work_dirs/seed0 work_dirs/seed1 work_dirs/seed2 --out reports/hcrl_sa
"""

import argparse
import sys
from pathlib import Path

DRAWN = [
    "loss", "cross_entropy", "kd", "reconstruction", "detection/f1", "detection/recall", "detection/auroc", "detection/auprc",
]  # fmt: skip
WIDTH = 132  # of the tables where the output is not a terminal
COLUMNS = ["f1", "auroc", "auprc", "false_alarms_per_hour"]


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("roots", nargs="+", help="work roots, one a seed")
    parser.add_argument("--out", default="reports/can", help="where report.md, report.json and the pictures go")
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


def network_row(name: str, folder: Path):
    """One run as a row of the table."""
    from stillhouse.engine.evaluation.report import RunResult

    report = tested(folder)
    return RunResult(
        name, report["metrics"], report["parameters"], report["parameters_without_vocabulary"], str(folder)
    )


def rule_rows(folder: Path) -> list:
    """The rows of the two rules that need no training, on the data of a run, calibrated as the networks are."""
    import torch

    from stillhouse.engine.config import load_config
    from stillhouse.engine.evaluation import DetectionMetric
    from stillhouse.engine.evaluation.report import RunResult
    from stillhouse.models.can.rules import count_score, unseen_id_score
    from stillhouse.registry import DATASETS

    cfg = load_config(folder / "config.py").cfg
    splits = [DATASETS.build(cfg[loader].dataset) for loader in ("val_dataloader", "test_dataloader")]
    rules = {
        "rule: unseen ID": lambda data: unseen_id_score(
            data.packed.node_id, data.packed.node_ptr, data.packed.node_count
        ),
        "rule: count per ID": lambda data: count_score(
            data.packed.node_id, data.packed.node_count, data.packed.node_ptr, data.count_max
        ),
    }
    rows = []
    for name, rule in rules.items():
        metric = DetectionMetric()
        for data in splits:
            metric.dataset_meta = data.metainfo
            batch = data.__getitems__(range(len(data)))
            metric.process(batch, {"score": torch.from_numpy(rule(data))})
            results = metric.evaluate(len(data))
        rows.append(RunResult(name, results, 0, 0))
    return rows


def report(roots: list[Path], out: Path, title: str) -> dict[str, Path]:
    """Test, write the table and draw the pictures; returns what was written.

    Raises:
        RunFolderError: no run below the roots.
    """
    from rich.console import Console

    from stillhouse.engine.errors import RunFolderError
    from stillhouse.engine.evaluation.curves import plot_curves, read_curves
    from stillhouse.engine.evaluation.report import print_report, write_report
    from stillhouse.engine.paths import discover_runs

    runs = [(name, folder) for root in roots for name, folder in discover_runs(root).items()]
    if not runs:
        raise RunFolderError(f"{', '.join(map(str, roots))}: no run with a checkpoint; train one first")
    rows = [network_row(name, folder) for name, folder in runs] + rule_rows(runs[0][1])
    written = write_report(rows, out, title, COLUMNS)
    first = dict(reversed(runs))
    curves = [read_curves(folder, name) for name, folder in sorted(first.items())]
    logged = {name for run in curves for name in (*run.losses, *run.metrics)}
    written["curves"] = plot_curves(curves, out / "curves.png", [name for name in DRAWN if name in logged])
    written["scores"] = draw_scores(first, out / "scores.png")
    console = Console()
    print_report(rows, title, COLUMNS, console if console.is_terminal else Console(width=WIDTH))
    return written


def draw_scores(runs: dict[str, Path], path: Path) -> Path:
    """How well each run separates the test windows."""
    import numpy as np

    from stillhouse.engine.evaluation.histograms import ScoreSample, score_histograms
    from stillhouse.engine.testing import SCORES

    samples = []
    for name, folder in sorted(runs.items()):
        arrays = np.load(folder / SCORES)
        samples.append(
            ScoreSample(name, arrays["scores"], arrays["labels"], tested(folder)["metrics"]["detection/threshold"])
        )
    return score_histograms(samples, path)


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
