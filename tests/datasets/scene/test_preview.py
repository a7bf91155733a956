"""Contact sheets of stored images."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from scene_strategies import scene

from stillhouse.datasets.scene.preview import sheet, write_preview
from stillhouse.datasets.scene.store import SceneStore


def test_a_sheet_shows_the_images_in_rows_of_eight():
    page = sheet([np.full((10, 10, 3), 10 * i, np.uint8) for i in range(9)], 10)
    assert page.shape == (2 * 12 + 2, 8 * 12 + 2, 3)
    assert page[2:12, 2:12].max() == 0 and (page[2:12, 86:96] == 70).all() and (page[14:24, 2:12] == 80).all()
    assert (page[14:24, 14:] == 60).all() and sheet([], 10).shape == (14, 98, 3)


@pytest.mark.parametrize(("count", "most", "shown"), [(3, 4, [0, 1, 2]), (8, 4, [0, 2, 4, 6])])
def test_it_takes_images_at_equal_distances(tmp_path: Path, count: int, most: int, shown: list[int]):
    store = SceneStore(tmp_path / "s")
    for index in range(count):
        store.write(index, np.full((4, 4, 3), (index, 100, 200), np.uint8), scene())
    path = tmp_path / "new" / "p.png"
    assert write_preview(path, store, most=most, tile=10) == len(shown)
    page = cv2.imread(str(path))[..., ::-1]
    assert [page[5, 5 + 12 * i].tolist() for i in range(len(shown))] == [[index, 100, 200] for index in shown]
