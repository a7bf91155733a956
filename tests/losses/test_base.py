from types import SimpleNamespace

import pytest
import torch

from stillhouse.losses import Loss, lookup, upcast

BATCH = {"y": torch.tensor([1]), "graph": SimpleNamespace(x=torch.tensor([2]), edge_attr=None), "nested": {"deep": 3}}


def test_keys_and_dotted_paths_are_found():
    assert lookup(BATCH, "y") is BATCH["y"]
    assert lookup(BATCH, "graph.x") is BATCH["graph"].x
    assert lookup(BATCH, "nested.deep") == 3


def test_a_whole_key_comes_before_a_path():
    outputs = {"teacher.logits": 1, "teacher": {"logits": 2}}
    assert lookup(outputs, "teacher.logits") == 1


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("logit", r"outputs: no 'logit'; it has 'logits', 'mu'. Did you mean 'logits'\?"),
        ("zebra", r"outputs: no 'zebra'; it has 'logits', 'mu'.\""),
    ],
)
def test_an_absent_name_lists_the_keys_and_the_nearest(path, message):
    with pytest.raises(KeyError, match=message):
        lookup({"mu": 1, "logits": 2}, path, "outputs")


@pytest.mark.parametrize(("path", "step"), [("graph.weight", "weight"), ("graph.edge_attr", "edge_attr")])
def test_a_path_that_breaks_off_says_where(path, step):
    with pytest.raises(KeyError, match=rf"batch: no '{path}' \(at '{step}'\)"):
        lookup(BATCH, path)


def test_an_empty_source_is_said_to_be_empty():
    with pytest.raises(KeyError, match="no 'y'; it has nothing"):
        lookup({}, "y")


def test_upcast_touches_half_precision_alone():
    kinds = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
    assert [upcast(torch.ones(1, dtype=d)).dtype for d in kinds] == [torch.float32] * 3 + [torch.float64]


def test_the_base_names_the_class_that_lacks_a_forward():
    class Empty(Loss):
        pass

    with pytest.raises(TypeError, match="Empty does not define forward"):
        Empty()({}, {})
