"""What each stage of a round looks like, drawn once and kept beside it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from ....datasets.replacing import write_whole
from ....datasets.scene.preview import sheet
from ....datasets.scene.refs import read_refs
from ....datasets.scene.store import SceneStore, is_whole_png
from ...errors import RunFolderError
from ...evaluation.curves import plot_curves
from ...evaluation.scalars import read_curves
from ..curation.pictures import CACHE, Pictures, encoded
from .stage import read_record
from .stages import EXPLORED, SCORED

FOLDER = "pictures"
TILE, SHOWN, ENDS = 96, 24, 8
# Losses and metrics of a run by the last part of their names; the others stand in its log.
CURVES = (
    "loss", "l1", "mse", "lpips", "image", "foreground", "geometry_accuracy", "continuous_ratio", "layer_count_accuracy",
)  # fmt: skip


def pictures_of(name: str, folder: Path) -> dict[str, bytes]:
    """Pictures of a stage that has ended: captions and PNG files' contents.

    Args:
        name: of the stage.
        folder: where it worked.
    """
    if read_record(folder) is None:
        return {}
    draw = {
        "coverage": _sheet, "quality": _sheet, "forward": _proxy, "inverse": _inverse, "scores": _ends, "explore": _chosen,
    }  # fmt: skip
    kept = folder / FOLDER
    if not (kept / "all").is_file():
        for number, (caption, content) in enumerate(draw[name](folder)):
            write_whole(kept / f"{number} {caption}.png", content)
        write_whole(kept / "all", b"")
    return {path.stem.partition(" ")[2]: path.read_bytes() for path in sorted(kept.glob("*.png"))}


def drawn(scenes: Sequence[dict], cache: Path | None = CACHE) -> bytes:
    """Scenes on one sheet, as a PNG file's content."""
    pictures = Pictures(dict(type="SceneRenderer", size=TILE), cache)
    return _together([pictures.pixels(scene) for scene in scenes])


def _sheet(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Scenes taken at equal distances."""
    store = SceneStore(folder / "scenes")
    indices = store.complete()
    some = indices[:: max(1, -(-len(indices) // SHOWN))]
    yield f"{len(some)} of {len(indices)} scenes", _stored(store, some)


def _chosen(folder: Path) -> Iterator[tuple[str, bytes]]:
    """All explored scenes."""
    store = SceneStore(folder / EXPLORED)
    yield "the explored scenes, the most novel first", _stored(store, store.complete())


def _stored(store: SceneStore, indices: Sequence[int]) -> bytes:
    return _together([store.read_image(index, TILE) for index in indices])


def _together(images: Sequence[np.ndarray]) -> bytes:
    """A sheet no wider than its images."""
    whole = sheet(images, TILE)
    columns = whole.shape[1] // TILE
    return encoded(whole[:, : -(-whole.shape[1] * min(columns, len(images)) // columns)])


def _ends(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The best and the worst references."""
    scenes = [ref.scene for ref in read_refs(folder / SCORED, scored=True)]
    shown = scenes if len(scenes) <= 2 * ENDS else scenes[:ENDS] + scenes[-ENDS:]
    yield f"references, the {min(ENDS, len(scenes))} best first, the worst last", drawn(shown)


def _proxy(folder: Path) -> Iterator[tuple[str, bytes]]:
    yield from _training(folder, "target, proxy, difference")


def _inverse(folder: Path) -> Iterator[tuple[str, bytes]]:
    yield from _training(
        folder, "target, what the proxy draws of the prediction, what the renderer draws of it, difference"
    )


def _training(folder: Path, columns: str) -> Iterator[tuple[str, bytes]]:
    """Curves, and the newest picture of a validation."""
    run = folder / "run"
    curves = _curves(run, folder)
    if curves:
        yield "losses and validation over the iterations", curves
    pictures = sorted(run.rglob("val_*.png"), key=lambda path: path.stat().st_mtime)
    if pictures:
        yield f"newest validation: {columns}", pictures[-1].read_bytes()


def _curves(run: Path, folder: Path) -> bytes | None:
    try:
        curves = read_curves(run)
    except RunFolderError:
        return None
    known = {name.rpartition("/")[2] for name in (*curves.losses, *curves.metrics)}
    names = [name for name in CURVES if name in known]
    if not names:
        return None
    path = plot_curves([curves], folder / FOLDER / ".curves", names)
    content = path.read_bytes()
    path.unlink()
    return content


def thumbnail(content: bytes, most: int = 900) -> bytes:
    """A picture at most so many pixels wide, as a PNG file's content."""
    whole = is_whole_png(content)
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if whole else None
    if image is None or image.shape[1] <= most:
        return content
    height = max(1, round(image.shape[0] * most / image.shape[1]))
    return cv2.imencode(".png", cv2.resize(image, (most, height), interpolation=cv2.INTER_AREA))[1].tobytes()
