"""Fit a network's thresholds to benign validation data before it trains."""

import torch
from mmengine.hooks import Hook

from ..registry import HOOKS
from .prepared_cache import prepared_columns


@HOOKS.register_module()
class CalibrationHook(Hook):
    """Calls ``network.calibrate(benign, target_fpr)`` with all benign validation samples, once, when training begins.

    What the network fits must be buffers of its own: they are in every checkpoint, and a resumed run keeps them. Where there is
    no validation the training data's benign samples take their place, which makes thresholds too low, and the log says so.

    Args:
        target_fpr: share of benign samples that may be called attacks, in [0, 1).
        batch_size: samples prepared at once.
    """

    priority = "HIGH"

    def __init__(self, target_fpr: float = 1e-3, batch_size: int = 256) -> None:
        if not 0 <= target_fpr < 1:
            raise ValueError(f"CalibrationHook.target_fpr: got {target_fpr}, expected a share in [0, 1), such as 1e-3")
        self.target_fpr, self.batch_size = target_fpr, batch_size

    def before_train(self, runner) -> None:
        """Calibrate a fresh run.

        Raises:
            ValueError: the network cannot be calibrated, or the data hold no benign sample.
        """
        if runner.iter > 0:
            return
        network = runner.learner.network
        if not hasattr(network, "calibrate"):
            raise ValueError(
                f"CalibrationHook: {type(network).__name__} has no calibrate(benign, target_fpr); take the hook out"
            )
        if runner.val_loop is None:
            runner.logger.warning(
                "CalibrationHook: no validation data; thresholds are fitted to training data and too low"
            )
        dataset = (runner.val_loop or runner.train_loop).dataloader.dataset
        benign = torch.nonzero(dataset.labels == 0).flatten().tolist()
        if not benign:
            raise ValueError("CalibrationHook: the validation data hold no benign sample; add attack-free recordings")
        columns = prepared_columns(network, dataset, benign, self.batch_size)
        device = next(network.parameters()).device
        network.calibrate({name: column.to(device) for name, column in columns.items()}, self.target_fpr)
        runner.logger.info(
            f"calibrated on {len(benign)} benign samples at a false-positive rate of {self.target_fpr:g}"
        )
