"""The reader: all that pages may ask of a workspace, each answer kept until there is news."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, TypeVar, cast

from tilannekuva.config import Settings
from tilannekuva.domain.areas import register
from tilannekuva.domain.picture import Picture
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.workspace import Workspace

_ROOM = 256  # answers held in memory
Answer = TypeVar("Answer")


class Reader:
    """Answers what pages ask; `now` is the instant up to which it has read."""

    def __init__(self, workspace: Workspace, now: datetime) -> None:
        self._workspace = workspace
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self.now = now

    @property
    def settings(self) -> Settings:
        """Give the workspace's settings."""
        return self._workspace.settings

    @property
    def areas(self) -> tuple[str, ...]:
        """Give the ids of the picture's own areas, the first shown first."""
        return tuple(register().area(one).id for one in self.settings.areas)

    def clear(self, now: datetime) -> None:
        """Forget all answers; the next ones are of `now`."""
        self.now = now
        self._kept.clear()

    def picture(self, question: Question) -> Picture:
        """Give the picture that answers a question."""
        return self._answer(question, lambda: picture(self._workspace, question))

    def _answer(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Give an answer, the kept one when it is there."""
        begun = self.now
        if key in self._kept:
            return cast("Answer", self._kept[key])
        made = make()
        if begun == self.now:  # else there is news, and what was begun before it is old
            self._kept[key] = made
            while len(self._kept) > _ROOM:
                self._kept.popitem(last=False)
        return made
