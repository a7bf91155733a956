"""One config over a grid of options and several seeds."""
