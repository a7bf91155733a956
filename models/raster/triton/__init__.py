"""Opaque black strokes by Triton kernels, one tile of pixels a program; ``backend`` says where they can be used."""
