"""Houqin: a primary school's logistics office."""

__version__ = "0.1.0"
