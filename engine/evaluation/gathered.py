"""A metric whose result does not depend on how many processes evaluated the data set."""

from collections.abc import Mapping, Sequence

import torch
from mmengine.evaluator import BaseMetric
from torch import Tensor
from torch import distributed as dist

from ...registry import nearest


class GatheredMetric(BaseMetric):
    """Collects one row a sample on every process, then computes on all rows in the order of their ``index``.

    A distributed sampler pads the data set with repeated samples; rows of the same ``index`` count once. A subclass
    defines ``rows`` (what to keep of a batch) and ``compute`` (the results from all rows).

    Args:
        prefix: put before every result's name, as in ``detection/f1``; empty for none.

    Attributes:
        names: results of the metric, without the prefix.
        output_args, batch_args: arguments whose values are names of what ``predict`` returns, and keys of the batch; they
            are checked before anything is built.
        floors: result -> value at or below which a model is no better than chance.
        whole_rows: a row may hold an array a sample, (B, ...), not one value only.
        calibration: plain values fitted on validation data and used on test data.
    """

    default_prefix = ""
    names: tuple[str, ...] = ()
    output_args: tuple[str, ...] = ()
    batch_args: tuple[str, ...] = ()
    floors: dict[str, float] = {}
    whole_rows = False

    def __init__(self, prefix: str | None = None) -> None:
        super().__init__(prefix=prefix)
        self.calibration: dict = {}

    @classmethod
    def declared(cls, cfg: Mapping) -> tuple[str, ...]:
        """The results' names, without the prefix, of the metric that the arguments ``cfg`` would build."""
        return cls.names

    def load_calibration(self, calibration: Mapping) -> None:
        """Take over what another instance fitted on validation data."""
        self.calibration = dict(calibration)

    def rows(self, batch: Mapping, outputs: Mapping) -> dict[str, Tensor]:
        """What to keep of a batch: named tensors (B,), or (B, ...) where the class says ``whole_rows``."""
        raise TypeError(f"{type(self).__name__} does not define rows(batch, outputs)")

    def compute(self, rows: dict[str, Tensor]) -> dict[str, float]:
        """The results from the rows of all samples, each once, in the order of their index."""
        raise TypeError(f"{type(self).__name__} does not define compute(rows)")

    def compute_metrics(self, results: list) -> dict[str, float]:
        """The results from a list of row batches, as ``process`` stores them."""
        return self.compute(distinct(join(results, type(self).__name__), type(self).__name__))

    def process(self, data_batch: Mapping, data_samples: Mapping | Sequence[Mapping]) -> None:
        """Keep the rows of one batch.

        Args:
            data_batch: the batch; its key ``index`` (B,) numbers the samples within the data set.
            data_samples: what the network's ``predict`` returned, alone or as the only entry of a list.

        Raises:
            KeyError: a name that is not in the batch or in the outputs.
            ValueError: a tensor that is not (B,), or not (B, ...) with ``whole_rows``.
        """
        outputs = data_samples if isinstance(data_samples, Mapping) else data_samples[0]
        rows = {"index": self.read(data_batch, "index", "the batch"), **self.rows(data_batch, outputs)}
        size = rows["index"].shape
        for name, values in rows.items():
            if values.shape[:1] != size or (values.ndim != 1 and not self.whole_rows):
                raise ValueError(
                    f"{type(self).__name__}: {name!r} has the shape {tuple(values.shape)}, expected one "
                    f"{'row' if self.whole_rows else 'value'} a sample, {tuple(size)}. Reduce it in the network's "
                    "predict(batch) or in the data set."
                )
        self.results.append({name: values.detach().cpu() for name, values in rows.items()})

    def evaluate(self, size: int) -> dict[str, float]:
        """Gather the rows of all processes, compute on each, and forget the rows.

        Args:
            size: length of the data set; unused, since repeated samples are known by their index.

        Returns:
            ``prefix/name`` -> value, the same on every process.
        """
        gathered = gather(self.results)
        self.results.clear()
        results = self.compute_metrics(gathered)
        return {f"{self.prefix}/{name}" if self.prefix else name: value for name, value in results.items()}

    def read(self, source: Mapping, key: str, place: str) -> Tensor:
        """``source[key]``, or an error that names the nearest keys."""
        if key in source:
            return torch.as_tensor(source[key])
        near = nearest(key, source)
        hint = f"Did you mean {near[0]!r}?" if near else f"It has: {', '.join(sorted(source)) or 'nothing'}."
        raise KeyError(f"{type(self).__name__}: {place} has no {key!r}. {hint}")


def gather(batches: list[dict[str, Tensor]]) -> list[dict[str, Tensor]]:
    """The row batches of every process, in the order of the ranks."""
    if not (dist.is_available() and dist.is_initialized()):
        return list(batches)
    gathered: list = [None] * dist.get_world_size()
    dist.all_gather_object(gathered, batches)
    return [batch for of_rank in gathered for batch in of_rank]


def join(batches: list[dict[str, Tensor]], metric: str) -> dict[str, Tensor]:
    """Row batches joined along the samples; floating values become float64, so that no decision is rounded.

    Raises:
        ValueError: there is no row at all.
    """
    if not batches:
        raise ValueError(
            f"{metric}: no sample was evaluated. Check that the data set is not empty and its loader yields batches."
        )
    rows = {name: torch.cat([batch[name] for batch in batches]) for name in batches[0]}
    return {name: values.double() if values.is_floating_point() else values for name, values in rows.items()}


def distinct(rows: dict[str, Tensor], metric: str) -> dict[str, Tensor]:
    """Rows in the order of their index, each index once.

    Raises:
        ValueError: two different samples share an index, so dropping one would lose data.
    """
    order = torch.argsort(rows["index"], stable=True)
    ordered = {name: values[order] for name, values in rows.items()}
    repeated = torch.zeros_like(order, dtype=torch.bool)
    repeated[1:] = ordered["index"][1:] == ordered["index"][:-1]
    for name, values in ordered.items():
        _refuse_conflict(name, values, ordered["index"], repeated, metric)
    return {name: values[~repeated] for name, values in ordered.items()}


def _refuse_conflict(name: str, values: Tensor, index: Tensor, repeated: Tensor, metric: str) -> None:
    # Floating values of a sample may differ in the last bits with the batch it was computed in; whole numbers may not.
    if values.is_floating_point():
        return
    clash = repeated[1:] & (values[1:] != values[:-1]).reshape(len(values) - 1, -1).any(1)
    if clash.any():
        first = int(index[1:][clash][0])
        raise ValueError(
            f"{metric}: the index {first} belongs to samples with different {name!r}. The data set must number its "
            "samples uniquely, over all of its files, in the batch key 'index'."
        )
