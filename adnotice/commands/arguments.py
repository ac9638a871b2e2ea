"""What a command was asked: its arguments and options by name, as the command line read them."""

from __future__ import annotations

from types import SimpleNamespace


class Arguments(SimpleNamespace):
    """Values by name; which there are, the command says where its options are written down."""
