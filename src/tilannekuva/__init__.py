"""Situational picture of a crisis: what is happening, what was known when, what may come."""

__version__ = "2026.1.0"
