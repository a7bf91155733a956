import sys

import pytest

from stillhouse.engine.can.onnx_extra import require


@pytest.mark.parametrize("name", ["onnx", "onnxruntime"])
def test_an_absent_package_is_named_with_its_extra(monkeypatch, name):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=rf"{name} could not be imported.*pip install 'stillhouse\[onnx\]'"):
        require(name)
