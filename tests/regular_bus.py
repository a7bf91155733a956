"""A vehicle of four identifiers on a regular bus."""

import numpy as np

from stillhouse.datasets.can.frames import Frames

PERIODS_S = {0x100: 0.01, 0x200: 0.01, 0x300: 0.02, 0x400: 0.1}


def bus(seconds: float, seed: int = 0, start_s: float = 100.0) -> Frames:
    """Benign traffic: 0x100 counts in byte 0, 0x200 and 0x300 carry one slow signal, 0x400 never changes."""
    rng = np.random.default_rng(seed)
    times, ids, payloads = [], [], []
    for can_id, period in PERIODS_S.items():
        number = int(seconds / period)
        time = np.arange(number) * period + rng.normal(0, 0.01 * period, number) + 1e-5 * can_id
        payload = np.zeros((number, 8), np.uint8)
        if can_id == 0x100:
            payload[:, 0] = np.arange(number) % 16
        elif can_id != 0x400:
            payload[:, 1] = 100 + 50 * np.sin(2 * np.pi * time / 3) + (can_id == 0x300) * 40
        times.append(time)
        ids.append(np.full(number, can_id, np.uint32))
        payloads.append(payload)
    time, can_id, payload = (np.concatenate(parts) for parts in (times, ids, payloads))
    order, n = np.argsort(time), len(time)
    parts = (start_s + time[order], can_id[order], payload[order])
    return Frames(*parts, np.full(n, 8, np.uint8), np.zeros(n, np.uint8), "bus")
