"""Refine single sketches against images by the loss of CLIP distillation: what a generator draws, an SVG, or scribbles.

examples:
  python tools/refine.py work_dirs/sketch_distill_clip --image photo.jpg
  python tools/refine.py work_dirs/sketch_distill_clip --image photos --count 4 --seconds 2 --out refined --svg
  python tools/refine.py --loss configs/sketch_distill_clip.py --image photo.jpg --start drawing.svg
  python tools/refine.py work_dirs/sketch_distill_clip --image photos --pairs data/refined --category photo

Each picture leaves NAME.svg, NAME.png (picture, before, after) and NAME.json. Started again, it leaves finished pictures alone.
"""

import argparse
import sys
from pathlib import Path

from stillhouse.engine.arguments import positive

GREATEST_COUNT = 64


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="?", metavar="RUN", help="a generator's run folder, checkpoint or published file")
    parser.add_argument("--image", dest="images", nargs="+", required=True, metavar="FILE|FOLDER", help="pictures")
    parser.add_argument("--loss", metavar="CONFIG", help="config with a CLIPPerceptual loss; by default the run's own")
    parser.add_argument("--start", default="generate", metavar="generate|random|SVG", help="by default generate")
    parser.add_argument("--count", type=positive, default=1, help="drawings a picture (default 1)")
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--steps", type=positive, default=80, help="of Adam (default 80)")
    extent.add_argument("--seconds", type=above_zero, help="a picture, instead of a number of steps")
    parser.add_argument("--lr", type=above_zero, help="of Adam, in canvas units; the canvas is 2 wide (default 0.02)")
    parser.add_argument("--prior", type=float, default=0.5, help="weight of smooth, joined strokes (default 0.5)")
    parser.add_argument("--seed", type=int, default=0, help="of noise and augmentation (default 0)")
    parser.add_argument("--out", type=Path, default=Path("refined"), metavar="DIR", help="(default refined)")
    parser.add_argument("--svg", action="store_true", help="write drawings as SVG; neither of the two means both")
    parser.add_argument("--png", action="store_true", help="write picture, before and after side by side")
    parser.add_argument("--stroke-width", type=above_zero, default=1.5, help="pixels on a canvas of 224 (default 1.5)")
    parser.add_argument("--pairs", type=Path, metavar="ROOT", help="also write ControlSketch files there, in train")
    parser.add_argument("--category", default="refined", help="of the pairs (default refined)")
    parser.add_argument("--caption", default="a drawing", help="of the pairs (default 'a drawing')")
    args = parser.parse_args()
    check(parser, args)
    return args


def check(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """Refuse options that do not go together."""
    if args.run is None and (args.loss is None or args.start == "generate"):
        parser.error("got no RUN, which may be left out with --loss CONFIG and --start random or an SVG alone")
    if args.seed < 0 or args.prior < 0:
        parser.error(f"got --seed {args.seed} and --prior {args.prior}, expected numbers of at least 0")
    if args.count > GREATEST_COUNT:
        parser.error(f"--count: got {args.count}, expected at most {GREATEST_COUNT}")


def above_zero(text: str) -> float:
    """A finite number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a number above 0")
    return value


def main(args: argparse.Namespace) -> int:
    """Refine what is not finished, and say what was gained; 2 where a picture could not be read."""
    from stillhouse.engine.command import INTERRUPTED, REFUSED
    from stillhouse.engine.sketch.pictures import find_pictures

    pictures = find_pictures(args.images)
    try:
        told = refine_all(pictures, args)
    except KeyboardInterrupt:
        print("interrupted; the same command goes on", file=sys.stderr)
        return INTERRUPTED
    print(f"{told.drawn} pictures refined, {told.finished} had been finished before: {args.out}")
    if args.pairs:
        print(f"pairs: ControlSketch files in {args.pairs / 'train' / args.category}")
    for message in told.bad:
        print(f"left out: {message}", file=sys.stderr)
    return REFUSED if told.bad else 0


def refine_all(pictures: dict[str, Path], args: argparse.Namespace):
    """Every picture, with a bar."""
    from mmengine.device import get_device

    from stillhouse.engine.sketch import refinement_loss
    from stillhouse.engine.sketch.refined_files import Outputs
    from stillhouse.engine.sketch.refining import Refiner, count_finished, refine_pictures
    from stillhouse.engine.trained import load_trained

    trained = load_trained(args.run) if args.run else None
    config = refinement_loss.loss_config(trained, args.loss)
    loss, settings = refinement_loss.build_loss(config, get_device()), chosen_settings(args)
    both = args.svg == args.png
    outputs = Outputs(
        args.out, args.svg or both, args.png or both, args.stroke_width, args.pairs, args.category, args.caption
    )
    asked = {"loss": config, "checkpoint": identity(trained)}
    left = len(pictures) - count_finished(pictures, settings, outputs, asked)
    refiner = Refiner(trained, loss, settings, get_device())
    with bar(left) as (say, tell):
        return refine_pictures(pictures, refiner, outputs, asked, say, tell)


def chosen_settings(args: argparse.Namespace):
    """How to refine."""
    from stillhouse.engine.sketch.refinement import LEARNING_RATE
    from stillhouse.engine.sketch.refining import Settings

    steps = None if args.seconds else args.steps
    return Settings(args.start, args.count, steps, args.seconds, args.lr or LEARNING_RATE, args.prior, args.seed)


def identity(trained) -> list | None:
    """A checkpoint's place, size and time."""
    if trained is None:
        return None
    facts = trained.file.stat()
    return [str(trained.file.resolve()), facts.st_size, facts.st_mtime_ns]


def bar(total: int):
    """A progress bar with rate and time left, as a context with its two callbacks."""
    import contextlib
    import time

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = ("refining", BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TextColumn("{task.fields[rate]}"))

    @contextlib.contextmanager
    def shown():
        console = Console(stderr=True)
        live = dict(console=console, transient=True, disable=not console.is_terminal)
        with Progress(*columns, TimeRemainingColumn(), **live) as progress:
            task, began = progress.add_task("", total=total, rate=""), time.perf_counter()

            def say(done: float) -> None:
                rate = f"{done:.1f} of {total} pictures, {done / (time.perf_counter() - began):.2f} a second"
                progress.update(task, completed=done, rate=rate)

            def tell(name: str, drawings) -> None:
                before, after = drawings.history[0].mean(), drawings.loss_after.mean()
                print(f"{name}: loss {before:.4f} -> {after:.4f} in {drawings.seconds:.2f} s", flush=True)

            yield say, tell

    return shown()


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
