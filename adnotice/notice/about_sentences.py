"""What the public page says: English, the source of all other languages.

A sentence stands here only if it is true under some settings, and the page shows it under those alone (see
`about.html`). A fact that changes gets a new name, so that no older translation tells the old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adnotice.notice.sentences import Plural

WRITTEN_ON: Final = "2026-11-29"
"""The day on which these words were last changed."""

ABOUT: Final[Mapping[str, str | Plural]] = {
    "about_title": "What is measured on {site}",
    "about_back": "Back to {site}",
    "about_languages": "Language",
    "about_saved": "Your answer has been saved.",
    "about_lead": "Ads help pay for what you read here. So we count how many page views are seen with ads blocked."
    " We count views, not people.",
    "about_off": "At the moment this is switched off: nothing is measured.",
    "about_measure": "At the moment we only count. Nobody is asked to allow ads.",
    # how it works
    "about_how": "How it works",
    "about_test": "When you open a page, a small script of this site asks for a tiny file that ad blockers stop.",
    "about_test_consent": "Once you have agreed to be counted, a small script of this site asks for a tiny file that ad"
    " blockers stop. Before that nothing is tested and nothing is sent.",
    "about_again": "If the file does not come, the script tries again, together with a file that no blocker stops, so that a"
    " slow network is not taken for a blocker. Then it tells this site the result. The page does not wait for it.",
    "about_sampled": "This is done for about {share} of the page views. Your browser draws them by chance, before anything is"
    " asked for.",
    "about_ask_consent": "You are asked to allow ads only if you have agreed to be asked.",
    "about_alone": "No other company takes part.",
    "about_probe": "The script also looks whether this site’s ad script works. Where that failed, it asks for the same address"
    " again, without cookies. Only then does it ask another company for anything, and it reports to this site alone.",
    "about_probe_load": "The script also looks whether this site’s ad script works, and loads it on pages that lack it, which asks"
    " another company for it. Where it failed, the same address is asked for again, without cookies. The result goes to this"
    " site alone.",
    "about_probe_server": "Where the ad script fails, this site’s server may ask for its address too, without anything about"
    " you.",
    # what is counted
    "about_counted": "What is counted",
    "about_page": "The address of the page on this site, without anything after a question mark. E-mail addresses and the keys"
    " of mailed links in it are masked first.",
    "about_referrer": "The name of the other site that led here, such as “search.example”, without the page on it.",
    "about_blocked": "Whether ads are blocked, wholly or in part, and whether in the browser or on the way.",
    "about_notice": "Whether the notice was shown, and what was answered.",
    "about_notice_links": "Whether the notice was shown, what was answered, and which link in it was taken.",
    "about_pressed": "How often “Don’t count my views” was pressed, and nothing about who pressed it.",
    "about_kind": "The kind of browser, device and system, such as “Firefox”, and the language: each counted by itself.",
    "about_sums": "These are sums by the hour, day, week and month, such as “on Monday, 412 views of this page had ads"
    " blocked”. Nothing else is kept: not your internet address, and no number that stands for you or your device.",
    "about_kept": Plural(
        "The sums are deleted after {count} month at the latest, the hourly ones much sooner.",
        "The sums are deleted after {count} months at the latest, the hourly ones much sooner.",
    ),
    # read and forgotten
    "about_memory": "What is read and forgotten",
    "about_read": "To answer, the server reads your internet address, what your browser says of itself and its language. The"
    " address is used only to limit how much one address may send. The browser becomes a group such as “Firefox”. Neither is"
    " written down by this measurement.",
    "about_number": "While a page is open it has a random number, so that it is not counted twice. That number is new for"
    " every page view and is forgotten within a day.",
    "about_logs": "Web servers may keep a log of all requests, with internet addresses; these requests can be among them. Such"
    " logs are no part of this measurement, and the site’s privacy policy applies to them.",
    # who and why
    "about_who": "Who answers for this, and why it is done",
    "about_responsible": "Responsible",
    "about_contact": "Contact",
    "about_purpose": "Purpose",
    "about_purpose_count": "To know how many page views are seen with ads blocked.",
    "about_purpose_ask": "To know how many page views are seen with ads blocked, and to ask these readers to allow ads or to"
    " support the site another way.",
    "about_ground": "Legal ground",
    "about_privacy": "More on privacy at this site",
    # stored in the browser
    "about_stored": "What is stored in your browser",
    "about_nothing_before": "Nothing, until you answer the notice or press a button below. Then it is this:",
    "about_when": "When you choose",
    "about_what": "What is stored",
    "about_how_long": "How long",
    "about_answer_cookie": "the cookie {name}: your answer and the day",
    "about_days": Plural("{count} day", "{count} days"),
    "about_days_renewed": Plural("{count} day, renewed when you come back", "{count} days, renewed when you come back"),
    "about_objection_cookie": "the cookie {name} and a note of the same name in this browser’s storage, both “1”",
    "about_objection_days": Plural(
        "the cookie for {count} day, renewed when it is needed; the note until you take it back or clear the storage",
        "the cookie for {count} days, renewed when it is needed; the note until you take it back or clear the storage",
    ),
    "about_allowed_cookie": "the cookie {name}: that ads are allowed here, and the month. Page views with ads since then are"
    " counted, and you are not asked again.",
    "about_steps_mark": "a mark that you opened the steps or checked again, so that the next page can thank you",
    "about_steps_days": "until you close the tab, or ads are allowed",
    "about_same_for_all": "Everyone who gives the same answer on the same day gets the same cookie, so nobody can be"
    " recognised by it.",
    # objecting
    "about_object": "How to object",
    "about_object_here": "Press this button. Then this browser asks for none of our test files on this site, sends no report, and"
    " you are not asked to allow ads.",
    "about_object_gpc": "If your browser sends “Global Privacy Control” or “Do Not Track”, nothing is tested and no report is"
    " sent. All that is counted is that a page was asked for in this way.",
    "about_object_script": "You can block the script {path} in your browser. Its name does not change, and the site works just"
    " the same.",
    "about_object_line": "If you clear your cookies and only want to be left in peace, add this line to your blocker’s own"
    " filters. It hides the notice on this site:",
    "about_object_cookie": "A cookie keeps your wish: your views are not counted, and you are not asked. The test files are left"
    " out too once a page of this site could store your wish with its script.",
    "about_object_note": "Your browser keeps no cookie of ours, but it stored your wish: your views are not counted while it"
    " keeps that. If it forgets, press again.",
    "about_object_nothing": "Your browser keeps nothing, so we can’t remember this. You can still block the script named below.",
    "about_object_undone": "Your views are counted again.",
    "about_undo": "Count my views again",
    # the reader's answer
    "about_answer": "Your answer",
    "about_answer_later": "On {day} you answered “Not now”.",
    "about_answer_never": "You answered “Don’t ask again” (last renewed on {day}).",
    "about_answer_supports": "On {day} you answered “I already support you”. Thank you.",
    "about_answer_allowed": "In {month} a check that you made found that ads get through here.",
    "about_answer_none": "This browser has stored no answer of yours.",
    "about_forget": "Forget my answer",
    # the script, and of when these words are
    "about_source": "You can read the script as it was written:",
    "about_version": "adnotice {version}. These words are of {day}.",
}
