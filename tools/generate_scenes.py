"""Write scenes drawn at random, with their images: OUT/images/000000.png beside OUT/params/000000.json, and so on up to N.

examples:
  python tools/generate_scenes.py 5000 --preview
  python tools/generate_scenes.py 5000 --refs references/refs.jsonl --workers 2
  python tools/generate_scenes.py 2000 --quality --scored references/refs-scored.jsonl
  python tools/generate_scenes.py 5000 --size 64 --renderer http://127.0.0.1:3000
  python tools/generate_scenes.py 12000 --vary --refs references/refs.jsonl --size 64 --out data/scene_demo

With --refs 30 % of the scenes are bred from reference scenes; with --quality 70 %, parents in proportion to their scores; with
--vary each is a reference scene with its numbers multiplied by U(0.8, 1.2), nearly black or white references left out. A file
depends on the seed, its number and the references alone. Given again, the command goes on where it was interrupted, and with a
larger N it adds scenes; what is complete is never written again.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

OUT, QUALITY_OUT = Path("data/scene"), Path("data/scene/quality")
LINE_EVERY_S = 10
PATIENCE_S = 600.0
SHOWN = 8


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, metavar="N", help="scenes that OUT shall hold in the end")
    parser.add_argument("--quality", action="store_true", help="breed 70 %% of the scenes from those of --scored")
    parser.add_argument("--vary", action="store_true", help="vary the scenes of --refs instead of drawing new ones")
    parser.add_argument("--preview", action="store_true", help="also write OUT/preview.png, up to 64 of the images")
    parser.add_argument(
        "--out", type=Path, metavar="OUT", help=f"the folder (default {OUT}; with --quality {QUALITY_OUT})"
    )
    parser.add_argument("--size", type=int, default=256, help="pixels of a side (default 256)")
    parser.add_argument("--refs", type=Path, nargs="+", metavar="FILE", help="reference scenes, one a line")
    parser.add_argument("--scored", type=Path, metavar="FILE", help="reference scenes with scores, for --quality")
    parser.add_argument(
        "--workers", type=int, help="processes (default 1), or requests at a time; files do not depend on it"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the draws (default 0)")
    parser.add_argument(
        "--renderer", metavar="URL", help="a service that renders (default: the renderer of this package)"
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE_S,
        metavar="SECONDS",
        help="how long a service that is away is waited for",
    )
    args = parser.parse_args()
    _check(parser, args)
    return args


def _check(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    for name, least in (("count", 1), ("size", 1), ("workers", 1)):
        value = getattr(args, name)
        if value is not None and value < least:
            parser.error(f"{'N' if name == 'count' else '--' + name}: got {value}, expected at least {least}")
    if args.quality != (args.scored is not None):
        parser.error("--quality and --scored FILE: got one alone, expected both or neither")
    if args.vary and not args.refs:
        parser.error("--vary: got no --refs FILE, expected scenes to vary")
    if args.quality and args.refs:
        parser.error("--refs and --quality: got both, expected one of them; put all scenes into the scored file")


def main(args: argparse.Namespace) -> None:
    """Write what is missing, with progress, and say what to do with it."""
    from stillhouse.datasets.scene.generation import generate, missing
    from stillhouse.datasets.scene.store import SceneStore

    out = args.out or (QUALITY_OUT if args.quality else OUT)
    recipe = _recipe(args)
    store = SceneStore(out)
    store.claim({**recipe.facts(), "size": args.size})
    indices = missing(store, args.count)
    for _ in shown(generate(store, recipe, indices, _renderer(args), args.workers or 1), len(indices)):
        pass
    print(f"Wrote {len(indices):,} scenes to {out}, kept {args.count - len(indices):,} that were there.")
    if args.preview:
        from stillhouse.datasets.scene.preview import write_preview

        number = write_preview(out / "preview.png", store)
        print(f"{out / 'preview.png'} shows {number} of them.")


def _recipe(args: argparse.Namespace):
    """How the scenes are drawn."""
    from stillhouse.datasets.scene.recipe import recipe_of
    from stillhouse.datasets.scene.variations import Variations, visible

    refs, scored = _refs(args.refs or [], False), _refs([args.scored] if args.scored else [], True)
    if not args.vary:
        return recipe_of(args.seed, refs, scored)
    parents = visible([ref.scene for ref in refs])
    print(f"{len(parents):,} of {len(refs):,} references are varied; the others are nearly black or nearly white.")
    return Variations(args.seed, tuple(parents))


def _refs(paths: list[Path], scored: bool) -> list:
    """The scenes of all files, with a word on what did not fit the schema."""
    from stillhouse.datasets.scene.refs import read_refs, summary

    found = []
    for path in paths:
        refs = read_refs(path, scored=scored)
        counts = [f"{name} {count}" for name, count in summary(refs).items()]
        changes = f" ({', '.join(counts[:SHOWN])}{', ...' if len(counts) > SHOWN else ''})" if counts else ""
        print(
            f"{path}: {len(refs):,} scenes; {sum(bool(ref.messages) for ref in refs):,} made to fit the schema{changes}."
        )
        found += refs
    return found


def _renderer(args: argparse.Namespace) -> dict:
    if args.renderer is None:
        return dict(type="SceneRenderer", size=args.size)
    return dict(type="HttpRenderer", url=args.renderer, size=args.size, reach_s=args.patience, threads=args.workers)


def shown(steps: Iterator[int], total: int) -> Iterator[int]:
    """The steps, with a bar, the rate and the time left on a terminal, and a line now and then elsewhere."""
    if not sys.stdout.isatty():
        yield from _lines(steps, total)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]:.1f}/s"), TimeRemainingColumn()
    with Progress("scenes", *columns) as progress:
        task = progress.add_task("", total=total, rate=0.0)
        for rate, step in _with_rate(steps):
            progress.update(task, advance=1, rate=rate)
            yield step


def _lines(steps: Iterator[int], total: int) -> Iterator[int]:
    told = time.monotonic()
    for done, (rate, step) in enumerate(_with_rate(steps), 1):
        if rate and time.monotonic() - told >= LINE_EVERY_S:
            told = time.monotonic()
            print(f"{done:,} of {total:,} scenes, {rate:.1f}/s, {(total - done) / rate:.0f} s left", flush=True)
        yield step


def _with_rate(steps: Iterator[int]) -> Iterator[tuple[float, int]]:
    """Each step with the steps a second since the first one; what came before it is the start of the processes."""
    began = 0.0
    for done, step in enumerate(steps):
        began = began or time.monotonic()
        yield done / max(time.monotonic() - began, 1e-9), step


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
