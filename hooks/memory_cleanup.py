"""Give memory back, and go on with smaller batches when it runs out."""

import gc
import traceback

import torch
from mmengine.hooks import Hook

from ..registry import HOOKS

# What PyTorch's own allocator, the standard library of C++ and oneDNN say where memory runs out on a CPU, and CUDA's driver and
# libraries where they ask for memory themselves.
EXHAUSTED = (
    "can't allocate memory", "std::bad_alloc", "could not create a primitive", "CUDA error: out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED",
)  # fmt: skip


@HOOKS.register_module()
class MemoryCleanupHook(Hook):
    """Releases cached memory every ``interval`` iterations; on an out-of-memory error halves the batch by accumulation.

    After such an error the same samples make up an optimizer step, in twice as many parts of half the size, and the gradient
    is their mean as before; only layers that look across a batch (batch normalisation) notice. In a distributed run the error
    is raised, because the other ranks would wait for ever.

    Args:
        interval: iterations between clean-ups; 0 for none.
        max_halvings: give up after so many.
    """

    def __init__(self, interval: int = 0, max_halvings: int = 5) -> None:
        self.interval, self.max_halvings = interval, max_halvings
        self.halvings = 0

    def after_train_iter(self, runner, batch_idx: int, data_batch=None, outputs=None) -> None:
        """Clean up when it is time."""
        if self.interval and (runner.iter + 1) % self.interval == 0:
            release()

    def on_out_of_memory(self, runner, error: Exception) -> bool:
        """Make room after an out-of-memory error; False for any other error, or where nothing more can be done."""
        if not is_out_of_memory(error) or runner.world_size > 1 or self.halvings >= self.max_halvings:
            return False
        stream = runner.train_dataloader
        if stream.batch_size <= stream.split:
            return False
        self.halvings += 1
        # The frames of the failed step still hold its activations.
        traceback.clear_frames(error.__traceback__)
        release()
        runner.logger.warning(
            f"out of memory at iteration {runner.iter + 1}: goes on with parts of {-(-stream.batch_size // (2 * stream.split))} "
            f"samples, {2 * stream.split * stream.accumulate} parts a step"
        )
        return True

    def state_dict(self) -> dict:
        """How often the batch was halved."""
        return {"halvings": self.halvings}

    def load_state_dict(self, state: dict) -> None:
        """Go on from a saved count."""
        self.halvings = state["halvings"]


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on a GPU or on the CPU."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return any(phrase in str(error) for phrase in EXHAUSTED)


def release() -> None:
    """Collect garbage and empty the CUDA cache."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
