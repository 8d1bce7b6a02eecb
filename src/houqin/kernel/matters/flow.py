"""A kind of matter written as a table: its states, and the steps between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from ..act import Act

if TYPE_CHECKING:
    from .models import Matter

May = Callable[[Act, "Matter"], bool]


class End(Enum):
    """How a matter ended: what was owed was done; or nobody did it; or it is owed no longer (撤销, 免做, 作废)."""

    DONE = "done"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class State:
    """状态: what it is called, how it looks, whether and how it ends the matter,
    whether the clock stands still in it."""

    key: str
    label: str
    tone: str = "accent"  # red amber accent grey green (ui.md, States)
    icon: str = "progress"
    end: End | None = None
    stops_clock: bool = False


@dataclass(frozen=True)
class Step:
    """步骤: from which states to which, who may, and the verb on the button.

    `end` empty: the step leaves the state as it is. `shown` false: taken by the clock or from another page.
    `decides`: an approval; the password is asked again before it, and no token takes it.
    `hands`: by this step it goes into other hands, on a leaver's page many at once; the field of its slip
    that names the receiver. Whether he may have it, its action asks. A flow without such a step lets
    nobody pass its matters on.
    """

    key: str
    label: str
    start: tuple[str, ...]
    end: str
    may: May
    icon: str = "arrow-right"
    tone: str = ""  # how the step looks in the way so far: good bad wait
    main: bool = False
    shown: bool = True
    decides: bool = False
    hands: str = ""


@dataclass(frozen=True)
class Flow:
    """流程: one kind of matter. `kind` is "<area>.<noun>"; `prefix` heads its numbers."""

    kind: str
    name: str
    prefix: str
    icon: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    opening: str = ""  # the verb on the button that opens one, where it is not the name
    opened: str = "已经报上"  # what the opener is told
    done: str = "办好"  # what the opener waits for

    @property
    def area(self) -> str:
        return self.kind.partition(".")[0]

    @cached_property
    def _steps(self) -> dict[str, Step]:
        return {step.key: step for step in self.steps}

    @cached_property
    def _states(self) -> dict[str, State]:
        return {state.key: state for state in self.states}

    def step(self, key: str) -> Step | None:
        return self._steps.get(key)

    def state(self, key: str) -> State:
        return self._states[key]

    @cached_property
    def ends(self) -> frozenset[str]:
        return self.ended(*End)

    def ended(self, *how: End) -> frozenset[str]:
        """The states in which it ended so."""
        return frozenset(state.key for state in self.states if state.end in how)

    def steps_for(self, act: Act, matter: Matter) -> list[Step]:
        """The steps this person may take now, the main one first."""
        able = [s for s in self.steps if s.shown and matter.state in s.start and s.may(act, matter)]
        return sorted(able, key=lambda step: not step.main)
