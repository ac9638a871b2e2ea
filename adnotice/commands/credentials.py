"""What the settings hold and nobody else may know: `adnotice new-secret`, `adnotice hash-password`."""

from __future__ import annotations

import getpass
import sys

from adnotice.insight.access.passwords import hash_password
from adnotice.keys import new_secret


def print_secret() -> int:
    """Prints one; returns the exit status."""
    print(new_secret())
    return 0


def print_hash() -> int:
    """Asks for a password, twice on a terminal, and prints its hash; returns the exit status."""
    if sys.stdin.isatty():
        password = getpass.getpass("Password for the dashboard: ")
        if password != getpass.getpass("Once more: "):
            print("The two passwords differ. Nothing was made.", file=sys.stderr)
            return 1
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    try:
        hashed = hash_password(password)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(hashed)
    print("Quote it where a shell reads it, for its $: with single quotes; in a compose file as $$.", file=sys.stderr)
    return 0
