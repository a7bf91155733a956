"""Find the scene that a picture shows: any picture in, parameters out.

examples:
  python tools/predict.py picture.png
  python tools/predict.py photo.jpg --out found --run work_dirs/scene_inverse_small --seconds 60
  python tools/predict.py drawing.png --invert --run none --gradient none --evaluations 2000
  python tools/predict.py picture.png --resume

Leaves scene.json, scene.png, stages.png, parameters.md and result.json, after each stage anew. Without a trained network it
begins with random scenes.
"""

import argparse
import sys
from pathlib import Path

from stillhouse.engine.arguments import positive


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path, metavar="IMAGE", help="a picture of any format, size and aspect")
    parser.add_argument("--out", type=Path, metavar="DIR", help="(default: work_dirs/predicted/NAME)")
    parser.add_argument("--run", default="auto", help="an inverse model's run or checkpoint; none begins at random")
    parser.add_argument("--resume", action="store_true", help="go on with the same search, interrupted")
    budgets = parser.add_argument_group("budgets; what is not given is the config's")
    budgets.add_argument("--config", default=None, help="with search = dict(...) (default configs/scene_search.py)")
    budgets.add_argument("--screening", type=int, metavar="N", help="evaluations of configurations")
    budgets.add_argument("--gradient", choices=("renderer", "proxy", "none"), help="what gives gradients")
    budgets.add_argument("--steps", type=int, metavar="N", help="of the gradient, of single scenes")
    budgets.add_argument("--evaluations", type=int, metavar="N", help="of the evolution")
    budgets.add_argument("--population", type=int, metavar="N", help="scenes of a generation")
    budgets.add_argument("--seconds", type=float, metavar="S", help="for all stages together")
    budgets.add_argument("--size", type=int, metavar="PX", help="of the images that are compared")
    budgets.add_argument("--measure", metavar="NAME", help="foreground, l1, lpips or lpips-random")
    budgets.add_argument("--seed", type=int, help="of all draws")
    means = parser.add_argument_group("what it works with")
    means.add_argument("--proxy", metavar="RUN", help="a forward model's run, for --gradient proxy")
    means.add_argument("--bank", default="auto", metavar="DIR", help="scenes whose nearest are tried; none for none")
    means.add_argument("--renderer", metavar="URL", help="a rendering service")
    look = parser.add_argument_group("how the picture is read")
    look.add_argument("--fit", choices=("pad", "crop"), default="pad", help="to a square (default pad)")
    look.add_argument("--ground", choices=("black", "white"), default="black", help="of padding and transparency")
    look.add_argument("--invert", action="store_true", help="exchange light and dark, for dark strokes on light")
    parser.add_argument("--image-size", type=positive, default=512, metavar="PX", help="of scene.png (default 512)")
    return parser.parse_args()


BUDGETS = ("screening", "gradient", "steps", "evaluations", "population", "seconds", "size", "measure", "seed")


def main(args: argparse.Namespace) -> int:
    """Search, write and print; 130 where it was interrupted."""
    from stillhouse import datasets, models  # noqa: F401  their components are registered
    from stillhouse.engine.command import INTERRUPTED
    from stillhouse.engine.search.predicting import Asked, predict_picture
    from stillhouse.engine.search.settings import CONFIG, from_config

    settings = from_config(args.config or CONFIG).changed({name: getattr(args, name) for name in BUDGETS})
    out = args.out or Path("work_dirs/predicted") / args.picture.stem
    asked = Asked(
        args.picture,
        out,
        args.run,
        args.proxy,
        args.bank,
        args.renderer,
        args.fit,
        args.ground,
        args.invert,
        args.image_size,
    )
    try:
        record = predict_picture(asked, settings, args.resume, lambda words: print(words, flush=True))
    except KeyboardInterrupt:
        print("interrupted; the same command with --resume goes on", file=sys.stderr)
        return INTERRUPTED
    print((out / "parameters.md").read_text())
    print(
        f"{record['verdict']}: {record['loss']:.4f}, where a black image has {record['black']:.4f} "
        f"and one of the mean colour {record['flat']:.4f}"
    )
    print(f"{record['url']}\nLook at {out / 'stages.png'}; {out / 'result.json'} holds everything.")
    return 0


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
