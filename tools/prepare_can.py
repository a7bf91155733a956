"""Prepare raw downloads of CAN data sets: hcrl_ch, hcrl_sa, set_01 .. set_04 to OUT/SET/SPLIT/NAME.csv, mended and reported.

examples:
  python tools/prepare_can.py downloads --out data/can
  python tools/prepare_can.py downloads --list
  python tools/prepare_can.py --set hcrl_sa=downloads/dataset --out data/can
  python tools/prepare_can.py --check --out data/can

The sets are found by the names of their files, at any depth. Interrupted or killed at any moment, the same command goes on;
recordings appear whole or not at all. A file that cannot be read is refused with its line, and the others go on (exit status 1).
OUT/report.json holds every fault of every file and every pair of identical recordings. Memory does not grow with the files.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LINE_EVERY_S = 10
WIDTH = 160


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("raw", type=Path, nargs="?", metavar="RAW", help="folder of the unpacked downloads")
    parser.add_argument("--out", type=Path, default=Path("data/can"), help="folder to write to (default data/can)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=FOLDER", help="the raw folder of one set, instead of RAW's"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these sets alone")
    parser.add_argument(
        "--train-share",
        type=float,
        default=0.8,
        help="raw HCRL Car-Hacking: part of each attack file, in time, for training (default 0.8)",
    )
    parser.add_argument("--salvage", action="store_true", help="leave malformed rows out instead of refusing the file")
    parser.add_argument("--list", action="store_true", help="say what would become what, and write nothing")
    parser.add_argument(
        "--check", action="store_true", help="read what is in OUT again; exit status 1 if it is not whole"
    )
    args = parser.parse_args()
    if args.raw is None and not args.set and not args.check:
        parser.error("RAW: got none, expected the folder of the downloads, --set NAME=FOLDER, or --check")
    if bad := [word for word in args.set if not all(word.partition("="))]:
        parser.error(f"--set: got {bad[0]}, expected NAME=FOLDER, for example hcrl_sa=downloads/dataset")
    return args


def main(args: argparse.Namespace) -> int:
    """Prepare, list or check; returns the exit status."""
    if args.check:
        return check(args.out)
    from stillhouse.datasets.can.preparation import Preparation, chosen_sets

    named = {name: Path(folder) for name, _, folder in (word.partition("=") for word in args.set)}
    sets = chosen_sets(args.raw, named, args.only, args.train_share)
    if args.list:
        return list_sets(sets)

    total = sum(round(one.raw.stat().st_size * (one.end - one.begin)) for raw in sets for one in raw.recipes)
    with shown(total) as on_step:
        preparation = Preparation(args.out, args.salvage, lambda step: on_step(step.done_bytes, step.rows, step.name))
        journals = preparation.run(sets)
    made, all_files = len(preparation.made), sum(len(journal.files) for journal in journals)
    print(f"Made {made:,} recordings in {args.out}, kept {max(0, all_files - made):,} that were there.")
    return tell(args.out, [journal.name for journal in journals])


def list_sets(sets: list) -> int:
    """Print the mapping."""
    for raw in sets:
        print(f"{raw.name}: {raw.folder} ({raw.layout} layout)")
        for one in raw.recipes:
            part = "" if (one.begin, one.end) == (0, 1) else f"  (rows {one.begin:.0%} to {one.end:.0%})"
            print(f"  {one.raw.relative_to(raw.folder)} -> {one.target}{part}")
        _tell_gaps(raw)
    return 0


def tell(out: Path, names: list[str]) -> int:
    """Write the report of all that is in ``out`` and print it for some sets; 1 where something was refused."""
    from rich.console import Console

    from stillhouse.datasets.can.preparation import pairs, prepared_sets, report, write_report
    from stillhouse.datasets.can.preparation.report import pair_lines

    journals = [journal for _, journal in prepared_sets(out)]
    content = report(journals)
    path = write_report(out, content)
    console = Console()
    console = console if console.is_terminal else Console(width=WIDTH)
    for journal in (journal for journal in journals if journal.name in names):
        _print_set(console, journal)
    print("\n".join(pair_lines(pairs(journals))))
    totals = content["totals"]
    print(
        f"{path} holds all of it: {totals['recordings']} recordings, {totals['rows']:,} rows, "
        f"{totals['left_out']} copies left out, {totals['refused']} refused. Peak memory {content['peak_memory_mb']:,} MB."
    )
    root = out / next((journal.name for journal in journals if journal.name in names), "SET")
    print(
        "Next: python tools/train.py configs/gat_student_curriculum.py --with-companions --cfg-options "
        f"data_root={root} dataset={root.name}"
    )
    return 1 if any(journal.refused for journal in journals) else 0


def _print_set(console, journal) -> None:
    from rich.markup import escape
    from rich.table import Table

    from stillhouse.datasets.can.preparation.report import file_lines

    table = Table("recording", "rows", "attack rows", "found", title=journal.name, title_justify="left")
    for column in table.columns[1:3]:
        column.justify = "right"
    for row in file_lines(journal):
        table.add_row(*map(escape, row))
    console.print(table)
    for target, reason in journal.refused.items():
        print(f"REFUSED {journal.name}/{target}: {reason}")
    _tell_gaps(journal)


def _tell_gaps(one) -> None:
    if one.missing:
        print(f"  missing in {one.name}: {', '.join(one.missing)}")
    if one.unmapped:
        print(f"  not mapped in {one.name}: {', '.join(one.unmapped)}")


def check(out: Path) -> int:
    """Read everything again; 1 where something is wrong."""
    from stillhouse.datasets.can.preparation import check_set, prepared_sets

    sets = prepared_sets(out)
    total = sum(entry.rows for _, journal in sets for entry in journal.files.values() if not entry.left_out)
    done, wrong = 0, []
    with shown(total) as on_step:
        for folder, journal in sets:

            def on_rows(rows: int, name: str = journal.name) -> None:
                nonlocal done
                done += rows
                on_step(done, done, name)

            wrong += check_set(folder, journal, on_rows)
    print("\n".join(wrong) or f"{out}: {len(sets)} sets, {total:,} rows, all as they were written.")
    return 1 if wrong else 0


@contextmanager
def shown(total: int) -> Iterator[Callable[[int, int, str], None]]:
    """A bar with the rate and the time left on a terminal, and a line now and then elsewhere."""
    if not sys.stdout.isatty():
        yield _lines(total)
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rate]:,.0f} rows/s"), TimeRemainingColumn()
    with Progress(*columns, TextColumn("{task.description}")) as progress:
        task, began = progress.add_task("", total=total, rate=0.0), time.monotonic()

        def on_step(done: int, rows: int, name: str) -> None:
            rate = rows / max(time.monotonic() - began, 1e-9)
            progress.update(task, completed=done, rate=rate, description=name)

        yield on_step


def _lines(total: int) -> Callable[[int, int, str], None]:
    began = told = time.monotonic()
    start: int | None = None

    def on_step(done: int, rows: int, name: str) -> None:
        nonlocal told, start
        now = time.monotonic()
        start = done if start is None else start
        if now - told < LINE_EVERY_S or done <= start:
            return
        told = now
        left = (now - began) * (total - done) / (done - start)
        print(
            f"{done / max(total, 1):.0%}, {rows:,} rows, {rows / (now - began):,.0f}/s, {left:.0f} s left, {name}",
            flush=True,
        )

    return on_step


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
