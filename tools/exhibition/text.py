"""Text that a small GPT writes, each token coloured by its probability."""

import math

import torch

from .exhibit import Hall, NothingToShow, Picture
from .found import Run

SEED = 0
PROMPT, LENGTH = 24, 240  # tokens
TEMPERATURE, TOP_K = 0.8, 40
LIKELY, UNLIKELY = 0.0, -5.0  # nats, the ends of the colours


def sample(run: Run, hall: Hall) -> list[Picture]:
    """The beginning of the held-out text, and what the network writes on."""
    from stillhouse.engine.companions import check_same_data
    from stillhouse.engine.trained import load_trained
    from stillhouse.registry import DATASETS

    trained = load_trained(run.folder)
    dataset = DATASETS.build(dict(run.config["val_dataloader"]["dataset"]))
    check_same_data(trained.meta, DATASETS.build(dict(run.config["train_dataloader"]["dataset"])), str(trained.file))
    if not hasattr(trained.network, "sample") or not hasattr(dataset, "tokenizer"):
        raise NothingToShow(f"{trained.file}: holds a {type(trained.network).__name__}, which writes no text")
    prompt = dataset.__getitems__([0])["tokens"][:, :PROMPT].to(next(trained.network.parameters()).device)
    generator = torch.Generator(prompt.device).manual_seed(SEED)
    drawn, log_p = trained.network.sample(prompt, LENGTH, TEMPERATURE, TOP_K, generator)
    mean = float(log_p.mean())
    words = (
        f"In grey the beginning of held-out text, then {LENGTH} tokens drawn at temperature {TEMPERATURE:g} among the "
        f"{TOP_K} likeliest, seed {SEED}. Pale tokens were likely, deep ones were not; the mean is {mean:.2f} nats a token."
    )
    written = marked(_pieces(dataset, drawn[0].tolist()), log_p[0].tolist())
    begun = "".join(_pieces(dataset, prompt[0].tolist()))
    return [Picture("A sample, token by token", words, html=f"{given(begun)}{written}")]


def marked(pieces: list[str], log_p: list[float]) -> str:
    """Escaped pieces of text, each on a ground whose depth says how unlikely it was, in nats."""
    from markupsafe import escape

    return "".join(
        f'<span class="token" style="--depth:{_depth(value):.2f}" title="{value:.2f} nats">{escape(piece)}</span>'
        for piece, value in zip(pieces, log_p, strict=True)
    )


def given(text: str) -> str:
    """The escaped prompt."""
    from markupsafe import escape

    return f'<span class="prompt">{escape(text)}</span>'


def _depth(log_p: float) -> float:
    if not math.isfinite(log_p):
        return 1.0
    return min(1.0, max(0.0, (LIKELY - log_p) / (LIKELY - UNLIKELY)))


def _pieces(dataset, tokens: list[int]) -> list[str]:
    if dataset.tokenizer is None:
        return [bytes([token]).decode("latin-1") for token in tokens]
    return [dataset.tokenizer.decode([token]) for token in tokens]
