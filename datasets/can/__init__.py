"""CAN bus traffic: recordings, window graphs and the data set made of them."""

from .dataset import CANGraphs
from .errors import CANDataWarning, CANFormatError, LeakageError
from .features import EDGE_FEATURES, NODE_FEATURES
from .frames import Frames
from .graphs import build_graphs
from .packed import PackedGraphs
from .reading import read_frames
from .vocabulary import Scaler, Vocabulary

__all__ = [
    "EDGE_FEATURES",
    "NODE_FEATURES",
    "CANDataWarning",
    "CANFormatError",
    "CANGraphs",
    "Frames",
    "LeakageError",
    "PackedGraphs",
    "Scaler",
    "Vocabulary",
    "build_graphs",
    "read_frames",
]
