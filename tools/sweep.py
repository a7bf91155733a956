"""Train a config over a grid of options and several seeds, and put mean and spread into one table.

example:
  python tools/sweep.py configs/minigpt.py --grid optim_wrapper.optimizer.lr=3e-4,1e-3,3e-3 --seeds 3

An entry of a list is named by its type: --grid custom_hooks.KDHook.alpha=0.3,0.7 custom_hooks.KDHook.temperature=1,4
The same command goes on where it was stopped.
"""

import argparse
import sys
from pathlib import Path


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config file")
    parser.add_argument("--grid", nargs="+", default=[], metavar="KEY=V1,V2", help="values of options, all combined")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each combination (default 3)")
    parser.add_argument("--out", type=Path, help="folder of the sweep (default work_dirs/sweeps/CONFIG)")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time, with one thread each if more than one")
    parser.add_argument("--metrics", nargs="+", metavar="NAME", help="columns of the table (default: all)")
    parser.add_argument("--test", action="store_true", help="measure the test splits too, as test/NAME")
    parser.add_argument("--with-companions", action="store_true", help="first train the configs that this one needs")
    parser.add_argument("--cfg-options", nargs="+", default=[], metavar="KEY=VALUE", help="options of every run")
    parser.add_argument("--list", action="store_true", help="check everything, list the runs, and stop")
    search = parser.add_argument_group("search by Optuna", "the values of --grid are then choices")
    search.add_argument("--optuna", type=int, metavar="N", help="try N points instead of all")
    search.add_argument("--range", nargs="+", default=[], metavar="KEY=LOW:HIGH[:log]", help="numbers to search among")
    search.add_argument("--objective", metavar="NAME", help="the metric to improve")
    search.add_argument("--rule", choices=["less", "greater"], default="less", help="which is better (default less)")
    args = parser.parse_args()
    if args.optuna is None and (args.range or args.objective):
        parser.error("--range and --objective need --optuna N")
    if args.optuna is not None and args.list:
        parser.error("--list shows the runs of a grid; where a search will look is not known before")
    if args.optuna is not None and (args.optuna < 1 or not args.objective or not (args.range or args.grid)):
        parser.error("--optuna needs at least 1 trial, --objective NAME, and --range or --grid")
    return args


def main(args: argparse.Namespace) -> int:
    """Plan, check, run, and write the tables; 1 where a run failed."""
    from rich.console import Console

    from stillhouse.engine.config import parse_options
    from stillhouse.engine.sweep.grid import parse_grid, points
    from stillhouse.engine.sweep.sweep import Sweep
    from stillhouse.engine.sweep.table import as_table, chosen_metrics, write_tables

    grid, name = parse_grid(args.grid), Path(args.config).stem
    sweep = Sweep(
        args.config, parse_options(args.cfg_options), args.seeds, args.out or Path("work_dirs/sweeps") / name,
        args.jobs, args.test, args.with_companions, [*(args.metrics or []), *filter(None, [args.objective])],
    )  # fmt: skip
    if args.list:
        for run in sweep.plan(points(grid)):
            print(f"{run.label}: {'finished' if run.finished else 'to do'}, {run.folder}")
        return 0
    rows = search(args, sweep, grid) if args.optuna else sweep.measure(points(grid))
    metrics = chosen_metrics(rows, args.metrics)
    title = f"{name}: mean ± sample standard deviation over seeds"
    about = {"config": args.config, "options": sweep.options, "seeds": args.seeds, "failed": sweep.failed}
    written = write_tables(rows, metrics, title, about, sweep.out)
    Console(width=None if sys.stdout.isatty() else 200).print(as_table(rows, metrics, title))
    for path in written:
        print(path)
    for label, why in sweep.failed.items():
        print(f"FAILED {label}: {why}", file=sys.stderr)
    return 1 if sweep.failed else 0


def search(args: argparse.Namespace, sweep, grid: dict) -> list:
    """The points that Optuna tried, the best first."""
    from stillhouse.engine.sweep.search import Search, parse_ranges, run_search

    wanted = Search(parse_ranges(args.range), grid, args.optuna, args.objective, args.rule)
    return run_search(wanted, sweep.out, lambda point: sweep.measure([point])[0])


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
