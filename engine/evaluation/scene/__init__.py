"""How well scenes are drawn and recovered, always beside the black image, the mean image and the nearest training image."""

from .metric import SceneImages, SceneRecovery

__all__ = ["SceneImages", "SceneRecovery"]
