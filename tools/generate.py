"""Draw sketches with a trained generator: bootstrap, distilled or preference-tuned alike, with averaged weights.

examples:
  python tools/generate.py --checkpoint work_dirs/sketch_flow_dit --class cat bicycle --num-samples 8
  python tools/generate.py --checkpoint model.pth --image photo.jpg --svg drawings --png sheet.png
  python tools/generate.py --checkpoint work_dirs/sketch_flow_sheep --unconditional --num-samples 64 --steps 16
"""

import argparse
import sys
from pathlib import Path

from stillhouse.engine.arguments import positive

SAMPLERS = ("euler", "heun", "midpoint")


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True, help="a run's folder, a checkpoint, or a published file")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--class", dest="classes", nargs="+", metavar="CLASS", help="names or indices; by default all")
    what.add_argument("--image", dest="images", nargs="+", metavar="FILE", help="draw what these images show")
    what.add_argument("--unconditional", action="store_true", help="draw without a condition")
    parser.add_argument("--num-samples", type=positive, default=8, help="for each class or image (default 8)")
    parser.add_argument("--cfg-scale", type=float, help="classifier-free guidance; by default the config's")
    parser.add_argument("--steps", type=positive, help="steps of the sampler; by default the config's")
    parser.add_argument("--sampler", choices=SAMPLERS, help="by default the config's")
    parser.add_argument("--seed", type=int, default=0, help="of the noise (default 0)")
    parser.add_argument("--raw", action="store_true", help="the raw weights, even where averaged ones are there")
    parser.add_argument("--png", type=Path, metavar="FILE", help="the contact sheet (default: generated.png)")
    parser.add_argument("--svg", type=Path, metavar="DIR", help="one SVG a sketch, with black strokes for a plotter")
    parser.add_argument("--npy", type=Path, metavar="FILE", help="the strokes, (N, S, 4, 2) float32 in [-1, 1]")
    parser.add_argument("--stroke-width", type=float, default=1.5, help="pixels on a canvas of 224 (default 1.5)")
    args = parser.parse_args()
    if args.seed < 0:
        parser.error(f"--seed: got {args.seed}, expected 0 or more")
    args.png = args.png or (None if args.svg or args.npy else Path("generated.png"))
    return args


def main(args: argparse.Namespace) -> None:
    """Draw, write, and say what was written and how long it took."""
    from stillhouse.engine.sketch.generation import Settings
    from stillhouse.engine.sketch.output import write_npy, write_sheet, write_svgs
    from stillhouse.engine.trained import load_trained

    trained = load_trained(args.checkpoint, raw=args.raw)
    settings = Settings(args.sampler, args.steps, args.cfg_scale, args.seed)
    drawn = draw(trained, args, settings)
    written = []
    if args.png:
        written.append(write_sheet(drawn, args.png, args.stroke_width, columns=args.num_samples))
    if args.svg:
        written.append(write_svgs(drawn, args.svg, args.stroke_width))
    if args.npy:
        written.append(write_npy(drawn, args.npy))
    count = len(drawn.names)
    rate = count / drawn.seconds
    print(f"{count} sketches in {drawn.seconds:.2f} s: {1e3 / rate:.1f} ms each, {rate:.1f} a second")
    print("\n".join(f"wrote {path}" for path in written))


def draw(trained, args: argparse.Namespace, settings):
    """What the command line asks for, with a bar."""
    from rich.console import Console
    from rich.progress import Progress

    from stillhouse.engine.sketch import generation

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("drawing", total=None)

        def say(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        if args.images:
            return generation.generate_images(trained, args.images, args.num_samples, settings, say)
        if args.unconditional or (args.classes is None and generation.conditioned_on(trained) is None):
            return generation.generate_unconditional(trained, args.num_samples, settings, say)
        return generation.generate_classes(trained, args.classes or [], args.num_samples, settings, say)


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
