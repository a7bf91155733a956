"""Keep reference scenes: list them, add, remove, take back, and look at them.

examples:
  python tools/refs.py list
  python tools/refs.py add 328 q:12 out:0 out:sunflower
  python tools/refs.py rm 17
  python tools/refs.py undo
  python tools/refs.py contact-sheet --out refs.png
  python tools/refs.py page

328 is a scene of data/scene, q:12 one of data/scene/quality, out:0 the first of the newest exploration, out:NAME is
output/NAME.json, output/NAME/scene.json, or what tools/predict.py left of the picture NAME. A scene that is there already is
not added again. The state before each change is kept beside the file.
"""

import argparse
import sys
from pathlib import Path

REFS = Path("references/refs.jsonl")
TILE = 128


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--refs", type=Path, default=REFS, metavar="FILE", help=f"the file (default {REFS})")
    parser.add_argument("--data", type=Path, default=Path("data/scene"), metavar="DIR", help="of ID")
    parser.add_argument("--quality", type=Path, default=Path("data/scene/quality"), metavar="DIR", help="of q:ID")
    parser.add_argument("--output", type=Path, default=Path("output"), metavar="DIR", help="of out:NAME")
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("list", help="every line: its number, geometry, layers, repetitions, what did not fit the schema")
    add = acts.add_parser("add", help="append scenes")
    add.add_argument("names", nargs="+", metavar="NAME", help="ID, q:ID, out:N, out:NAME")
    acts.add_parser("rm", help="remove a line").add_argument("line", type=int, metavar="LINE")
    acts.add_parser("undo", help="take the newest change back")
    sheet = acts.add_parser("contact-sheet", help="a picture of all of them, in their order")
    sheet.add_argument("--out", type=Path, default=Path("output/refs.png"), metavar="PNG")
    sheet.add_argument("--size", type=int, default=TILE, help=f"pixels of a side of each (default {TILE})")
    _page_arguments(acts.add_parser("page", help="browse, compare and keep, in a browser"))
    return parser.parse_args()


def _page_arguments(page: argparse.ArgumentParser) -> None:
    page.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")
    page.add_argument("--port", type=int, default=7861, help="default 7861; 0 takes a free one")
    page.add_argument("--auth", metavar="NAME:PASSWORD", help="what the browser is asked for")


def main(args: argparse.Namespace) -> None:
    """Do one act."""
    from stillhouse.datasets.scene.ref_file import RefFile
    from stillhouse.datasets.scene.ref_sources import Places

    file, places = RefFile(args.refs), Places(args.data, args.quality, args.output)
    acts = {"list": listed, "add": add, "rm": remove, "undo": undo, "contact-sheet": contact_sheet, "page": page}
    acts[args.act](args, file, places)


def listed(args: argparse.Namespace, file, places) -> None:
    """Print the lines."""
    lines = file.lines()
    for line in lines:
        print(f"{line.number:4d}  {described(line.ref) if line.ref else 'damaged: ' + line.error}")
    print(f"{len(lines):,} scenes in {file.path}")


def described(ref) -> str:
    """A scene in a few words."""
    scene = ref.scene
    layers = [layer.get("geometry", scene["geometry"]) for layer in scene["layers"]]
    changes = f"  ({len(ref.messages)} values made to fit)" if ref.messages else ""
    return f"{scene['geometry']:<11} x {scene['repetitions']:<3d} layers: {', '.join(layers) or 'none'}{changes}"


def add(args: argparse.Namespace, file, places) -> None:
    """Append scenes; all names are found before the first is added."""
    from stillhouse.datasets.scene.ref_sources import find_source

    sources = [find_source(name, places) for name in args.names]
    for source, added in zip(sources, file.add([source.scene for source in sources])):
        print(f"{source.name}: {'added as' if added.new else 'is there already, in'} line {added.line}")


def remove(args: argparse.Namespace, file, places) -> None:
    """Remove a line."""
    text = file.remove(args.line)
    print(f"removed line {args.line}: {text[:90]}{'...' if len(text) > 90 else ''}")
    print("python tools/refs.py undo puts it back")


def undo(args: argparse.Namespace, file, places) -> None:
    """Take the newest change back."""
    print(f"{file.path} is as it was before the newest change: {file.undo():,} scenes")


def contact_sheet(args: argparse.Namespace, file, places) -> None:
    """Write a picture of all scenes."""
    from stillhouse.datasets.scene.durable import write_durably
    from stillhouse.datasets.scene.preview import sheet
    from stillhouse.engine.scene.curation.pictures import Pictures, encoded

    pictures = Pictures(dict(type="SceneRenderer", size=args.size))
    refs = file.refs()
    write_durably(args.out, encoded(sheet([pictures.pixels(ref.scene) for ref in refs], args.size)))
    print(f"{args.out} shows {len(refs):,} scenes, eight a row, in the order of the lines")


def page(args: argparse.Namespace, file, places) -> None:
    """Serve the page until SIGTERM or Ctrl-C."""
    from stillhouse.engine.listening import is_loopback
    from stillhouse.engine.preferences.page.server import parse_auth
    from stillhouse.engine.scene.curation.page import serve_curation

    auth = parse_auth(args.auth) if args.auth else None
    if not is_loopback(args.host):
        told = "Others can read what is sent." if auth else "Anyone can change the file: give --auth NAME:PASSWORD."
        print(f"warning: --host {args.host} can be reached from other machines, unencrypted. {told}", file=sys.stderr)
    serve_curation(
        file, places, args.host, args.port, auth, lambda where: print(f"{where}  (Ctrl-C ends it)", flush=True)
    )
    print(f"ended; {len(file.lines()):,} scenes in {file.path}")


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
