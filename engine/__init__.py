"""The runner, the learner, config checking, checkpoints, companions, evaluation and reports."""
