"""Disclosure: the one door from what is known to what is shown."""
