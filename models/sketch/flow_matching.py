"""Conditional flow matching of sketches: the network that every generator of sketches is."""

import math
from typing import Any

import torch
from torch import Tensor

from ...losses.base import lookup, upcast
from ...registry import MODELS
from ..network import Network
from ..raster.contact_sheet import contact_sheet
from .conditions import Condition
from .flow import TimeSampling, draw_times, estimate, guided_velocity, interpolate
from .sampling import Sampling, sampling_of, seeded_noise
from .solvers import Velocity, integrate, time_grid

SHOWN, SHOWN_COLUMNS = 36, 6  # sketches in the log's picture


@MODELS.register_module()
class FlowMatching(Network):
    """Learns the velocity that carries noise to sketches along straight lines, and follows it to draw.

    ``prepare`` draws the noise ``x0``, the time ``t`` and which conditions are ``dropped``, from PyTorch's global generator;
    what the batch already holds is kept. Conditions are dropped in training only.

    Args:
        backbone: config of ``StrokeDecoder`` or ``StrokeDiT``.
        condition: config of ``ClassCondition``, ``TokenCondition`` or ``Unconditional``; its width is the backbone's.
        encoder: config of a frozen image encoder with ``tokens(images) -> (B, N, C)``, whose tokens a ``TokenCondition`` reads
            where the batch holds images and no tokens.
        time_sampling: of the training times: ``uniform``, or ``logit_normal``, more often near the middle.
        p_uncond: share of the training samples whose condition is dropped, in [0, 1].
        data_scale: factor of the strokes within the flow. One over their standard deviation makes them as large as the noise, so
            that less of a path is spent where noise hides them.
        sampling: ``dict(sampler="heun", steps=8, cfg_scale=1.0, shift=1.0)``, any of them; see ``Sampling``.
        sample_seed: of the noise of ``predict``, at least 0.

    Shapes:
        batch["strokes"] (B, S, 4, 2) in [-1, 1], or a little beyond; x1 is data_scale times these. Outputs, both (B, S, 4, 2):
        ``velocity`` at x_t = (1 - t) x0 + t x1, to be compared with ``velocity_target`` = x1 - x0, and ``strokes_estimate`` =
        (x_t + (1 - t) velocity) / data_scale.

    Raises:
        ValueError: an argument out of range, widths that differ, or an encoder for a condition that is not its tokens.

    Source: Lipman et al., Flow Matching for Generative Modeling (2023); Ho and Salimans, Classifier-Free Guidance (2022).
    """

    outputs = ("velocity", "strokes_estimate")
    predicts = ("generated",)
    prepares = ("t", "x0", "velocity_target", "dropped")
    distillation = dict(velocity=dict(type="OutputMatch", output="velocity"))
    settings = {"sampling": Sampling}

    def __init__(
        self, backbone: dict, condition: dict, encoder: dict | None = None, time_sampling: TimeSampling = "uniform",
        p_uncond: float = 0.1, data_scale: float = 1.0, sampling: dict | None = None, sample_seed: int = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        _check_arguments(p_uncond, data_scale, sample_seed, condition, encoder)
        self.backbone: Any = MODELS.build(backbone)
        self.condition: Condition = MODELS.build({"width": self.backbone.width, **condition})
        if self.condition.width != self.backbone.width:
            raise ValueError(
                f"condition.width: got {self.condition.width}, expected the backbone's {self.backbone.width}; leave it out"
            )
        self.encoder: Any = None if encoder is None else MODELS.build(encoder)
        self.time_sampling: TimeSampling = time_sampling
        self.p_uncond, self.data_scale, self.sample_seed = p_uncond, data_scale, sample_seed
        self.sampling = sampling_of(sampling)
        self.inputs = self.declared_inputs(dict(condition=condition, encoder=encoder))
        self.prepares = self.declared_prepares(dict(condition=condition, encoder=encoder))

    @classmethod
    def declared_inputs(cls, cfg: dict) -> tuple[str, ...]:
        """The keys of the batch that a config makes it read."""
        field = "image" if cfg.get("encoder") else _field(cfg["condition"])
        return ("strokes",) if field is None else ("strokes", field)

    @classmethod
    def declared_prepares(cls, cfg: dict) -> tuple[str, ...]:
        """The keys that ``prepare`` adds under a config."""
        field = _field(cfg["condition"]) if cfg.get("encoder") else None
        return cls.prepares if field is None else (*cls.prepares, field)

    @property
    def sketch_shape(self) -> tuple[int, int, int]:
        """(S, 4, 2)."""
        return (self.backbone.num_strokes, 4, 2)

    def prepare(self, batch: dict) -> dict:
        """Add the image's tokens where an encoder makes them and, where there are strokes, what the flow draws at random.

        Raises:
            ValueError: strokes of another shape, or a condition that cannot be used.
        """
        batch = self._encoded(batch)
        if "strokes" not in batch:
            return batch
        self.condition.check(batch)
        strokes = batch["strokes"]
        self._check_sketches("strokes", strokes)
        drawn = {
            "t": batch.get("t", draw_times(len(strokes), self.time_sampling, strokes.device)),
            "x0": batch.get("x0", torch.randn_like(strokes)),
            "dropped": batch.get("dropped", self._draw_dropped(strokes)),
        }
        return {**batch, **drawn, "velocity_target": self.data_scale * strokes - drawn["x0"]}

    def forward(self, batch: dict) -> dict[str, Tensor]:
        """``velocity`` and ``strokes_estimate`` at the batch's ``t`` and ``x0``."""
        t = batch["t"]
        x_t = interpolate(batch["x0"], self.data_scale * batch["strokes"], t)
        velocity = self.velocity(x_t, t, self.condition(batch, batch["dropped"]))
        return {"velocity": velocity, "strokes_estimate": estimate(x_t, velocity, t) / self.data_scale}

    def velocity(self, x_t: Tensor, t: Tensor, tokens: Tensor) -> Tensor:
        """The velocity at points (B, S, 4, 2) and times (B,) under condition tokens (B, N, width), float32 at least."""
        return upcast(self.backbone(x_t.flatten(2), t, tokens)).unflatten(-1, (4, 2))

    def transport(self, x0: Tensor, batch: dict | None = None, settings: Sampling | None = None) -> Tensor:
        """Carry noise to sketches, with gradients to the weights, the noise and the condition.

        Args:
            x0: noise, (B, S, 4, 2).
            batch: holds the condition of each sample; None draws without one.
            settings: None for the config's.

        Returns:
            (B, S, 4, 2).

        Raises:
            ValueError: noise of another shape, or a condition that cannot be used.
        """
        self._check_sketches("x0", x0)
        settings = settings or self.sampling
        times = time_grid(settings.steps, settings.shift, x0.device)
        return integrate(self.field(x0, batch, settings), x0, times, settings.sampler) / self.data_scale

    def field(self, x0: Tensor, batch: dict | None, settings: Sampling) -> Velocity:
        """The velocity as a solver asks for it, under each sample's condition.

        Args:
            x0: noise, (B, S, 4, 2).
            batch, settings: see ``transport``.

        Raises:
            ValueError: a condition that cannot be used.
        """
        absent = self.condition.absent(len(x0))
        given = absent if batch is None else self._given(batch, x0)
        scale = 1.0 if batch is None or self.condition.field is None else settings.cfg_scale

        def velocity(x: Tensor, t: Tensor) -> Tensor:
            return guided_velocity(self.velocity, x, t.expand(len(x)), given, absent, scale)

        return velocity

    @torch.no_grad()
    def sample(
        self, start: int | Tensor, batch: dict | None = None, steps: int | None = None, sampler: str | None = None,
        cfg_scale: float | None = None, generator: torch.Generator | None = None,
    ) -> Tensor:  # fmt: skip
        """Draw sketches.

        Args:
            start: how many, or their noise (B, S, 4, 2).
            batch: holds the condition of each (``label``, the tokens, or ``image`` with an encoder); None for no condition.
            steps, sampler, cfg_scale: instead of the config's.
            generator: of the noise; None for PyTorch's global one.

        Returns:
            (B, S, 4, 2) on the network's device.

        Raises:
            ValueError: a setting out of range, or a condition that cannot be used.
        """
        settings = self.sampling.changed(steps=steps, sampler=sampler, cfg_scale=cfg_scale)
        device = next(self.parameters()).device
        if isinstance(start, int):
            drawn_on = device if generator is None else generator.device
            start = torch.randn(start, *self.sketch_shape, generator=generator, device=drawn_on)
        return self.transport(start.to(device), self._moved(batch, device), settings)

    @torch.no_grad()
    def predict(self, batch: dict) -> dict[str, Tensor]:
        """``generated``, (B, S, 4, 2), each from noise that depends on ``sample_seed`` and its ``index`` alone."""
        noise = seeded_noise(self.sample_seed, lookup(batch, "index"), self.sketch_shape)
        return {"generated": self.transport(noise.to(next(self.parameters()).device), batch)}

    def draw(self, outputs: dict, batch: dict) -> dict:
        """A sheet of the first generated sketches."""
        return {"sketches": contact_sheet(outputs["generated"][:SHOWN], SHOWN_COLUMNS)}

    def image_tokens(self, images: Tensor) -> Tensor:
        """The encoder's tokens of images (B, 3, H, W) in [0, 1], with gradients to the images."""
        return self.encoder.tokens(images)

    def _encoded(self, batch: dict) -> dict:
        field = self.condition.field
        if self.encoder is None or field is None or field in batch:
            return batch
        with torch.no_grad():
            return {**batch, field: self.image_tokens(lookup(batch, "image"))}

    def _given(self, batch: dict, x0: Tensor) -> Tensor:
        batch, field = self._encoded(batch), self.condition.field
        self.condition.check(batch)
        # One condition for many sketches would be spread over them without a word.
        if field is not None and len(batch[field]) != len(x0):
            raise ValueError(
                f"{field}: got {len(batch[field])} for {len(x0)} sketches, expected one for each; repeat them"
            )
        return self.condition(batch, torch.zeros(len(x0), dtype=torch.bool, device=x0.device))

    def _moved(self, batch: dict | None, device: torch.device) -> dict | None:
        if batch is None:
            return None
        read = (self.condition.field, "image" if self.encoder is not None else None)
        return {key: batch[key].to(device) for key in read if key in batch}

    def _draw_dropped(self, strokes: Tensor) -> Tensor:
        if not self.training:
            return torch.zeros(len(strokes), dtype=torch.bool, device=strokes.device)
        return torch.rand(len(strokes), device=strokes.device) < self.p_uncond

    def _check_sketches(self, name: str, sketches: Tensor) -> None:
        if tuple(sketches.shape[1:]) != self.sketch_shape:
            wanted = ", ".join(map(str, self.sketch_shape))
            raise ValueError(
                f"{name}: got shape {tuple(sketches.shape)}, expected (B, {wanted}); set the backbone's num_strokes to the data's"
            )


def _field(condition: dict) -> str | None:
    """The key of the batch that a condition's config makes it read."""
    return MODELS.get(condition["type"]).declared_field(condition)


def _check_arguments(
    p_uncond: float, data_scale: float, sample_seed: int, condition: dict, encoder: dict | None
) -> None:
    if not 0 <= p_uncond <= 1:
        raise ValueError(f"FlowMatching.p_uncond: got {p_uncond}, expected a share in [0, 1]")
    if not 0 < data_scale < math.inf:
        raise ValueError(f"FlowMatching.data_scale: got {data_scale}, expected a factor above 0, such as 2.5")
    if sample_seed < 0:
        raise ValueError(f"FlowMatching.sample_seed: got {sample_seed}, expected a whole number of at least 0")
    if encoder is not None and _field(condition) in (None, "label"):
        raise ValueError(
            f"FlowMatching.encoder: got one beside condition {condition['type']!r}, which reads no image tokens; expected "
            "condition=dict(type='TokenCondition', ...), or no encoder"
        )
