"""Trained detectors of CAN attacks at work: on logs and live buses."""
