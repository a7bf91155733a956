"""Scenes of repeated shapes: their parameters, their forms, and the data sets drawn from them."""

from .batch import SceneBatch
from .dataset import SceneRenders
from .encoding import DIMENSION, FIELDS, decode, encode, to_batch
from .errors import SceneError, SceneWarning
from .forms import from_body, to_entries, to_flat, to_prefixed
from .schema import LAYER_SCHEMA, MAX_LAYERS, SCHEMA, default_scene, parameter, validate

__all__ = [
    "DIMENSION",
    "FIELDS",
    "LAYER_SCHEMA",
    "MAX_LAYERS",
    "SCHEMA",
    "SceneBatch",
    "SceneError",
    "SceneRenders",
    "SceneWarning",
    "decode",
    "default_scene",
    "encode",
    "from_body",
    "parameter",
    "to_batch",
    "to_entries",
    "to_flat",
    "to_prefixed",
    "validate",
]
