"""Scenes and their images in a folder: ``images/000012.png`` beside ``params/000012.json``, complete or absent."""

import json
import os
import re
from pathlib import Path

import cv2
import numpy as np

from .errors import SceneError
from .fitting import words
from .forms import from_body, to_prefixed

_NAMES = {"images": re.compile(r"(\d{6,})\.png"), "params": re.compile(r"(\d{6,})\.json")}
_TEMPORARY = re.compile(r"\..+\.(\d+)\.tmp")
RECORD = "generation.json"
MAX_PIXELS = 1 << 24  # a small file may claim any number
_PNG = b"\x89PNG\r\n\x1a\n"


class SceneStore:
    """Pairs of a scene and its image, numbered from 0. Nothing that is complete is ever written again.

    Each file appears whole, the parameters before the image: whatever is killed, an image has its parameters.

    Args:
        root: the folder; made at the first write.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)

    def image_path(self, index: int) -> Path:
        """Where the image of an index is."""
        return self.root / "images" / f"{index:06d}.png"

    def params_path(self, index: int) -> Path:
        """Where the parameters of an index are."""
        return self.root / "params" / f"{index:06d}.json"

    def complete(self) -> list[int]:
        """The indices that have both files, in their order."""
        return sorted(self._indices("images") & self._indices("params"))

    def next_index(self) -> int:
        """One more than the highest index of which there is any file."""
        return max(self._indices("images") | self._indices("params"), default=-1) + 1

    def write(self, index: int, image: np.ndarray, scene: dict) -> None:
        """Write one pair.

        Args:
            index: its number.
            image: (H, W, 3) uint8, RGB.
            scene: complete and within the schema.

        Raises:
            SceneError: there is another content of that index.
        """
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            got = f"{image.dtype} of shape {image.shape}"
            raise SceneError(f"image {index}", got, "uint8 of shape (H, W, 3)", "Scale [0, 1] to [0, 255].")
        content = json.dumps(to_prefixed(scene), indent=1, sort_keys=True).encode() + b"\n"
        self._put(self.params_path(index), content)
        self._put(self.image_path(index), cv2.imencode(".png", image[..., ::-1])[1].tobytes())

    def read_scene(self, index: int) -> dict:
        """The scene of an index.

        Raises:
            SceneError: the file cannot be read, or holds no scene; names it.
        """
        path = self.params_path(index)
        try:
            return from_body(json.loads(path.read_bytes()))[0]
        except (OSError, ValueError, RecursionError) as error:
            raise SceneError(path, f"no readable scene ({error})", "a scene's parameters", _REMEDY) from None

    def read_image(self, index: int, size: int | None = None) -> np.ndarray:
        """The image of an index.

        Args:
            index: its number.
            size: pixels of a side to reduce to by averaging; None keeps its own.

        Returns:
            (H, W, 3) uint8, RGB.

        Raises:
            SceneError: the file cannot be read, is cut off or too large; names it.
        """
        path = self.image_path(index)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SceneError(path, f"no readable file ({error.strerror})", "a whole PNG", _REMEDY) from None
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if is_whole_png(content) else None
        if image is None:
            raise SceneError(path, f"no whole image among {len(content)} bytes", "a whole PNG", _REMEDY)
        if size is not None and image.shape[:2] != (size, size):
            image = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
        return np.ascontiguousarray(image[..., ::-1])

    def claim(self, facts: dict) -> None:
        """Write down what the scenes are drawn from, or see that it is what was written down.

        Also removes what killed processes left half written.

        Args:
            facts: plain values, such as ``Recipe.facts`` and the size.

        Raises:
            SceneError: the folder holds scenes of other facts, or of none.
        """
        path = self.root / RECORD
        if not path.exists():
            if self.next_index():
                got = f"{self.next_index()} numbers in use without {RECORD}"
                raise SceneError(self.root, got, "an empty folder, or one begun by this tool", "Write to another one.")
            self._put(path, json.dumps(facts, indent=1, sort_keys=True).encode() + b"\n")
        self._compare(path, facts)
        self._sweep()

    def _compare(self, path: Path, facts: dict) -> None:
        try:
            there = json.loads(path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise SceneError(path, f"no JSON ({error})", "what the scenes were drawn from", _REMEDY) from None
        there = there if isinstance(there, dict) else {}
        others = {name: there.get(name) for name in facts if there.get(name) != facts[name]}
        if others:
            got = ", ".join(f"{name}={words(value)}" for name, value in others.items())
            expected = ", ".join(f"{name}={facts[name]}" for name in others)
            raise SceneError(path, got, expected, "Go on with the same arguments, or write to another folder.")

    def _indices(self, folder: str) -> set[int]:
        try:
            names = [path.name for path in (self.root / folder).iterdir()]
        except FileNotFoundError:
            return set()
        return {int(match.group(1)) for name in names if (match := _NAMES[folder].fullmatch(name))}

    def _put(self, path: Path, content: bytes) -> None:
        """Let a whole file appear, never in place of another."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        temporary.write_bytes(content)
        try:
            _appear(temporary, path)
        except FileExistsError:
            if path.read_bytes() != content:
                remedy = "Remove it if it is damaged, or write to another folder."
                raise SceneError(path, "another content", "none, or the same", remedy) from None
        finally:
            temporary.unlink(missing_ok=True)

    def _sweep(self) -> None:
        for folder in (self.root, self.root / "images", self.root / "params"):
            for path in folder.glob(".*.tmp"):
                match = _TEMPORARY.fullmatch(path.name)
                if match and not _is_alive(int(match.group(1))):
                    path.unlink(missing_ok=True)


_REMEDY = "Remove the file and generate it again."


def _appear(temporary: Path, path: Path) -> None:
    """Give a file its name, if nothing has it.

    Raises:
        FileExistsError: something has it.
    """
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError(path) from None
        os.replace(temporary, path)


def is_whole_png(content: bytes) -> bool:
    """Whether bytes are the chunks of a PNG of at most ``MAX_PIXELS``; nothing is decoded.

    OpenCV fills what is missing of a PNG that was cut off, and makes room for as much as a chunk says that it has.
    """
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    if not content.startswith(_PNG) or content[12:16] != b"IHDR" or not 0 < width * height <= MAX_PIXELS:
        return False
    at, kind = len(_PNG), b""
    while at + 12 <= len(content) and kind != b"IEND":
        kind, at = content[at + 4 : at + 8], at + 12 + int.from_bytes(content[at : at + 4], "big")
    return kind == b"IEND" and at == len(content)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
