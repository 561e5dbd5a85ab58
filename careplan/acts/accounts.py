"""Making accounts: a person's own and a helper's, which prove nothing yet; and a second step.

A team's people come in by acts/inviting_staff.py."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from careplan.accounts import second_factor
from careplan.accounts.leaked import Leaked, nowhere_else
from careplan.accounts.passwords import hash_password, problem_with
from careplan.accounts.people import Role, Who
from careplan.acts.drafting import keep_identity
from careplan.acts.faces import face_from
from careplan.acts.own_sessions import must_be_sure
from careplan.acts.signing_in import (
    SELF,
    WrongCode,
    begin_two_factor,
    count_try,
    folded_email,
)
from careplan.acts.ways_in import APP_SET, must_be_able_to_change, tell_the_owner
from careplan.acts.world import SYSTEM, NotAllowed, World, actor
from careplan.audit.events import AuditEvent, Kind
from careplan.keys.tokens import new_token
from careplan.plan.care_plan import CarePlan
from careplan.plan.content import FIRST, installed
from careplan.plan.person import Identity
from careplan.plan.values import nhs_number
from careplan.store.accounts import (
    account_of,
    has_account,
    link_account,
    new_account,
    set_totp,
    use_totp_step,
)
from careplan.store.counters import count_in
from careplan.store.db import Transaction
from careplan.store.errors import Taken
from careplan.store.fences import let_in
from careplan.store.patients import new_patient
from careplan.store.teams import new_team
from careplan.store.trail import append
from careplan.store.trial import on_trial

LONGEST_NAME = 70
HOUR = timedelta(hours=1)
FROM_ONE_NETWORK = 20
"""In an hour: more than a clinic's afternoon, and less than is worth a robber's while."""
FROM_EVERYWHERE = 500
"""In an hour: a flood from many places fills no disk. Accounts that are there go on as ever."""
OLDEST_YEARS = 120
NO_ADDRESS = "@account.invalid"
"""An address that ends so is nobody's: no letter goes there, and no page shows it."""
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,63}")
_SECRET = re.compile(r"[A-Z2-7]{32}")
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class BadAccount(ValueError):
    """What was given cannot make an account: for each question, the sentence that puts it right."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


class EmailInUse(Exception):
    """There is an account with this e-mail. The page must answer as if there were none."""


class TooManyAccounts(Exception):
    """More accounts were asked for from one place, or of the whole service, than people make."""


def count_new_account(world: World, *, network: str, at: datetime) -> None:
    """One more account is asked for, whether one is made of it or not. `network` is the part of an
    address that a household or a clinic shares; only its keyed hash is kept, for three days.
    Raises TooManyAccounts."""
    with world.store.begin() as tx:
        here = count_in(tx, f"new-account:{network}", window=HOUR, at=at)
        everywhere = count_in(tx, "new-account", window=HOUR, at=at)
    if here > FROM_ONE_NETWORK or everywhere > FROM_EVERYWHERE:
        raise TooManyAccounts


@dataclass(frozen=True)
class NewPerson:
    """A person's own account as asked for. The NHS number may be blank: nobody needs one."""

    email: str
    password: str
    legal_name: str
    date_of_birth: date | None
    nhs_number: str | None = None
    condition: str = FIRST


def make_own_account(world: World, asked: NewPerson, *, at: datetime, today: date) -> UUID:
    """An account and an empty plan that belongs to it. Raises BadAccount or EmailInUse.

    The NHS number is kept as the person's word: it finds nobody until a team has checked it.
    """
    problems = problems_with(asked, today=today, leaked=world.leaked)
    if problems:
        raise BadAccount(problems)
    number = nhs_number(asked.nhs_number or "")
    identity = Identity(asked.legal_name.strip(), asked.date_of_birth, number)
    patient_id = world.new_id()
    by = Who(
        account_id=str(world.new_id()),
        name=asked.legal_name.strip(),
        roles=frozenset({Role.PATIENT}),
        patient_id=str(patient_id),
    )
    face = face_from(CarePlan(identity=identity), new_plan_number(world), asked.condition)
    hashed = hash_password(asked.password, entropy=world.entropy, strength=world.strength)
    with world.store.begin() as tx:
        free = not has_account(tx, folded_email(asked.email))
        email = asked.email if free else _nobodys(world)
        with on_trial(tx, keep=free):
            keep_account(tx, by, kind="person", email=email, password_hash=hashed, at=at)
            let_in(tx, patient_id)
            new_patient(tx, patient_id, face, at=at)
            link_account(tx, UUID(by.account_id), patient_id, relation=SELF, at=at)
            keep_identity(tx, patient_id, identity, by=by, at=at)
            what = {"account": by.account_id, "role": str(Role.PATIENT)}
            append(tx, AuditEvent(Kind.ACCOUNT_CREATED, at, actor(by), by.patient_id, what))
        started = AuditEvent(Kind.PLAN_STARTED, at, actor(by), by.patient_id)
        append(tx, started if free else _not_made(at))
    if not free:
        raise EmailInUse
    return UUID(by.account_id)


