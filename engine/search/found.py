"""What a stage of a search returns."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from ...datasets.scene.encoding import decode


@dataclass(frozen=True)
class Found:
    """The best scene that a stage has seen, the one that it began from among them.

    Attributes:
        stage: its name.
        vector: (D,) of the scene.
        loss: of the scene.
        history: pairs of evaluations spent since the stage began and the best loss so far.
        spent: evaluations of the stage.
        others: (K, D) further good scenes, the best first, the best itself among them.
    """

    stage: str
    vector: Tensor
    loss: float
    history: list[tuple[int, float]]
    spent: int
    others: Tensor = field(default_factory=lambda: torch.zeros(0, 0))

    @property
    def scene(self) -> dict:
        """Complete and within the schema."""
        return decode(self.vector[None])[0]

    def plain(self) -> dict:
        """As JSON; ``from_plain`` gives back the same bits."""
        return {
            "stage": self.stage, "vector": self.vector.tolist(), "loss": self.loss, "spent": self.spent,
            "history": [list(pair) for pair in self.history], "others": self.others.tolist(),
        }  # fmt: skip

    @classmethod
    def from_plain(cls, plain: dict) -> "Found":
        """What ``plain`` made."""
        return cls(
            plain["stage"], torch.tensor(plain["vector"]), plain["loss"],
            [(int(spent), loss) for spent, loss in plain["history"]], plain["spent"], torch.tensor(plain["others"]),
        )  # fmt: skip


class Best:
    """The best scene so far, and how the loss fell."""

    def __init__(self) -> None:
        self.vector, self.loss = torch.zeros(0), float("inf")
        self.history: list[tuple[int, float]] = []
        self.spent = 0

    def see(self, vectors: Tensor, losses: Tensor, cost: int) -> bool:
        """Take in scenes (B, D) with their losses (B,), which took ``cost`` evaluations; says whether one is better."""
        self.spent += cost
        at = int(losses.argmin())
        better = float(losses[at]) < self.loss or not len(self.vector)
        if better:
            self.vector, self.loss = vectors[at].detach().clone(), float(losses[at])
        self.history.append((self.spent, self.loss))
        return better

    def found(self, stage: str, others: Tensor | None = None) -> Found:
        """The result of a stage."""
        rest = self.vector[None] if others is None else others
        return Found(stage, self.vector, self.loss, self.history, self.spent, rest)
