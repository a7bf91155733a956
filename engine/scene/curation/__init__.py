"""Choosing scenes: pictures of them, scores, what is new among bred ones, and the page on which they are kept."""
