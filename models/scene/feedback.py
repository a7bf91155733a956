"""An inverse model that looks at what its answer draws, and corrects it."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...datasets.scene.encoding import to_batch
from ...losses.foreground_error import foreground_error
from ...registry import MODELS
from ..network import Network
from .feedback_network import SceneCorrection
from .feedback_numbers import counted, missing, moved, numbers, varied
from .renderer import SceneRenderer

AT_ONCE = 64  # scenes drawn in one call
DOUBTFUL = 0.5  # share of the numbers that a candidate changes at most
NARROWEST = 1 / 16  # of the doubts that candidates are drawn with; the widest is 1
SURE = 1e-4  # a number in [0, 1] is kept so far from its bounds where it becomes a logit


class Drawn(NamedTuple):
    """Estimates (B, D), their drawings (B, 3, S, S), and what the first network says of these (B, D)."""

    params: Tensor
    image: Tensor
    said: Tensor


@MODELS.register_module()
class FeedbackInverse(Network):
    """A trained inverse model says a scene, the renderer draws it, and a second network corrects what differs.

    In each round the corrected scene is drawn, and then ``candidates`` others, each a step from the best so far to what the
    second network still holds likely. The one whose drawing has the least foreground error to the image goes on. Only numbers
    change. Nothing but the image is looked at, and no gradient passes through the renderer. A prediction costs
    ``1 + rounds * (1 + candidates)`` drawings.

    It learns from variations of the training scenes, drawn afresh in every iteration: all rounds' estimates of each are kept,
    and from pairs of them the second network learns what changes one into the other, the true scene first of all.

    Args:
        start: ``dict(config=..., checkpoint="auto")`` of an ``InverseModel``, held still; or its config, as in a published file.
        image_size: side of the images in pixels, a multiple of 32; others are resized.
        rounds: of a prediction; 0 leaves the first network's answer.
        candidates: drawn beside each correction.
        width: channels of the second network after its first halving.
        practised: rounds of a training scene.
        others: pairs of a training scene whose target is an estimate; as many again as ``practised`` have the true one.
        spread: of the factors by which a training scene's numbers vary, in [0, 1).
        seed: of the candidates, which are the same for every image and batch.

    Shapes:
        batch["image"] (B, 3, H, W) in [0, 1]. ``predict``: ``params`` (B, D), ``logits`` (B, D) and ``layer_count`` (B, 6) as of
        ``InverseModel``. In training ``prepare`` adds P pairs and ``forward`` answers ``change`` and ``log_scale`` (P, n).

    Raises:
        ValueError: a number below its least, or a spread outside its range.
        CompanionError: the start is not trained.

    Source: Carreira et al., Human Pose Estimation with Iterative Error Feedback (2016), arXiv:1507.06550; Li et al., DeepIM
        (2018), arXiv:1804.00175.
    """

    outputs = ("change", "log_scale", "logits", "layer_count", "params")
    predicts = ("params", "logits", "layer_count")
    inputs = ("image",)
    prepares = ("pairs", "wanted", "counts")
    companions = ("start",)
    kd_refusal = "its prediction is a search that ends with one scene, and no distribution"

    def __init__(
        self, start: dict, image_size: int = 64, rounds: int = 6, candidates: int = 0, width: int = 32,
        practised: int = 3, others: int = 5, spread: float = 0.12, seed: int = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        least = {
            "rounds": (rounds, 0),
            "candidates": (candidates, 0),
            "practised": (practised, 1),
            "others": (others, 0),
        }
        for name, (value, bound) in least.items():
            if value < bound:
                raise ValueError(f"FeedbackInverse.{name}: got {value}, expected at least {bound}")
        if not 0 <= spread < 1:
            raise ValueError(f"FeedbackInverse.spread: got {spread}, expected a number in [0, 1)")
        self.rounds, self.candidates, self.practised, self.others = rounds, candidates, practised, others
        self.size, self.spread, self.seed = image_size, spread, seed
        self.start = _held(start)
        self.renderer = SceneRenderer(image_size)
        self.correction = SceneCorrection(image_size, width)

    @property
    def inverse(self) -> Any:
        """The first network itself."""
        return getattr(self.start, "network", self.start)

    def train(self, mode: bool = True) -> "FeedbackInverse":
        """Training concerns the second network alone."""
        super().train(mode)
        self.inverse.eval()
        return self

    # -- training -------------------------------------------------------------------------------------------------------

    @torch.no_grad()
    def prepare(self, batch: dict) -> dict:
        """In training, pairs of drawings of varied scenes, and the change from one to the other; else the batch."""
        if not self.training or "params" not in batch:
            return batch
        self.correction.eval()  # as in a prediction
        drawn = self._practice(varied(batch["params"].float(), self.spread))
        self.correction.train()
        target, shown = self._pairs(drawn, len(batch["params"]))
        of_target, of_shown = (Drawn(*(one[rows] for one in drawn)) for rows in (target, shown))
        pairs = (of_target.image, of_shown.image, of_shown.params, of_target.said, of_shown.said)
        wanted = missing(of_shown.params, of_target.params)
        return {**batch, "pairs": pairs, "wanted": wanted, "counts": counted(of_target.params)}

    def _practice(self, truth: Tensor) -> Drawn:
        """Of true scenes (B, D) themselves and their estimates of every round, ((1 + practised) * B) one after the other."""
        target = self._draw(truth)
        found = [target]
        estimate = self._begin(target.image)
        for _ in range(self.practised):
            found.append(self._draw(estimate))
            change, scale = self._correct(target, found[-1])
            # Some estimates go astray as candidates do.
            astray = (torch.rand_like(change[:, :1]) < DOUBTFUL) & (torch.rand_like(change) < DOUBTFUL)
            estimate = moved(estimate, change + astray * scale * laplace(torch.rand_like(change)))
        return Drawn(*map(torch.cat, zip(*found)))

    def _pairs(self, drawn: Drawn, scenes: int) -> tuple[Tensor, Tensor]:
        """Rows of targets and of what is shown beside them, (P,) each, both of the same training scene."""
        device, rounds = drawn.params.device, self.practised
        shown = [torch.arange(1, rounds + 1, device=device).repeat_interleave(scenes)]
        target = [torch.zeros_like(shown[0])]
        target.append(torch.randint(1, rounds + 1, (self.others * scenes,), device=device))
        shown.append((target[1] + torch.randint(1, rounds + 1, target[1].shape, device=device)) % (rounds + 1))
        scene = torch.arange(scenes, device=device).repeat(rounds + self.others)
        return torch.cat(target) * scenes + scene, torch.cat(shown) * scenes + scene

    # -- prediction -----------------------------------------------------------------------------------------------------

    def forward(self, batch: dict) -> dict[str, Tensor]:
        """In training the answers for the pairs of ``prepare``; else the prediction."""
        if "pairs" not in batch:
            return self.predict(batch)
        change, log_scale = self.correction(*batch["pairs"])
        return {"change": change, "log_scale": log_scale}

    @torch.no_grad()
    def predict(self, batch: dict) -> dict[str, Tensor]:
        """``params`` after the last round; ``logits`` that stand for them; ``layer_count`` of the first network."""
        parts = [self._predicted(images) for images in batch["image"].split(AT_ONCE)]
        return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}

    @torch.no_grad()
    def trace(self, image: Tensor) -> list[Tensor]:
        """Scenes (B, D) of images (B, 3, H, W): the first network's, and the best after every round."""
        target = self._target(image)
        best = self._draw(self._begin(target.image))
        found, noise = [best.params], self._noise().to(image.device)
        for drawn in noise:
            best = self._round(target, best, drawn)
            found.append(best.params)
        return found

    def _predicted(self, image: Tensor) -> dict[str, Tensor]:
        params, outputs = self.trace(image)[-1], self.inverse.predict({"image": self._resized(image)})
        places = numbers().index.to(params.device)
        logits = outputs["logits"].float()
        logits = logits.index_copy(1, places, params[:, places].clamp(SURE, 1 - SURE).logit())
        return {"params": params, "logits": logits, "layer_count": outputs["layer_count"].float()}

    def _round(self, target: Drawn, best: Drawn, noise: Tensor) -> Drawn:
        """The estimate, or its correction, or what the steps of ``noise`` (candidates, n) lead to, each from the best so far."""
        change, scale = self._correct(target, best)
        least = foreground_error(best.image, target.image)
        for step in (change, *(scale * one for one in noise)):
            other = self._draw(moved(best.params, step))
            error = foreground_error(other.image, target.image)
            better = error < least
            least = torch.where(better, error, least)
            best = Drawn(*(_chosen(better, one, old) for one, old in zip(other, best)))
        return best

    def _noise(self) -> Tensor:
        """(rounds, candidates, n) steps in units of the doubt: from few numbers to many, and from wide to narrow."""
        generator = torch.Generator().manual_seed(self.seed)
        shape = (self.rounds, self.candidates, len(numbers()))
        drawn, chosen = (torch.rand(shape, generator=generator) for _ in range(2))
        width, share = (torch.rand((*shape[:2], 1), generator=generator) for _ in range(2))
        return laplace(drawn) * NARROWEST**width * (chosen < DOUBTFUL * share)

    def _target(self, image: Tensor) -> Drawn:
        """The image, as if it were drawn; nothing is known of its scene."""
        image = self._resized(image)
        return Drawn(image.new_zeros(len(image), 0), image, self._said(image))

    def _draw(self, params: Tensor) -> Drawn:
        """Drawings of vectors, and what is said of them."""
        with torch.autocast(params.device.type, enabled=False):
            image = torch.cat([self.renderer(to_batch(part)) for part in params.float().split(AT_ONCE)])
        return Drawn(params.float(), image, self._said(image))

    def _begin(self, image: Tensor) -> Tensor:
        return self.inverse.predict({"image": image})["params"].float()

    def _said(self, image: Tensor) -> Tensor:
        """What the first network says of images, without rounding choices."""
        return torch.cat([self.inverse({"image": part})["soft_params"].float() for part in image.split(AT_ONCE)])

    def _correct(self, target: Drawn, shown: Drawn) -> tuple[Tensor, Tensor]:
        """Changes (B, n), and the scales of their errors."""
        change, log_scale = self.correction(target.image, shown.image, shown.params, target.said, shown.said)
        return change, log_scale.exp()

    def _resized(self, image: Tensor) -> Tensor:
        """At the size of the drawings."""
        if image.shape[-1] == self.size:
            return image.float()
        return F.interpolate(image.float(), (self.size, self.size), mode="area")


def laplace(uniform: Tensor) -> Tensor:
    """Draws of the Laplace distribution of scale 1 from those of the uniform one in [0, 1)."""
    centred = uniform - 0.5
    return -centred.sign() * torch.log1p(-2 * centred.abs().clamp(max=0.4999))


def _chosen(mask: Tensor, one: Tensor, other: Tensor) -> Tensor:
    return torch.where(mask.view(-1, *[1] * (one.ndim - 1)), one, other)


def _held(cfg: dict) -> nn.Module:
    if "config" in cfg:
        return MODELS.build({"type": "FrozenModel", **cfg})
    with torch.random.fork_rng():
        return MODELS.build(cfg).eval().requires_grad_(False)
