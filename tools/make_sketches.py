"""Write a synthetic sketch data set in the files of ControlSketch: ROOT/{train,validation,test}/CLASS/CLASS_SEED.npz.

example:
  python tools/make_sketches.py data/sketches --train 200 --validation 60 --test 40 --preview sketches.png
  python tools/make_sketches.py data/sketches_all --every-class --train 100 --validation 30 --test 0 --photos data/photos

20 classes in train and validation, 12 others in test; with --every-class all 32 in train and validation. A file depends on its
class, split and seed alone. Started again, it goes on where it was interrupted.
"""

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path, metavar="ROOT", help="folder of the data set; complete files in it are kept")
    parser.add_argument("--train", type=int, default=200, help="training files a class (default 200)")
    parser.add_argument("--validation", type=int, default=60, help="validation files a class (default 60)")
    parser.add_argument("--test", type=int, default=40, help="files of each unseen class (default 40)")
    parser.add_argument("--classes", nargs="+", metavar="CLASS", help="these alone (default: all)")
    parser.add_argument("--every-class", action="store_true", help="the unseen classes in train and validation too")
    parser.add_argument(
        "--photos", type=Path, metavar="FOLDER", help="also write the training files' photos there as JPEG"
    )
    parser.add_argument("--seed", type=int, default=0, help="sets of different seeds share no file (default 0)")
    parser.add_argument("--workers", type=int, default=1, help="processes (default 1); the files do not depend on it")
    parser.add_argument("--preview", type=Path, metavar="PICTURE", help="also draw some files of every class there")
    args = parser.parse_args()
    if args.workers < 1:
        parser.error(f"--workers: got {args.workers}, expected at least 1")
    return args


def main(args: argparse.Namespace) -> None:
    """Write what is missing, with progress, and say what to do with it."""
    from rich.progress import track

    from stillhouse.datasets.sketch.synthetic import is_complete, plan

    counts = (args.train, args.validation, args.test)
    tasks = plan(args.root, *counts, args.classes, args.seed, args.every_class)
    missing = [task for task in tasks if not is_complete(task)]
    shown = partial(track, description="sketches", total=len(missing), disable=not sys.stdout.isatty())
    for _ in shown(_written(missing, args.workers)):
        pass
    print(f"Wrote {len(missing):,} files to {args.root}, kept {len(tasks) - len(missing):,} that were there.")
    if args.photos:
        from stillhouse.datasets.sketch.photos import write_photos

        wanted = [task.path for task in tasks if task.split == "train"]
        print(f"Wrote {write_photos(wanted, args.photos):,} photos to {args.photos}, {len(wanted):,} in all.")
    if args.preview:
        from stillhouse.datasets.sketch.preview import write_preview

        write_preview(args.preview, tasks)
        print(f"{args.preview} shows them.")
    print(
        f"Next: python tools/train.py configs/sketch_flow_small.py --with-companions --cfg-options data_root={args.root}"
    )


def _written(tasks: list, workers: int) -> Iterator[None]:
    """Write each file, in this process or in several; yields as they are done."""
    from stillhouse.datasets.sketch.synthetic import write

    if workers == 1 or len(tasks) < 2:
        yield from map(write, tasks)
        return
    import multiprocessing

    # A forked process would inherit the locks of libraries' threads.
    with multiprocessing.get_context("spawn").Pool(min(workers, len(tasks)), _single_thread) as pool:
        yield from pool.imap_unordered(write, tasks, chunksize=8)


def _single_thread() -> None:
    import cv2

    cv2.setNumThreads(1)


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
