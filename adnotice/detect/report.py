"""The report: what the browser posts, decoded and bounded, and what it is told.

Not compiled: msgspec reads the types of its fields while the program runs, and mypyc keeps them to itself.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec

from adnotice.detect.baits import MAX_TURNS
from adnotice.detect.verdict import OthersState, ProbeAnswer, ProbeState
from adnotice.http.messages import UNREADABLE, Rejected
from adnotice.vocabulary import Ground, Kind, Quiet, Rejection, Verdict

MAX_REPORT_BYTES: Final = 10_240
MAX_PATH_CHARACTERS: Final = 8_192
"""Of a path as browsers tell it, where a letter, percent-encoded, takes up to twelve characters: what servers take of a line."""

MAX_LANGUAGE_CHARACTERS: Final = 256
"""Of what a page's `lang` says, which may be anything: no report is lost for it."""

MAX_TOKEN_CHARACTERS: Final = 42
MAX_HOST_CHARACTERS: Final = 260
MAX_SHARE_CHARACTERS: Final = 48
STOPPED: Final = ""
SILENT: Final = "late"
ARRIVED: Final = "arrived"
REPLACED: Final = "replaced"

ViewId = Annotated[
    str, msgspec.Meta(min_length=32, max_length=32, extra_json_schema={"pattern": "^[0-9a-f]{32}$"})  # see _is_id
]
Tokens = Annotated[
    tuple[Annotated[str, msgspec.Meta(max_length=MAX_TOKEN_CHARACTERS)], ...],
    msgspec.Meta(max_length=MAX_TURNS),
]
Sizes = Annotated[
    tuple[Annotated[str, msgspec.Meta(pattern=r"^(|late|[0-9]{1,5}x[0-9]{1,5})$")], ...],
    msgspec.Meta(max_length=MAX_TURNS),
]
SlotState = Literal["", "there", "hidden"]


class Report(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One view's evidence.

    Each list holds one entry a turn: a witness, `` when the request was stopped, `late` when nothing came in time.
    `csp` says that the page's own policy
    stopped something, `probe` how the site's ad script fared; `probe_answers` what came, round by round, when the address of
    one that had failed was asked again; `others` what became of other third parties of that page. `filled` says that an ad
    slot of the page was filled although baits were stopped. `asked` says that a notice was shown in this document before (in
    a single-page app, for another view); `asked_kind` is the kind of blocking that a reader who checks again, or comes back
    after that, was asked about; `may_ask` that the reader has consented to be asked, where the site needs that;
    `marked`, `supporter` and `appeal` say how the page stands to asking: its head is marked quiet, its script knows the reader
    as a supporter, an appeal of the site's own is on it; `slot` whether its template marks a place for the notice, and a style
    hides that.
    `sized` that the baits are those for pages under a service worker. `referrer` is the host of the other site that
    led here, where the operator counts that. `share` is what client.js was given to say at which share of all views this
    one was drawn, where that was halved. `again` is the ticket of the view that is checked
    again (empty: checked again by the site's script), None for a view.
    """

    id: ViewId
    page: Annotated[str, msgspec.Meta(max_length=MAX_PATH_CHARACTERS)]
    script: Tokens = ()
    script_control: Tokens = ()
    image: Sizes = ()
    image_control: Sizes = ()
    style: Tokens = ()
    style_control: Tokens = ()
    csp: bool = False
    probe: ProbeState = ""
    probe_answers: Annotated[tuple[ProbeAnswer, ...], msgspec.Meta(max_length=MAX_TURNS)] = ()
    others: OthersState = ""
    filled: bool = False
    first: bool = False
    asked: bool = False
    returning: bool = False
    may_ask: bool = False
    marked: bool = False
    supporter: bool = False
    appeal: bool = False
    slot: SlotState = ""
    sized: bool = False
    asked_kind: Literal["", "content", "hosts"] = ""
    lang: Annotated[str, msgspec.Meta(max_length=MAX_LANGUAGE_CHARACTERS)] = ""
    referrer: Annotated[str, msgspec.Meta(max_length=MAX_HOST_CHARACTERS)] = ""
    share: Annotated[str, msgspec.Meta(max_length=MAX_SHARE_CHARACTERS)] = ""
    again: Annotated[str, msgspec.Meta(max_length=256)] | None = None

    def arrived_at_once(self) -> bool:
        """Whether it says that the first script bait came, and nothing more: what nearly every report says."""
        return (
            len(self.script) == 1
            and self.script[0] not in (STOPPED, SILENT)
            and not (self.script_control or self.image or self.image_control or self.style or self.style_control)
            and not (self.csp or self.probe)
        )


class Found(msgspec.Struct, frozen=True):
    """The answer to a report."""

    verdict: Verdict
    kind: Kind | None
    ground: Ground
    counted: bool
    quiet: Quiet | None
    notice: object | None


_decode: Final = msgspec.json.Decoder(Report).decode
_decode_keys: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_TEXT: Final = re.compile(rb'"(?:[^"\\]|\\.)*"\s*(:?)')


def decode_report(body: bytes) -> Report:
    """The report in this body. Raises `Rejected` (400) for anything else, keys given twice included."""
    try:
        report = _decode(body)
        # As many colons as keys that are surely there, as in nearly every report: none of them is given twice.
        if body.count(b":") != 2 + (report.script != ()) + report.first + report.may_ask + report.sized + (
            report.lang != ""
        ):
            _reject_key_given_twice(body)
    except UNREADABLE as error:
        raise Rejected(Rejection.MALFORMED, f"no report: {error}") from None
    if not _is_id(report.id):
        raise Rejected(Rejection.MALFORMED, f"no report: id must be 32 hex digits, small letters, got {report.id!r}")
    return report


def _is_id(text: str) -> bool:
    """Costs a fifth of what a pattern does."""
    try:
        return bytes.fromhex(text).hex() == text
    except ValueError:
        return False


def _reject_key_given_twice(body: bytes) -> None:
    different = len(_decode_keys(body))
    # More colons than keys may stand in texts, so then it is the keys that are counted.
    if body.count(b":") != different and _TEXT.findall(body).count(b":") != different:
        raise Rejected(Rejection.MALFORMED, "no report: a key is given twice")
