"""Where a request to the dashboard comes from, and the cookies that go back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Where plain http harms nobody: the request never leaves the machine."""

SESSION: Final = ""
FORM: Final = "-form"
KNOWN: Final = "-known"
LINK: Final = "-link"
LANGUAGE: Final = "-lang"


class Visitor(msgspec.Struct, frozen=True):
    """Where one request comes from: the cookies that it carries, under the names that its scheme allows."""

    base: str
    secure: bool
    host: str
    address: str
    cookies: Mapping[str, str]
    looks_on: bool = True
    """Whether somebody asks, not a page that is open by itself."""

    @classmethod
    def of(cls, request: Request) -> Visitor:
        """The visitor who sent the request."""
        return cls(
            base=request.scope["root_path"],
            secure=request.scope["scheme"] == "https",
            host=without_port(request.headers.get("host", "")),
            address=request.client.host if request.client else "",
            cookies=request.cookies,
            looks_on="x-adnotice-look" not in request.headers,
        )

    @property
    def exposed(self) -> bool:
        """Whether somebody on the way could read what is typed here."""
        return not self.secure and self.host not in LOOPBACK and not self.host.endswith(".localhost")

    def name(self, cookie: str) -> str:
        """The cookie's whole name: `__Host-` binds it to this host, but needs https."""
        return f"__Host-adn{cookie}" if self.secure else f"adn{cookie}"

    def get(self, cookie: str) -> str:
        """The cookie's value; empty when it did not come."""
        return self.cookies.get(self.name(cookie), "")

    def put(
        self, response: Response, cookie: str, value: str, seconds: int | None = None, *, followed: bool = False
    ) -> None:
        """Sets the cookie, or ends it when the value is empty. `followed`: it comes with links of other sites too."""
        response.set_cookie(
            self.name(cookie),
            value,
            max_age=seconds if value else 0,
            path="/" if self.secure else self.base,
            secure=self.secure,
            httponly=True,
            samesite="lax" if followed else "strict",
        )


def without_port(host: str) -> str:
    """The host of a Host header, without its port."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
