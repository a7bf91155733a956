"""Functions that torch.compile calls as they are."""

import torch

from stillhouse.models.raster.uncompiled import uncompiled


def test_it_is_called_as_it_is_within_a_compiled_function():
    compiling = []

    @uncompiled
    def doubled(values: torch.Tensor, *, factor: int = 2) -> torch.Tensor:
        """Twice."""
        compiling.append(torch.compiler.is_compiling())
        return values * factor

    network = torch.compile(lambda values: doubled(values + 1, factor=3) - 1, backend="eager")
    assert network(torch.ones(2)).tolist() == [5, 5] and compiling == [False]
    assert doubled(torch.ones(2)).tolist() == [2, 2] and doubled.__doc__ == "Twice."
