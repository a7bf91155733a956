"""The optimizer that mmengine takes from transformers, imported where a config names it."""

import contextlib

from .registries import OPTIMIZERS

with contextlib.suppress(ImportError):
    from transformers import Adafactor

    OPTIMIZERS.register_module(name="Adafactor", module=Adafactor)
