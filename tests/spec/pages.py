"""The law of observations as a page of the reference, made from its tests."""

import test_law_of_observations as tests
from laws import _OMITTED, Written

_HEAD = f"""# The law of observations

These are the tests in `tests/spec`: every table below is told to each engine of the store, and every
question is asked of it. Instants are UTC, in March 2021; `-` is no value.
Columns not shown are {", ".join(f"{name} `{cell}`" for name, cell in _OMITTED.items())}.
"""


def page() -> str:
    """Give the page as Markdown, one chapter a law, in the order of the tests."""
    parts = [_HEAD]
    for name, test in vars(tests).items():
        if name.startswith("test_"):
            written = Written()
            test(written)
            parts.append("\n".join([f"## {test.__doc__.rstrip('.')}", "", *written.lines]))
    return "\n".join(parts)
