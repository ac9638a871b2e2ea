"""What the operator has left to do so that the notice and the public page are true and whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adnotice.finding import Finding, Weight
from adnotice.notice.approved import read_approved
from adnotice.notice.settings import NoticeSettings
from adnotice.notice.wording import describe
from adnotice.notice.words import NotWhole


def find_unsaid(settings: NoticeSettings) -> str:
    """What the public page should name and does not, as a sentence; empty when it names all."""
    unsaid = [name for name in ("responsible", "contact") if not getattr(settings, name).strip()]
    if not unsaid:
        return ""
    whom = {"responsible": "who answers for the measurement", "contact": "how readers reach them"}
    return f"The public page does not say {' and '.join(whom[name] for name in unsaid)}: set {' and '.join(unsaid)}."


def find_to_mend(settings: NoticeSettings) -> Iterator[Finding]:
    """Findings for the health page."""
    if unsaid := find_unsaid(settings):
        found, _, do = unsaid.partition(": ")
        yield Finding(
            weight=Weight.LOOK,
            found=f"{found}.",
            do=f"{do[:1].upper()}{do[1:]} Readers whose views are counted have a right to know.",
        )
    for reason in settings.warnings():
        yield Finding(weight=Weight.LOOK, found=f"{reason.partition('. ')[0]}.", do=reason.partition(". ")[2] or reason)
    for language in settings.languages:
        if waits := _wait(settings, language):
            yield Finding(
                weight=Weight.KNOW,
                found=f"{waits}. Until then readers meet the older words.",
                do=f"Read them with adnotice wording --html {language}, then: adnotice wording approve {language} --by NAME",
            )


def _wait(settings: NoticeSettings, language: str) -> str:
    try:
        approved = read_approved(Path(settings.wording_folder), language)
    except NotWhole:
        return ""  # said above
    return describe(language, approved) if approved is not None and approved.by else ""
