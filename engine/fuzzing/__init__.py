"""Readers of untrusted files, tried with damaged and forged ones."""
