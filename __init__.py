"""Stillhouse: a config-driven trainer engine with a registry."""

__version__ = "0.1.0"
