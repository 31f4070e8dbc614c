"""What every child needs, loaded once in the process that they are forked from."""

from tilannekuva.domain.areas import register
from tilannekuva.flows import reading

__all__ = ["reading"]

register()
