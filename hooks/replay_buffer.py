"""The last steps of an agent, to learn from in random order."""

import torch
from torch import Tensor


class ReplayBuffer:
    """Keeps the newest ``capacity`` steps; a step is a row in each of some named columns.

    Rows are drawn by their age, so that what is drawn does not depend on where in memory they lie.

    Args:
        capacity: steps kept, at least 1.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.size = self._next = 0
        self._columns: dict[str, Tensor] = {}

    def __len__(self) -> int:
        return self.size

    def add(self, steps: dict[str, Tensor]) -> None:
        """Append rows; the oldest give way.

        Args:
            steps: name -> (n, ...), the same names each time.
        """
        newest = {name: values[-self.capacity :] for name, values in steps.items()}
        count = len(next(iter(newest.values())))
        if not self._columns:
            self._columns = {
                name: values.new_zeros(self.capacity, *values.shape[1:]) for name, values in newest.items()
            }
        rows = (self._next + torch.arange(count)) % self.capacity
        for name, values in newest.items():
            column = self._columns[name]
            column[rows.to(column.device)] = values.to(column)
        self._next = (self._next + count) % self.capacity
        self.size = min(self.size + count, self.capacity)

    def draw(self, count: int, generator: torch.Generator) -> dict[str, Tensor]:
        """``count`` rows at random, with repetition: name -> (count, ...).

        Args:
            count: rows to draw.
            generator: on the CPU.

        Raises:
            ValueError: nothing has been added.
        """
        if not self.size:
            raise ValueError("ReplayBuffer: nothing to draw from; add steps first")
        rows = self._rows(torch.randint(self.size, (count,), generator=generator))
        return {name: column[rows.to(column.device)] for name, column in self._columns.items()}

    def _rows(self, age: Tensor) -> Tensor:
        """Where the rows of an age lie, 0 the oldest."""
        return (self._next - self.size + age) % self.capacity

    def state_dict(self) -> dict:
        """All steps, the oldest first."""
        rows = self._rows(torch.arange(self.size))
        return {name: column[rows.to(column.device)].cpu() for name, column in self._columns.items()}

    def load_state_dict(self, state: dict) -> None:
        """Hold saved steps and no others; of more than the capacity, the newest."""
        self.size = self._next = 0
        self._columns = {}
        if state:
            self.add(state)

    def to(self, device: torch.device | str) -> None:
        """Keep the steps on a device."""
        self._columns = {name: column.to(device) for name, column in self._columns.items()}