def problems_with(
    asked: NewPerson, *, today: date, leaked: Leaked = nowhere_else
) -> dict[str, str]:
    """Every question that must be put right, in the order of the page, and how."""
    found = {
        "legal_name": _name_problem(asked.legal_name.strip()),
        "date_of_birth": _birth_problem(asked.date_of_birth, today),
        "nhs_number": _number_problem((asked.nhs_number or "").strip()),
        "email": _email_problem(asked.email.strip()),
        "password": _password_problem(asked, leaked),
        "condition": _condition_problem(asked.condition),
    }
    return {field: text for field, text in found.items() if text is not None}


def make_helper_account(
    world: World, *, name: str, email: str, password: str, at: datetime
) -> UUID:
    """An account for somebody who helps another and has no plan of their own. It opens nothing
    until somebody lets them in. Raises BadAccount or EmailInUse."""
    problems = helper_problems(name=name, email=email, password=password, leaked=world.leaked)
    if problems:
        raise BadAccount(problems)
    by = Who(account_id=str(world.new_id()), name=name.strip(), roles=frozenset({Role.CARER}))
    hashed = hash_password(password, entropy=world.entropy, strength=world.strength)
    with world.store.begin() as tx:
        free = not has_account(tx, folded_email(email))
        theirs = email if free else _nobodys(world)
        with on_trial(tx, keep=free):
            keep_account(tx, by, kind="person", email=theirs, password_hash=hashed, at=at)
        what = {"account": by.account_id, "role": str(Role.CARER)}
        made = AuditEvent(Kind.ACCOUNT_CREATED, at, actor(by), None, what)
        append(tx, made if free else _not_made(at))
    if not free:
        raise EmailInUse
    return UUID(by.account_id)


def _nobodys(world: World) -> str:
    """For an address that has an account already: the same work is done and thrown away, so that
    whoever asks with a clock in hand learns no more than whoever reads the page."""
    return f"{new_token(world.entropy)}{NO_ADDRESS}"


def _not_made(at: datetime) -> AuditEvent:
    return AuditEvent(Kind.ACCOUNT_NOT_MADE, at, SYSTEM, None)


def helper_problems(
    *, name: str, email: str, password: str, leaked: Leaked = nowhere_else
) -> dict[str, str]:
    weak = problem_with(password, name=name, email=email, leaked=leaked)
    found = member_problems(name=name, email=email)
    return found | ({"password": weak.sentence} if weak else {})


def member_problems(*, name: str, email: str) -> dict[str, str]:
    """Of somebody who is invited: they choose their password themselves."""
    found = {"legal_name": _name_problem(name.strip()), "email": _email_problem(email.strip())}
    return {field: text for field, text in found.items() if text is not None}


def _name_problem(name: str) -> str | None:
    if not 1 <= len(name) <= LONGEST_NAME:
        return f"Write your name, in {LONGEST_NAME} letters or fewer."
    if _has_control(name) or not any(char.isalpha() for char in name):
        return "Write your name in letters, without signs that cannot be shown."
    return None


def _birth_problem(born: date | None, today: date) -> str | None:
    if born is None:
        return "Write your date of birth, like 14 3 1997."
    if born > today:
        return "Your date of birth must be in the past. Check the year."
    if born.year < today.year - OLDEST_YEARS:
        return "Check the year of your date of birth."
    return None


