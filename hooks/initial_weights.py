"""Begin with the weights of another config's run."""

from mmengine.hooks import Hook

from ..registry import HOOKS


@HOOKS.register_module()
class InitialWeightsHook(Hook):
    """Copies a trained network's weights before training begins, the averaged ones where its run kept some.

    A resumed run keeps its own.

    Args:
        source: ``dict(config=..., checkpoint="auto")``; its network has the same parameters as the one that is trained.
    """

    priority = "VERY_HIGH"

    def __init__(self, source: dict) -> None:
        self.source = source

    def before_wrap_model(self, runner) -> None:
        """Load strictly.

        Raises:
            ValueError: the networks have different parameters.
        """
        network, weights = runner.learner.network, runner.build_companion(self.source).network.state_dict()
        own = network.state_dict()
        wrong = sorted(own.keys() ^ weights.keys())
        wrong += [name for name in own.keys() & weights.keys() if own[name].shape != weights[name].shape]
        if wrong:
            raise ValueError(
                f"InitialWeightsHook: {self.source['config']} trains another network: {', '.join(wrong[:5])} differ"
                f"{' and more' if len(wrong) > 5 else ''}. Give both configs the same network arguments, as with _base_."
            )
        network.load_state_dict(weights)
