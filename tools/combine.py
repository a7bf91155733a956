"""Try every network with and without distillation under each way to train it, two steps each, and write the table.

example:
  python tools/combine.py --only GAT MiniGPT

Started again, it goes on where it was stopped. Exit status 1 where anything failed that the config check had not refused.
"""

import argparse
import sys
from pathlib import Path


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NETWORK", help="networks whose names begin so (default: all)")
    parser.add_argument("--settings", nargs="+", metavar="SETTING", help="such as plain DDP (default: all)")
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("work_dirs/combinations"),
        help="data, runs and results (default: %(default)s)",
    )
    parser.add_argument("--out", type=Path, metavar="PAGE", help="write the page there once every cell has its outcome")
    parser.add_argument(
        "--whole", action="store_true", help="compile under every distillation (default: under one a network)"
    )
    parser.add_argument("--again", action="store_true", help="forget earlier outcomes of these cells")
    return parser.parse_args()


def main(args: argparse.Namespace) -> int:
    """Run the cells, with progress; print those that failed."""
    from stillhouse.tools.combining.crossing import Results, cross
    from stillhouse.tools.combining.page import counted, page
    from stillhouse.tools.combining.progress import progress

    cases = chosen(args.only, args.settings)
    root = args.folder.resolve()
    results = Results(root / "results.json")
    if args.again:
        results.forget(cases)
    with progress(len(results.waiting(cases, args.whole))) as on_case:
        cross(cases, root, results, on_case, args.whole)
    tried = {case.name: results.outcomes[case.name] for case in cases}
    for name, outcome in tried.items():
        if outcome.verdict == "FAILED":
            print(f"{name}: {'; '.join(outcome.reasons)}")
    counts = counted(tried)
    print(
        f"{counts['ok']} ok, {counts['refused']} refused, {counts['FAILED']} failed; {results.file} holds the outcomes."
    )
    if args.out:
        args.out.write_text(page(results.outcomes))
        print(f"{args.out} shows them.")
    return 1 if counts["FAILED"] else 0


def chosen(only: list[str] | None, settings: list[str] | None) -> list:
    """The cases asked for; those that others are compared with are among them."""
    from stillhouse.engine.errors import StillhouseError
    from stillhouse.tools.combining.cases import SETTINGS, every_case
    from stillhouse.tools.combining.recipes import RECIPES

    for name in only or ():
        if not any(network.startswith(name) for network in RECIPES):
            raise StillhouseError(f"--only: got {name!r}, expected the beginning of one of {', '.join(RECIPES)}")
    for name in settings or ():
        if name not in SETTINGS:
            raise StillhouseError(f"--settings: got {name!r}, expected some of {', '.join(SETTINGS)}")
    return [
        case
        for case in every_case()
        if (not only or case.network.startswith(tuple(only))) and (not settings or case.setting in ("plain", *settings))
    ]


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