def _number_problem(number: str) -> str | None:
    if not number or nhs_number(number):
        return None
    return "An NHS number has 10 numbers. Check it, or leave it empty: you do not need one."


def _email_problem(email: str) -> str | None:
    if (
        _EMAIL.fullmatch(email)
        and not _has_unseen(email)
        and "\N{REPLACEMENT CHARACTER}" not in email
    ):
        return None
    return "Write an e-mail address like name@example.com."


def _password_problem(asked: NewPerson, leaked: Leaked) -> str | None:
    mine = {"name": asked.legal_name, "email": asked.email}
    problem = problem_with(asked.password, **mine, leaked=leaked)
    return problem.sentence if problem else None


def _condition_problem(condition: str) -> str | None:
    return None if condition in installed() else "Choose the plan you want to write."


def _has_control(text: str) -> bool:
    """Joiners and direction marks belong to many people's names; control characters to none."""
    return any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)


def _has_unseen(text: str) -> bool:
    return any(unicodedata.category(char) in _UNSEEN for char in text)


def new_plan_number(world: World) -> str:
    """SCP-XXXX-XXXX: a number for everybody, with or without an NHS number."""
    letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in world.entropy(8))
    return f"SCP-{letters[:4]}-{letters[4:]}"


def keep_account(
    tx: Transaction, who: Who, *, kind: str, email: str, password_hash: str | None, at: datetime
) -> None:
    """Raises EmailInUse."""
    try:
        new_account(
            tx,
            UUID(who.account_id),
            kind=kind,
            email=folded_email(email),
            name=who.name,
            title=who.title,
            password_hash=password_hash,
            at=at,
        )
    except Taken:
        raise EmailInUse from None


def make_team(
    world: World, *, name: str, organisation: str, ods: str, phone: str | None, at: datetime
) -> UUID:
    """A team of a hospital; by command or seed only."""
    team_id = world.new_id()
    with world.store.begin() as tx:
        new_team(tx, team_id, name=name, organisation=organisation, ods=ods, phone=phone, at=at)
    return team_id


def new_second_factor(world: World) -> str:
    """A fresh secret to show as a QR; it counts only once a code made with it has come back."""
    return second_factor.new_secret(world.entropy)


def is_secret(text: str) -> bool:
    """Whether this looks like a secret of ours; it comes back from the page with the code."""
    return _SECRET.fullmatch(text) is not None


def second_factor_address(secret: str, *, email: str, brand: str) -> str:
    """What the QR of the set-up page holds, for the person's app."""
    return second_factor.uri(secret, account=email, issuer=brand)


def email_of(world: World, *, by: Who) -> str:
    """Blank for an account that came to be without one."""
    with world.store.read() as tx:
        account = account_of(tx, UUID(by.account_id)) if by.known else None
    if account is None:
        raise NotAllowed
    return "" if account.email.endswith(NO_ADDRESS) else account.email


def set_second_factor(
    world: World, *, by: Who, secret: str, code: str, at: datetime, token: str | None = None
) -> str | None:
    """Keep the secret after seeing that the person's app makes the right codes.

    With the session's `token`, gives the token under which it goes on as two-factor. Raises
    WrongCode, NotSure, NotAllowed, and SecondStepFirst when there is a second step already, an app
    or a passkey, and it was not given: whoever stole a password must not be able to put their own
    phone in its place. Its owner is told by letter of what was done in a session.
    """
    if not by.known:
        raise NotAllowed
    account_id = UUID(by.account_id)
    count_try(world, f"second-factor:{account_id}", at=at)
    with world.store.begin() as tx:
        must_be_able_to_change(tx, by=by, first=True)
        if token is not None:
            must_be_sure(tx, by=by, token=token, at=at)
        step = second_factor.check(secret, code, now=at) if is_secret(secret) else None
        if step is None:
            raise WrongCode
        set_totp(tx, account_id, secret, since=at)
        use_totp_step(tx, account_id, step)
        what = {"account": by.account_id}
        append(tx, AuditEvent(Kind.SECOND_FACTOR_SET, at, actor(by), by.patient_id, what))
        if token is None:
            return None
        tell_the_owner(tx, APP_SET, account_id, at=at)
        return begin_two_factor(world, tx, account_id, at=at, old_token=token)
