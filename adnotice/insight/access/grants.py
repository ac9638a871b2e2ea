"""What lets others in without the password: tokens for programs, shared links for people. Each has a name, can be taken back,
and is kept as a hash; its secret is shown once."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

import msgspec
from itsdangerous import BadSignature

from adnotice.count.stores.protocol import Notes, read_note
from adnotice.insight.audit_log import AuditAction, AuditEvent, AuditLog
from adnotice.keys import Keys
from adnotice.language import Problem, gettext_noop
from adnotice.vocabulary import Word

MAX_NAME_CHARACTERS: Final = 60
MAX_SECRET_CHARACTERS: Final = 200
MAX_KEPT: Final = 100
MAX_DAYS: Final = 400
DAY_SECONDS: Final = 86_400


class GrantKind(Word):
    """`token` lets a program read every site; `link` shows one site, to whoever has it."""

    TOKEN = "token"  # noqa: S105 - a word
    LINK = "link"


AUDIT_ACTIONS: Final = {
    GrantKind.TOKEN: (AuditAction.TOKEN, AuditAction.TOKEN_REVOKED),
    GrantKind.LINK: (AuditAction.LINK, AuditAction.LINK_REVOKED),
}


NONE_THERE: Final = {
    GrantKind.TOKEN: gettext_noop("there is no token {id}: it was taken back, or is over"),
    GrantKind.LINK: gettext_noop("there is no link {id}: it was taken back, or is over"),
}


class BadGrant(Problem):
    """A token or link that can't be made, or is not there; the text says why and what to give."""


class AccessGrant(msgspec.Struct, frozen=True):
    """One token or link: who made it when (seconds since the epoch, UTC), and, of a link, for which site and until when."""

    id: str
    name: str
    by: str
    at: float
    site: str = ""
    expires: float | None = None


class Grants:
    """Makes, finds and takes back. Blocking calls; each raises `Unavailable`.

    A secret is signed with a key of ours: one that is made up costs the store nothing.
    """

    def __init__(self, notes: Notes, keys: Keys) -> None:
        self._notes = notes
        self._signers = {kind: keys.signer(f"insight.{kind}") for kind in GrantKind}
        self._audit_log = AuditLog(notes)

    def make(
        self, kind: GrantKind, name: str, *, by: str, now: float, site: str = "", days: int | None = None
    ) -> tuple[AccessGrant, str]:
        """A new one and its secret, which is kept nowhere. `days`: for how long it holds, None: until it is taken back.

        Raises `BadGrant`.
        """
        line = " ".join(name.split())
        if not 1 <= len(line) <= MAX_NAME_CHARACTERS or not line.isprintable():
            raise BadGrant(
                gettext_noop("the name must have 1 to {most} characters that can be seen, got {n}"),
                most=MAX_NAME_CHARACTERS,
                n=len(line),
            )
        if days is not None and not 1 <= days <= MAX_DAYS:
            raise BadGrant(gettext_noop("it must hold for 1 to {most} days, got {n}"), most=MAX_DAYS, n=days)
        if len(self._notes.names(f"{kind}:")) >= MAX_KEPT:
            raise BadGrant(
                # Translators: tokens, or shared links.
                gettext_noop("there are {n} of them, and no more are kept: take some back first"),
                n=MAX_KEPT,
            )
        expires = None if days is None else now + days * DAY_SECONDS
        made = AccessGrant(secrets.token_hex(8), line, by, now, site, expires)
        secret = self._signers[kind].sign(secrets.token_urlsafe(32)).decode()
        self._notes.put(_note(kind, secret), msgspec.json.encode(made).decode(), expires)
        self._audit_log.add(AuditEvent(now, by, AUDIT_ACTIONS[kind][0], line))
        return made, secret

    def find(self, kind: GrantKind, secret: str) -> AccessGrant | None:
        """The one with this secret, as long as it holds."""
        if not secret or len(secret) > MAX_SECRET_CHARACTERS:
            return None
        try:
            self._signers[kind].unsign(secret)
        except BadSignature:
            return None
        return read_note(self._notes.get(_note(kind, secret)) or "", AccessGrant)

    def all(self, kind: GrantKind) -> list[AccessGrant]:
        """Those that hold, the oldest first."""
        read = (read_note(text, AccessGrant) for text in self._notes.values(f"{kind}:").values())
        return sorted((each for each in read if each is not None), key=lambda each: each.at)

    def revoke(self, kind: GrantKind, id_: str, *, by: str, now: float) -> None:
        """Takes one back; it lets nobody in from now on. Raises `BadGrant` where there is none."""
        for note, text in self._notes.values(f"{kind}:").items():
            kept = read_note(text, AccessGrant)
            if kept is not None and kept.id == id_:
                self._notes.remove(note)
                self._audit_log.add(AuditEvent(now, by, AUDIT_ACTIONS[kind][1], kept.name))
                return
        raise BadGrant(NONE_THERE[kind], id=repr(id_[:40]))


def _note(kind: GrantKind, secret: str) -> str:
    # Signed in another second, or with another of our keys, the same text is another secret: the whole is hashed.
    return f"{kind}:{hashlib.sha256(secret.encode()).hexdigest()[:40]}"
