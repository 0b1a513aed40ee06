"""Which notices are told, and by which ways out."""

from __future__ import annotations

from typing import Literal

import msgspec

from tui.notices.notice import Kind

TerminalSetting = Literal["auto", "osc9", "osc777", "off"]


class NoticeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`notices:` in the settings file. What is not told stands in the list all the same."""

    target_reached: bool = True
    """A run reached its targets."""
    done: bool = True
    """A run is done."""
    failed: bool = True
    """A run failed, or its worker is gone."""
    diverged: bool = True
    """A loss is no number any more, or explodes."""
    stalled: bool = True
    """A run says nothing any more."""
    disk: bool = True
    """The disk of the workspace is nearly full."""
    hot: bool = True
    """A device is too hot."""
    toast: bool = True
    """Over the screen, for some seconds."""
    bell: bool = False
    """Ring the terminal's bell; tmux and most terminals mark the window."""
    osc: TerminalSetting = "auto"
    """A notification of the desktop by the terminal (OSC 9 or OSC 777); `auto` where it is known to do it."""

    def wants(self, kind: Kind) -> bool:
        """Whether a notice of this kind is told."""
        return {
            Kind.DONE: self.done,
            Kind.TARGET: self.target_reached,
            Kind.FAILED: self.failed,
            Kind.LOST: self.failed,
            Kind.DIVERGED: self.diverged,
            Kind.STALLED: self.stalled,
            Kind.DISK: self.disk,
            Kind.HEAT: self.hot,
        }.get(kind, False)
