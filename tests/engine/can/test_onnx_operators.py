import onnxruntime
import pytest
import torch
from torch.nn import functional as F

from stillhouse.engine.can.onnx_operators import OPSET, replaced_operators


class Function(torch.nn.Module):
    """A function as a module."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *given):
        return self.function(*given)


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (
            lambda base, index, rows: base.index_add(0, index, rows),
            (torch.ones(3, 2), torch.tensor([2, 0, 2, 2]), torch.rand(4, 2)),
        ),
        (lambda base, index, rows: base.index_add(0, index, rows), (torch.ones(3), torch.tensor([2, 0, 2, 2]), torch.rand(4))),
        (
            lambda base, index, rows: base.scatter_reduce(0, index, rows, "amin"),
            (torch.ones(3), torch.tensor([2, 0, 2, 2]), torch.randn(4)),
        ),
        (
            lambda logits, targets: F.binary_cross_entropy_with_logits(logits, targets, reduction="none"),
            (torch.tensor([-200.0, -1.0, 0.0, 3.0, 200.0, 200.0]), torch.tensor([0.0, 1.0, 0.0, 1.0, 1.0, 0.0])),
        ),
        (torch.xlogy, (torch.tensor([0.0, 0.5, 1.0]), torch.tensor([0.0, 0.5, 2.0]))),
        (torch.asinh, (torch.tensor([-50.0, 0.0, 0.1, 3.0], dtype=torch.float64),)),
    ],
    ids=["sum of rows", "sum", "minimum", "cross-entropy", "xlogy", "asinh"],
)  # fmt: skip
def test_onnx_runtime_gives_what_torch_gives(tmp_path, function, given):
    module, file = Function(function), str(tmp_path / "a.onnx")
    with replaced_operators():
        torch.onnx.export(module, given, file, dynamo=False, opset_version=OPSET)
    session = onnxruntime.InferenceSession(file)
    found = session.run(None, {one.name: value.numpy() for one, value in zip(session.get_inputs(), given)})
    torch.testing.assert_close(torch.from_numpy(found[0]), module(*given), rtol=1e-5, atol=1e-6)
