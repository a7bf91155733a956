"""Draw docs/scene_refs.png: 64 reference scenes, every fifth, by the embedded renderer."""

from pathlib import Path

import torch
from _scene_parts import instances, references

from stillhouse.registry import MODELS

PICTURE = Path(__file__).parents[2] / "docs" / "scene_refs.png"
COLUMNS, SIDE, GAP = 8, 112, 2  # pixels of a cell, and between cells
SCALE, EVERY = 2, 5  # drawn larger and averaged
COLORS = 128  # of the file's palette


def benchmark() -> list[dict]:
    """Write the picture.

    Returns:
        a row of ``scenes``, ``instances`` in all of them, and ``bytes`` of the file.
    """
    from PIL import Image

    chosen = references()[1][::EVERY][: COLUMNS**2]
    renderer = MODELS.build(dict(type="SceneRenderer", size=SIDE * SCALE))
    images = torch.cat([renderer.render(chosen[k : k + 16]) for k in range(0, len(chosen), 16)])
    cells = torch.nn.functional.avg_pool2d(images, SCALE)
    cells = torch.nn.functional.pad(cells, (0, GAP, 0, GAP), value=0.35)
    sheet = cells.unflatten(0, (-1, COLUMNS)).permute(0, 3, 1, 4, 2).flatten(0, 1).flatten(1, 2)
    pixels = (255 * sheet[:-GAP, :-GAP]).round().byte().numpy()
    Image.fromarray(pixels).quantize(COLORS, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
    return [{"scenes": len(chosen), "instances": sum(map(instances, chosen)), "bytes": PICTURE.stat().st_size}]
