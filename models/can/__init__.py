"""Networks of the CAN domain, and the rules that they must beat."""

from .errors import graph_errors
from .fusion import FusionAgent
from .gat import GAT
from .rules import count_score, unseen_id_score
from .vgae import VGAE

__all__ = ["GAT", "VGAE", "FusionAgent", "count_score", "graph_errors", "unseen_id_score"]
