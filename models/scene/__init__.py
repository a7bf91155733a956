"""Renderers of scenes and the networks that learn from them."""

from .forward_model import ForwardModel
from .http_renderer import HttpRenderer, RenderError
from .image_backbone import SceneResNet, TimmBackbone
from .inverse_model import InverseModel
from .renderer import SceneRenderer

__all__ = [
    "ForwardModel",
    "HttpRenderer",
    "InverseModel",
    "RenderError",
    "SceneRenderer",
    "SceneResNet",
    "TimmBackbone",
]
