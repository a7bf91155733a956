"""Serve a page on which people choose between sketches or scenes, or rate them.

examples:
  python tools/collect_prefs.py --checkpoint work_dirs/sketch_flow_small
  python tools/collect_prefs.py --checkpoint base.pth --against tuned.pth --target 200
  python tools/collect_prefs.py --checkpoint work_dirs/sketch_flow_small --mode ratings --grid 6
  python tools/collect_prefs.py --scenes references/refs.jsonl
  python tools/collect_prefs.py --pictures scenes --host 0.0.0.0 --auth lab:secret

An answer is on the disk before the next pair is shown. Started again with the same checkpoints, everyone goes on where they were.
Keys: left, right, down for a tie, B both bad, S skip, U undo; when rating 1 to 5, left, right, Enter, U.
"""

import argparse
import sys
from pathlib import Path

ROOT = Path("data/preferences")
SAMPLERS = ("euler", "heun", "midpoint")


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--checkpoint", help="a run's folder, a checkpoint, or a published file")
    what.add_argument(
        "--pictures", type=Path, metavar="DIR", help="NAME.png with parameters in NAME.npy; a folder a class"
    )
    what.add_argument("--scenes", type=Path, metavar="FILE", help="reference scenes, one a line")
    parser.add_argument("--against", metavar="CHECKPOINT", help="another generator, for the other side of each pair")
    parser.add_argument("--store", type=Path, default=ROOT, metavar="ROOT", help=f"of the answers (default {ROOT})")
    parser.add_argument("--mode", choices=("pairs", "ratings"), default="pairs", help="default pairs")
    parser.add_argument("--class", dest="classes", nargs="+", metavar="CLASS", help="names (default: all, in turn)")
    parser.add_argument("--target", type=int, default=100, help="answers wanted of each annotator (default 100)")
    parser.add_argument("--repeat-share", type=float, default=0.1, help="of pairs shown a second time (default 0.1)")
    parser.add_argument("--grid", type=int, default=6, help="sketches rated together, 4 to 8 (default 6)")
    parser.add_argument("--session", help="name of the collection (default: made of the checkpoints)")
    parser.add_argument("--seed", type=int, help="of noise and sides (default: another one every time)")
    parser.add_argument("--cfg-scale", type=float, help="classifier-free guidance; by default the config's")
    parser.add_argument("--steps", type=int, help="steps of the sampler; by default the config's")
    parser.add_argument("--sampler", choices=SAMPLERS, help="by default the config's")
    parser.add_argument("--raw", action="store_true", help="the raw weights, even where averaged ones are there")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1: this machine alone)"
    )
    parser.add_argument("--port", type=int, default=7860, help="default 7860; 0 takes a free one")
    parser.add_argument("--auth", metavar="NAME:PASSWORD", help="what the browser is asked for")
    args = parser.parse_args()
    if args.against and not args.checkpoint:
        parser.error("--against needs --checkpoint")
    return args


def main(args: argparse.Namespace) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    from stillhouse.datasets.sketch.preferences import PreferenceStore
    from stillhouse.engine.listening import is_loopback
    from stillhouse.engine.preferences.page import Desk, Plan
    from stillhouse.engine.preferences.page.server import parse_auth, serve

    auth = parse_auth(args.auth) if args.auth else None
    if not is_loopback(args.host):
        warn(args.host, auth is not None)
    plan = Plan(args.target, args.repeat_share, args.grid, args.seed)
    desk = Desk(source(args), PreferenceStore(args.store), args.mode, plan, args.session)
    serve(desk, args.host, args.port, auth, lambda address: print(f"{address}  (Ctrl-C ends it)", flush=True))
    print(f"ended; every answer that was acknowledged is in {args.store}")


def source(args: argparse.Namespace):
    """What is shown."""
    if args.pictures:
        from stillhouse.engine.preferences.page.pictures import PictureSource

        return PictureSource(args.pictures)
    if args.scenes:
        from stillhouse.engine.preferences.page.scenes import SHOWN, SceneSource
        from stillhouse.engine.scene.curation.pictures import Pictures

        return SceneSource(args.scenes, Pictures(dict(type="SceneRenderer", size=SHOWN)))
    from stillhouse.engine.preferences.page.sketches import SketchSource
    from stillhouse.engine.sketch.generation import Settings
    from stillhouse.engine.trained import load_trained

    generators = [load_trained(path, raw=args.raw) for path in (args.checkpoint, args.against) if path]
    return SketchSource(*generators, settings=Settings(args.sampler, args.steps, args.cfg_scale), classes=args.classes)


def warn(host: str, has_auth: bool) -> None:
    """Say what it means that other machines can reach the page."""
    who = (
        "Others can read what you type: put it behind HTTPS."
        if has_auth
        else "Anyone can answer: give --auth NAME:PASSWORD."
    )
    print(f"warning: --host {host} can be reached from other machines, without encryption. {who}", file=sys.stderr)


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
