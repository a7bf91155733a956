"""Renderers of scenes and the networks that learn from them."""

from .feedback import FeedbackInverse
from .forward_model import ForwardModel
from .http_renderer import HttpRenderer, RenderError
from .image_backbone import SceneResNet, TimmBackbone
from .inverse_model import InverseModel
from .renderer import SceneRenderer

__all__ = [
    "FeedbackInverse",
    "ForwardModel",
    "HttpRenderer",
    "InverseModel",
    "RenderError",
    "SceneRenderer",
    "SceneResNet",
    "TimmBackbone",
]
