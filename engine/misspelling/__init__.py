"""Misspells every key of a config, one character at a time, and sees whether the check finds it and names the right key."""
