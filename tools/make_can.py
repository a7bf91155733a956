"""Write a synthetic CAN data set, or check that it is worth learning on."""

import argparse
import sys
from pathlib import Path

EXAMPLE = """python tools/make_can.py --root data/can_synthetic --seed 0 --rows 200000
       python tools/make_can.py --check --root data/can_synthetic"""
ABOUT = """\
Write a synthetic CAN data set, or check that it is worth learning on. Without a GPU, on one core: the demo set (48 files,
about 2.4 million frames, 95 MB) takes about 20 s, its check about 30 s.
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(
        prog="make_can.py", usage=EXAMPLE, description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    found.add_argument("--root", type=Path, default=Path("data/can_synthetic"), help="folder to write or to check")
    found.add_argument("--seed", type=int, default=0, help="the same seed gives the same bytes (default 0)")
    found.add_argument("--rows", type=int, help="frames of an attack-free file, about (default 200000; test size 5000)")
    found.add_argument("--size", choices=("demo", "test"), default="demo", help="test: every file as small as --rows")
    found.add_argument("--force", action="store_true", help="replace the data set that is there")
    found.add_argument(
        "--check", action="store_true", help="measure what simple rules reach; exit status 1 if too much"
    )
    return found


def write(root: Path, seed: int, rows: int | None = None, size: str = "demo", force: bool = False) -> None:
    """Generate the data set, with progress."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from stillhouse.datasets.can.synthetic import generate

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("files {task.fields[rows]:,} rows"))
    rate = TextColumn("{task.fields[rate]:,.0f} rows/s")
    with Progress(*columns, rate, TimeRemainingColumn()) as progress:
        task = progress.add_task("", total=None, rows=0, rate=0.0)

        def on_file(done: int, total: int, frames: int) -> None:
            elapsed = progress.tasks[0].elapsed or 1e-9
            progress.update(task, completed=done, total=total, rows=frames, rate=frames / elapsed)

        manifest, written = generate(root, seed, rows, size, force, on_file)
    total = sum(entry["rows"] for entry in manifest["files"])
    print(
        f"{'Wrote' if written else 'Kept the same data set in'} {root} ({len(manifest['files'])} files, {total:,} rows). "
        "Next: python tools/train.py configs/gat_student_curriculum_kd.py --with-companions "
        f"--cfg-options data_root={root}"
    )


def check(root: Path) -> bool:
    """Print what simple rules reach; returns whether all stay within their bounds."""
    from rich.console import Console
    from rich.table import Table

    from stillhouse.datasets.can.triviality import measure

    findings = measure(root)
    table = Table("known vehicles, windows of 100 frames", "measured", "wanted", "")
    for finding in findings:
        verdict = "[green]ok[/]" if finding.passed else "[red]FAILED[/]"
        table.add_row(finding.name, f"{finding.value:.3f}", f"{finding.relation} {finding.bound}", verdict)
    Console().print(table)
    failed = sum(not finding.passed for finding in findings)
    print(f"{root}: {f'{failed} of {len(findings)} checks failed' if failed else 'not trivial, all checks passed'}.")
    return not failed


def main(args: argparse.Namespace) -> int:
    """Write or check; returns 1 for a failed check."""
    if args.check:
        return 0 if check(args.root) else 1
    write(args.root, args.seed, args.rows, args.size, args.force)
    return 0


if __name__ == "__main__":
    arguments = parser().parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
