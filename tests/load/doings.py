"""What people do at the service, each thing with what may be answered and what must be in it.

Somebody does one thing after another over one line. Of the people only those who are theirs are
written about, so that no two of them meet in one section: that is tried elsewhere.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from uuid import UUID

from careplan.clock import now
from careplan.fhir.rest import plan_id
from careplan.keys.jwe import decrypt_file
from tests.load.lines import Answer, Browser, Line, form_in
from tests.load.tally import Tally
from tests.load.town import Door, Person, Town

OK = (200,)
LOOKED_AT = 50
"""Of so many answers the body of one is looked at."""
SECTION = "/plan/write/about_me/severe-pain"
STRANGERS = Browser()
TOKEN_LIVES = timedelta(minutes=4)
"""A little less than it does."""


@dataclass
class Visitors:
    """Everybody's cookies, for as long as the server runs. The other system is let in anew every
    few minutes, as it must be."""

    town: Town
    patients: Mapping[UUID, Browser]
    desk: Sequence[Browser]
    nurse: Browser
    _system: Browser = field(default_factory=Browser)
    _let_in: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def system(self, me: Somebody, at: datetime) -> Browser | None:
        """None while no token is given out."""
        with self._lock:
            if self._let_in is None or at - self._let_in > TOKEN_LIVES:
                given = me.line.post(Browser(), "/fhir/token", self.town.note(at))
                if not me.told("partner’s token", given):
                    return None
                said = {"Authorization": f"Bearer {given.json['access_token']}"}
                self._system, self._let_in = Browser(headers=said), at
            return self._system


@dataclass
class Kept:
    """What was acknowledged, to be found afterwards."""

    views: Counter[UUID] = field(default_factory=Counter)
    """By link."""
    versions: Counter[UUID] = field(default_factory=Counter)
    words: dict[UUID, str] = field(default_factory=dict)
    saves: int = 0

    def add(self, other: Kept) -> None:
        self.views.update(other.views)
        self.versions.update(other.versions)
        self.words.update(other.words)
        self.saves += other.saves


@dataclass
class Somebody:
    """One who does things. `mine`: the people only this one writes about. `may_refuse`: the service
    may say that it cannot just now, in words that point to the paper."""

    town: Town
    visitors: Visitors
    mine: Sequence[Person]
    line: Line
    tally: Tally
    rng: Random
    name: str
    may_refuse: bool = False
    kept: Kept = field(default_factory=Kept)
    _numbers: count[int] = field(default_factory=partial(count, 1))

    def next(self) -> None:
        do = self.rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        do(self)

    # --- telling ---------------------------------------------------------------------------------

    def told(
        self,
        kind: str,
        answer: Answer,
        *,
        may: Sequence[int] = OK,
        holds: Callable[[Answer], str] | None = None,
    ) -> bool:
        """Whether it was as it should be. `holds` says what is wrong with a body."""
        if answer.status == 503 and self.may_refuse:
            wrong = "" if in_words(answer) else "refused without the words for it"
            self.tally.add(kind, 503, answer.came, wrong=wrong)
            return False
        wrong = "" if answer.status in may else f"answered {answer.status}"
        looked = not wrong and holds is not None and self.rng.randrange(LOOKED_AT) == 0
        if looked and holds is not None:
            wrong = holds(answer)
        self.tally.add(kind, answer.status, answer.came, looked=looked, wrong=wrong)
        return not wrong

    def anybody(self) -> Person:
        return self.rng.choice(self.town.people)

    def somebody(self) -> Person:
        return self.rng.choice(self.mine)

    def browser(self, person: Person) -> Browser:
        return self.visitors.patients[person.patient_id]

    def clinician(self) -> Browser:
        return self.rng.choice(self.visitors.desk)

    def names_only(self, person: Person) -> Callable[[Answer], str]:
        def look(answer: Answer) -> str:
            named = set(self.town.names.findall(answer.text))
            return "" if named == {person.name} else f"names {len(named)} people"

        return look

    # --- strangers -------------------------------------------------------------------------------

    def scans(self) -> None:
        person = self.anybody()
        self._opens("manifest", person, person.card, {"_zip": self.rng.random() < 0.9})

    def scans_private(self) -> None:
        person = self.anybody()
        asked = {"_zip": True, "passcode": person.private.born}
        self._opens("manifest, birth date", person, person.private, asked)

    def fetches(self) -> None:
        """A reader of somebody else's, that takes the file by itself."""
        person = self.anybody()
        answer = self._opens("manifest", person, person.card, {"embeddedLengthMax": 0})
        if answer is None:
            return
        located = answer.json["files"][0]["location"]
        there = "/f/" + located.rpartition("/f/")[2]
        got = self.line.get(STRANGERS, there)
        self.told("file", got, holds=lambda one: _is_of(one.body.decode(), person, person.card))

    def _opens(
        self, kind: str, person: Person, door: Door, asked: Mapping[str, object]
    ) -> Answer | None:
        def look(answer: Answer) -> str:
            files = answer.json["files"]
            embedded = files[0].get("embedded")
            return _is_of(embedded, person, door) if embedded else ""

        said = {"recipient": "Ward 9", **asked}
        answer = self.line.post_json(STRANGERS, f"/m/{door.token}", said)
        if answer.status == 200:
            self.kept.views[door.link_id] += 1
        return answer if self.told(kind, answer, holds=look) else None

    def views(self) -> None:
        def look(answer: Answer) -> str:
            return "" if b"<script" in answer.body else "has no script"

        self.told("viewer", self.line.get(STRANGERS, "/s"), holds=look)

    def guesses(self) -> None:
        """Wrong answers at links that nobody else uses, and addresses that never were."""
        door, which = self.anybody().guessed, self.rng.randrange(3)
        if which == 0:
            said = {"recipient": "Ward 9", "passcode": f"{self.rng.randrange(1, 29)}/2/1903"}
            answer = self.line.post_json(STRANGERS, f"/m/{door.token}", said)
            self.told("wrong answer", answer, may=(401, 404, 429))
        elif which == 1:
            token = "".join(self.rng.choices("ABCDEFGHIJKLMNOP", k=43))
            answer = self.line.post_json(STRANGERS, f"/m/{token}", {"recipient": "Ward 9"})
            self.told("unknown address", answer, may=(404,))
        else:
            unknown = f"/plan/versions/{self.rng.randrange(10_000, 99_999)}"
            answer = self.line.get(self.browser(self.somebody()), unknown)
            self.told("unknown page", answer, may=(404,))

    # --- the person ------------------------------------------------------------------------------

    def reads(self) -> None:
        person = self.anybody()
        paths = ("/plan", "/plan/read", "/plan/show", "/plan/share", "/plan/who-looked")
        path = self.rng.choice(paths)
        named = path in ("/plan/read", "/plan/show")
        look = self.names_only(person) if named else self._names_nobody_else(person)
        self.told("patient page", self.line.get(self.browser(person), path), holds=look)

    def _names_nobody_else(self, person: Person) -> Callable[[Answer], str]:
        def look(answer: Answer) -> str:
            others = set(self.town.names.findall(answer.text)) - {person.name}
            return f"names {len(others)} other people" if others else ""

        return look

    def saves(self) -> None:
        self._saves(self.somebody())

    def _saves(self, person: Person) -> bool:
        words = f"Sentence {next(self._numbers)} of {self.name}."
        shown = self.line.get(self.browser(person), SECTION)
        if not self.told("section page", shown):
            return False
        form = form_in(shown.text, "revision")
        answer = self.line.post(self.browser(person), form.action or SECTION, form.filled_in(words))
        if answer.status == 200:
            self.kept.words[person.patient_id] = words
            self.kept.saves += 1
        return self.told("save", answer, holds=lambda _: self._reads_back(person, words))

    def _reads_back(self, person: Person, words: str) -> str:
        again = self.line.get(self.browser(person), SECTION)
        return "" if words in again.text else "what was saved does not read back"

    def publishes(self) -> None:
        """What was written since the last time; first something is."""
        person = self.somebody()
        if not self._saves(person):
            return
        browser, there = self.browser(person), "/plan/publish"
        shown = self.line.get(browser, there)
        if not self.told("page before publishing", shown):
            return
        answer = self.line.post(browser, there, form_in(shown.text, there).sends)
        if answer.status == 200:
            self.kept.versions[person.patient_id] += 1
        self.told("publication", answer)

    # --- the desk --------------------------------------------------------------------------------

    def lists(self) -> None:
        path = self.rng.choice(("/team", "/team?only=due-soon", "/team?only=not-signed", "/team"))

        def look(answer: Answer) -> str:
            many = len(set(self.town.names.findall(answer.text)))
            return "" if many or "only" in path else "names nobody"

        self.told("desk list", self.line.get(self.clinician(), path), holds=look)

    def looks_up(self) -> None:
        person = self.anybody()
        path = self.rng.choice(("", "/links", "/versions", "/pain-plan", "/allergies", "/talk"))
        there = f"/team/{person.patient_id}{path}"
        answer = self.line.get(self.clinician(), there)
        self.told("desk page", answer, holds=self.names_only(person))

    def signs(self) -> None:
        person, browser = self.somebody(), self.clinician()
        there = f"/team/{person.patient_id}/sign"
        shown = self.line.get(browser, there)
        if not self.told("page before signing", shown, holds=self.names_only(person)):
            return
        form = form_in(shown.text, "fingerprint")
        answer = self.line.post(browser, there, form.filled_in("Talked through."))
        if answer.status == 200:
            self.kept.versions[person.patient_id] += 1
        self.told("signature", answer)

    # --- others ----------------------------------------------------------------------------------

    def asks_by_fhir(self) -> None:
        person = self.anybody()
        identity = plan_id(person.patient_id)
        paths = (f"CarePlan/{identity}", f"CarePlan/{identity}/$document", "CarePlan?_count=20")
        path = self.rng.choice(paths)
        system = self.visitors.system(self, now())
        if system is None:
            return
        answer = self.line.get(system, f"/fhir/{path}")
        look = None if "?" in path else lambda one: "" if str(identity) in one.text else "of whom?"
        self.told("partner", answer, holds=look)

    def stands_at_the_door(self) -> None:
        self.told("department", self.line.get(self.visitors.nurse, "/emergency"))


def in_words(answer: Answer) -> bool:
    """When to come again, and what to use now."""
    return "paper" in answer.text and answer.headers.get("retry-after", "").isdecimal()


def _is_of(jwe: str, person: Person, door: Door) -> str:
    plain, _ = decrypt_file(jwe, key=door.key)
    return "" if person.name.encode() in plain else "is not this person's plan"


WEIGHTS: Mapping[Callable[[Somebody], None], float] = {
    Somebody.scans: 32,
    Somebody.scans_private: 10,
    Somebody.fetches: 5,
    Somebody.views: 6,
    Somebody.lists: 4,
    Somebody.looks_up: 8,
    Somebody.reads: 4,
    Somebody.saves: 9.5,
    Somebody.publishes: 0.1,
    Somebody.signs: 0.1,
    Somebody.asks_by_fhir: 3,
    Somebody.guesses: 3,
    Somebody.stands_at_the_door: 0.5,
}
"""How often each begins, of about a hundred times; some ask more than once. A signature lays out
every page anew and so costs as much as some hundred openings, and happens more seldom than that."""
