"""The life cycle of scenes: generate, train, score, explore and curate, in rounds that go on wherever they were cut off."""
