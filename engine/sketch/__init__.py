"""Drawing with trained sketch generators."""
