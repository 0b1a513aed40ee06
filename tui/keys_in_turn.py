"""Keys that come in one burst (typed fast, pasted, over a slow line) reach what the key before them opened.

Textual hands a key to the widget that has the focus, and finds out what it is bound to when the key has climbed back
up to the application. A key that comes meanwhile goes to where the focus still is: `Enter 5` in a table would edit a
value, and open screen 5. Here the next key is handed on when all that the one before it set off has happened.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from textual import events
from textual.app import App, ScreenError
from textual.message import Message

ROUNDS = 2
"""Ways up behind a key: one behind the key itself, one behind what its action told other widgets."""
LOST_S = 0.3
"""A mark that is not back by then went with the widget that it was handed to."""

NO_SCREEN_S = 0.01


class KeysInTurn(App[None]):
    """Sends a mark up the way that each key takes; keys wait for it."""

    @dataclass
    class Passed(Message):
        """All that was told before it, on the way from the focus up to the application, has happened."""

        key: int
        round: int

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._key = 0
        self._on_its_way = False
        self._keys_waiting: deque[events.Key] = deque()

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._on_its_way:
            self._keys_waiting.append(event)
            if len(self._keys_waiting) == 1:
                key = self._key
                self.set_timer(LOST_S, lambda: self.post_message(self.Passed(key, ROUNDS)))
        else:
            self._key += 1
            self._on_its_way = True
            await super().on_event(event)
            self._follow(1)

    async def on_keys_in_turn_passed(self, message: Passed) -> None:
        if message.key != self._key:
            return
        if not self._has_screen:
            self._ask_again(message.round)
        elif message.round < ROUNDS:
            self._follow(message.round + 1)
        else:
            self._on_its_way = False
            if self._keys_waiting:
                await self.on_event(self._keys_waiting.popleft())

    def _follow(self, round: int) -> None:
        if not self._has_screen:
            self._ask_again(round)
            return
        target = self.focused or self.screen
        # Sent by the target: a message does not climb to the one who sent it.
        if not target.post_message(self.Passed(self._key, round).set_sender(target)):
            self._ask_again(ROUNDS)

    def _ask_again(self, round: int) -> None:
        mark = self.Passed(self._key, round)
        self.set_timer(NO_SCREEN_S, lambda: self.post_message(mark))

    @property
    def _has_screen(self) -> bool:
        """False between two screens, while the second is made."""
        try:
            return self.screen.is_running
        except ScreenError:
            return False
