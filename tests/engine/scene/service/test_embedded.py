"""The embedded renderer behind the service."""

import asyncio
import json
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
import torch
from PIL import Image
from scene_services import scene

from stillhouse.datasets.scene.forms import from_body, to_entries
from stillhouse.engine.scene.service import ServiceError, Settings, build_app
from stillhouse.engine.scene.service.embedded import embedded
from stillhouse.models.scene import SceneRenderer

REFS = Path("../shared/data/scene/refs.prefixed.jsonl")
SPIRAL = scene(
    12, geometry="spiral", rotationFactor=0.1, noiseEnabled=True, ditherEnabled=True,
    layers=[{"rotation": 1.0, "positionX": 0.5, "positionY": 0.0, "scaleX": 1.0, "scaleY": -0.5, "geometry": "ring"}],
)  # fmt: skip


def replies(bodies: list[dict], query: str) -> list[Image.Image]:
    async def run():
        app = build_app(embedded(), Settings(workers=2))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")
        async with app.router.lifespan_context(app), client:
            return await asyncio.gather(*(client.post(f"/api/raster{query}", json=body) for body in bodies))

    found = asyncio.run(run())
    assert [reply.status_code for reply in found] == [200] * len(bodies)
    return [Image.open(BytesIO(reply.content)) for reply in found]


def levels(scenes: list[dict], size: int) -> np.ndarray:
    return (SceneRenderer().render(scenes, size) * 255).round().byte().permute(0, 2, 3, 1).numpy()


def test_the_service_sends_what_the_renderer_draws():
    scenes = [SPIRAL, scene(20, xStep=0.5), scene(3, geometry="bar")]
    images = np.stack(replies([to_entries(one) for one in scenes], "?size=64&format=png"))
    expected = levels(scenes, 64)
    assert expected.max() > 100
    # Together with others an image may differ by rounding.
    assert np.abs(images.astype(int) - expected).max() <= 1 and (images != expected).mean() < 1e-4


def test_the_full_image():
    (image,) = replies([to_entries(SPIRAL)], "")
    assert image.size == (1024, 1024) and np.array_equal(np.asarray(image), levels([SPIRAL], 1024)[0])


@pytest.mark.data
@pytest.mark.skipif(not REFS.exists(), reason=f"no {REFS}")
def test_real_lines_as_they_stand():
    bodies = [json.loads(line) for line in REFS.read_text().splitlines()[:8]]
    images = np.stack(replies(bodies, "?size=64&format=png"))
    expected = levels([from_body(body, "clamp")[0] for body in bodies], 64)
    assert np.abs(images.astype(int) - expected).max() <= 1 and (images != expected).mean() < 1e-4


def test_a_device_that_is_not_there():
    with pytest.raises(ServiceError, match="--device nonsense: cannot be used"):
        embedded("nonsense")
    if not torch.cuda.is_available():
        with pytest.raises(ServiceError, match="--device cuda: cannot be used"):
            embedded("cuda")
