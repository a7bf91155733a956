"""The rules that need no training, on the windows of a data set: baselines that stand beside every table."""

import torch
from torch import Tensor

from ....models.can.rules import count_score, profile_rule_scores, unseen_id_score


def rule_scores(dataset) -> dict[str, Tensor]:
    """The score of each rule on each window of a ``CANGraphs``, by the rule's name.

    With profiles there are four rules, each against the vehicle's own benign traffic; with absolute features two, against the
    training identifiers.
    """
    packed = dataset.packed
    if dataset.vehicles is not None:
        found = profile_rule_scores(packed.x, dataset.metainfo["node_features"], packed.node_ptr)
    else:
        unseen = unseen_id_score(packed.node_id, packed.node_ptr, packed.node_count)
        count = count_score(packed.node_id, packed.node_count, packed.node_ptr, dataset.count_max)
        found = {"unseen ID": unseen, "count per ID": count}
    return {f"rule: {name}": torch.from_numpy(scores) for name, scores in found.items()}
