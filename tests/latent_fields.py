"""Latents that a test can name: natural-image-like fields, and fields that are wrong in one way."""

import numpy as np

SIZE, CHANNELS = 32, 6


def standardized(maps: np.ndarray) -> np.ndarray:
    """Every map with mean 0 and variance 1."""
    centred = maps - maps.mean((-2, -1), keepdims=True)
    return centred / centred.std((-2, -1), keepdims=True)


def power_law(generator: np.random.Generator, count: int, slope: float = 2.0) -> np.ndarray:
    """(count, 32, 32) Gaussian fields whose power falls as f^-slope, periodic, standardised."""
    frequency = np.hypot(np.fft.fftfreq(SIZE)[:, None], np.fft.fftfreq(SIZE)[None])
    frequency[0, 0] = np.inf
    spectrum = np.fft.fft2(generator.standard_normal((count, SIZE, SIZE))) * frequency ** (-slope / 2)
    return standardized(np.fft.ifft2(spectrum).real)


def dead_leaves(generator: np.random.Generator, count: int, leaves: int = 150) -> np.ndarray:
    """(count, 32, 32) occluding discs of radius 1 to 16 pixels with a density of r^-3, standardised."""
    x, y = np.arange(SIZE), np.arange(SIZE)[:, None]
    image = generator.standard_normal((count, 1, 1)) * np.ones((SIZE, SIZE))
    for _ in range(leaves):
        radius = (1 - generator.random((count, 1, 1)) * (1 - 16.0**-2)) ** -0.5
        left, top = generator.uniform(-8, SIZE + 8, (2, count, 1, 1))
        inside = (x - left) ** 2 + (y - top) ** 2 <= radius**2
        image = np.where(inside, generator.uniform(-1, 1, (count, 1, 1)), image)
    return standardized(image)


def natural(seed: int, sentences: int = 24, evaluations: int = 3) -> np.ndarray:
    """(evaluations, sentences, 6, 32, 32) float32 of dead leaves mixed with f^-2 fields, independent map by map."""
    generator = np.random.default_rng(seed)
    count = evaluations * sentences * CHANNELS
    maps = standardized(dead_leaves(generator, count) + 0.5 * power_law(generator, count))
    return maps.reshape(evaluations, sentences, CHANNELS, SIZE, SIZE).astype(np.float32)


def checkerboard(amplitude: float) -> np.ndarray:
    """(32, 32) alternating plus and minus ``amplitude``."""
    return amplitude * (1 - 2 * (np.indices((SIZE, SIZE)).sum(0) % 2))
