"""Where the requests of the page arrive."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from .....datasets.errors import DataError
from .....datasets.scene.identity import scene_key
from .....datasets.scene.ref_file import RefFile
from .....datasets.scene.ref_sources import Places, find_source, numbered
from ....preferences.page import PageError
from ..pictures import Pictures
from . import markup
from .request import Request, parse_request

PER_PAGE = 24
LARGE = 384  # px of a scene that is compared
_LINE = "line:"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shown:
    """A scene on the page.

    Attributes:
        name: ``line:3`` of the references, or the short name of a source.
        key: of the scene.
        png: its picture.
        kept: whether it is among the references.
    """

    name: str
    key: str
    png: bytes
    kept: bool


class CurationDesk:
    """Answers with the page as HTML; holds nothing that the file of references does not hold.

    Args:
        file: the references.
        places: where other scenes lie.
        small, large: pictures of scenes on a shelf, and side by side.
    """

    def __init__(
        self, file: RefFile, places: Places, small: Pictures | None = None, large: Pictures | None = None
    ) -> None:
        self.file, self.places = file, places
        self._small = small or Pictures(dict(type="SceneRenderer", size=markup.SIZE))
        self._large = large or Pictures(dict(type="SceneRenderer", size=LARGE))
        self._lock = threading.Lock()  # one request draws at a time

    def handle(self, text: object) -> str:
        """Do what a request says; nothing is raised for what a browser sent, it is told on the page."""
        request, notice = Request("open"), ""
        with self._lock:
            try:
                request = parse_request(text)
                notice = self._act(request)
            except (PageError, DataError) as error:
                notice = str(error)
            except OSError as error:
                _log.error("%s", error)
                notice = "Not done: the server cannot write. Its log says why."
            return self._page(request, notice)

    def _act(self, request: Request) -> str:
        """Change the file; returns what to say of it."""
        if request.act == "keep":
            added = self.file.add([find_source(request.name, self.places).scene])[0]
            return f"{request.name} is {'now' if added.new else 'already'} line {added.line}."
        if request.act == "remove":
            number = request.name.removeprefix(_LINE)
            if not number.isdecimal() or not request.key:
                raise PageError("Nothing was removed: the page did not say which line. Reload it.")
            self.file.remove(int(number), request.key)
            return f"Line {number} is removed. Undo puts it back."
        if request.act == "undo":
            return f"Taken back: {self.file.undo():,} references."
        return ""

    def _page(self, request: Request, notice: str) -> str:
        lines = [line for line in self.file.lines() if line.ref]
        known = {scene_key(line.ref.scene): line.number for line in lines if line.ref}
        scenes = {f"{_LINE}{line.number}": line.ref.scene for line in lines if line.ref}
        names = list(scenes) if request.shelf == "refs" else list(numbered(self.places, request.shelf))
        page = min(request.page, max(0, (len(names) - 1) // PER_PAGE))
        part = names[page * PER_PAGE : (page + 1) * PER_PAGE]
        shelf = self._shown(part, scenes, known, self._small)
        side_by_side = self._shown(request.compared, scenes, known, self._large)
        shelves = {"refs": len(lines), **dict.fromkeys(self.places.folders(), -1)}
        return markup.page(request.shelf, shelves, page, len(names), PER_PAGE, shelf, side_by_side, notice)

    def _shown(self, names: Sequence[str], scenes: dict, known: dict, pictures: Pictures) -> list[Shown]:
        """The scenes of some names; those that cannot be read are left out."""
        found = []
        for name in names:
            try:
                scene = scenes[name] if name in scenes else find_source(name, self.places).scene
            except DataError as error:
                _log.warning("%s", error)
                continue
            key = scene_key(scene)
            found.append(Shown(name, key, pictures.png(scene), key in known))
        return found
