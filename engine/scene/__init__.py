"""The domain of scenes."""
