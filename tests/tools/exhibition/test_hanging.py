"""Exhibits with their pictures, or with why there are none."""

from pathlib import Path

import numpy as np

from stillhouse.engine.errors import CheckpointError
from stillhouse.models.raster.contact_sheet import png
from stillhouse.tools.exhibition.exhibit import Exhibit, Picture
from stillhouse.tools.exhibition.hanging import hang
from stillhouse.tools.exhibition.plan import EXHIBITS

PICTURE = Picture("A square", "White.", png(np.full((4, 4, 3), 255, np.uint8)))


def exhibit(draw, configs=("minigpt",)) -> Exhibit:
    return Exhibit("text", "minigpt", "A small GPT", configs, {"nll": "nats"}, "python tools/train.py x", draw)


def test_a_run_hangs_with_its_facts_and_its_command(folder_of):
    said = []
    [hung] = hang([exhibit(lambda run, hall: [PICTURE])], [folder_of("minigpt", {"nll": 2.0}, seed=1)], said.append)
    assert hung.pictures == [PICTURE] and hung.absent == "" and "nats 2" in hung.facts
    assert hung.command.startswith("python tools/train.py configs/minigpt.py") and hung.folder.endswith("minigpt")
    assert said == ["minigpt: A small GPT"]


def test_every_exhibit_without_a_run_is_a_card_with_its_command(tmp_path: Path):
    hung = hang(EXHIBITS, [tmp_path])
    assert [one.exhibit for one in hung] == list(EXHIBITS)
    for one in hung:
        assert one.absent.startswith("no ") and one.command == one.exhibit.command and not one.pictures


def test_damage_is_a_card(folder_of):
    folder = folder_of("minigpt", {})
    (folder / "result.json").write_text("{")
    [hung] = hang([exhibit(lambda run, hall: [PICTURE])], [folder])
    assert "is not JSON" in hung.absent and not hung.pictures and hung.command == "python tools/train.py x"


def test_a_run_without_a_checkpoint_is_a_card(folder_of):
    folder = folder_of("minigpt", {}, val_dataloader={})
    [text] = [one for one in EXHIBITS if one.name == "text"]
    [hung] = hang([text], [folder])
    assert "holds no checkpoint" in hung.absent or "iter_7.pth" in hung.absent


def test_refusals_are_told_as_they_are_and_defects_by_their_kind(folder_of):
    def refuses(run, hall):
        raise CheckpointError("x.pth: is damaged")

    def breaks(run, hall):
        return {}["width"]

    folder = folder_of("minigpt", {})
    refused, broken = hang([exhibit(refuses), exhibit(breaks)], [folder])
    assert refused.absent == "x.pth: is damaged"
    assert broken.absent == "cannot be drawn (KeyError: 'width')"
