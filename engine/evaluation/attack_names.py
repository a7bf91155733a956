"""The attack that a recording holds, read from its name."""

import re

# HCRL's Survival Analysis names its vehicles; the synthetic set gives them one capital letter.
VEHICLES = ("kia", "soul", "sonata", "spark")
_NUMBER = re.compile(r"[-_]\d+$")
_VEHICLE = re.compile(rf"[-_](?:[A-Z]|(?i:{'|'.join(VEHICLES)}))$")


def attack_name(source: str) -> str:
    """The attack of a recording ``split/name``: the name without its split, number and vehicle.

    Args:
        source: as in ``test_01_known_vehicle_known_attack/DoS-3``, ``test_03/gear-stealthy-A-1`` or ``test_02/fuzzing-Spark``.

    Returns:
        As in ``DoS``, ``gear-stealthy`` or ``fuzzing``; the whole name where nothing else would remain.
    """
    name = source.rpartition("/")[2]
    return _VEHICLE.sub("", _NUMBER.sub("", name)) or name
