"""Sketches of 32 cubic strokes: ControlSketch files, real drawings, pictures, and a synthetic set."""

from .control_sketch import ControlSketch
from .errors import SketchError, SketchWarning
from .features import read_features, write_features
from .image_folder import ImageFolder
from .images_with_replay import ImagesWithReplay
from .preferences import PreferenceDataset, PreferenceStore
from .sample import Sample, read_sample, write_sample
from .stroke3_sketches import Stroke3Sketches

__all__ = [
    "ControlSketch",
    "ImageFolder",
    "ImagesWithReplay",
    "PreferenceDataset",
    "PreferenceStore",
    "Sample",
    "SketchError",
    "SketchWarning",
    "Stroke3Sketches",
    "read_features",
    "read_sample",
    "write_features",
    "write_sample",
]
