"""The model as a judge, on weights that were never trained."""

import sys
from pathlib import Path

import pytest
import torch

from stillhouse.engine.scene.curation.errors import CurationError
from stillhouse.engine.scene.curation.qwen import COMPARED, QwenJudge, load_qwen

SIZE = 56


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    pytest.importorskip("transformers")
    from tiny_qwen import write_tiny_qwen

    return write_tiny_qwen(tmp_path_factory.mktemp("qwen"))


@pytest.fixture(scope="module")
def images() -> list[torch.Tensor]:
    torch.manual_seed(1)
    return list(torch.rand(3, 3, SIZE, SIZE))


def test_it_answers_by_the_images_alone(folder: Path, images):
    judge = QwenJudge(str(folder))
    judge.ready()
    pairs = [(images[0], images[1]), (images[1], images[0]), (images[0], images[2])]
    found = judge.compare(pairs)
    assert all(0 < value < 1 for value in found) and len({round(value, 6) for value in found}) == 3
    # Neither the batch nor a second look changes an answer.
    assert [judge.compare([pair])[0] for pair in pairs] == pytest.approx(found, abs=1e-5)
    rated = judge.rate(images)
    assert all(0 < value < 1 for value in rated) and len({round(value, 7) for value in rated}) == 3


def test_both_images_and_the_question_reach_the_model(folder: Path, images):
    judge = QwenJudge(str(folder))
    model, processor = judge._load()
    seen = {}
    original = model.forward
    model.forward = lambda **inputs: seen.update(inputs) or original(**inputs)
    judge.compare([(images[0], images[1])])
    text = processor.tokenizer.decode(seen["input_ids"][0])
    assert len(seen["image_grid_thw"]) == 2 and COMPARED in text
    assert text.index("Image A:") < text.index("<|image_pad|>") < text.index("Image B:") < text.rindex("<|image_pad|>")
    assert text.rstrip().endswith("assistant")


def test_absent_weights_are_named_with_a_remedy(tmp_path: Path, monkeypatch):
    pytest.importorskip("transformers")
    with pytest.raises(CurationError, match=r"neither in the Hugging Face cache.*--scorer heuristic"):
        load_qwen(str(tmp_path))

    def unreachable(*_, **__):
        raise ConnectionError("no route")

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", unreachable)
    with pytest.raises(CurationError, match=r"nobody/nothing: .*no route.*hf download"):
        load_qwen("nobody/nothing")


def test_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ImportError, match=r"stillhouse\[aesthetics\]"):
        load_qwen("any")
