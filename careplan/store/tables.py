"""The whole schema on one page, and the closed list of columns that are kept in clear.

Whatever belongs to a person has keys beginning with the person's id, so that the database can be
spread by person. What is not in `CLEAR` is sealed: a test holds every column to one or the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    false,
    text,
    true,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect


class Moment(TypeDecorator[datetime]):
    """A point in time, in UTC on every database; one without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a point in time must say its zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class NoneFirst(TypeDecorator[date]):
    """A date or nothing, where nothing is kept as the first of all days."""

    impl = Date
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> date:
        return date.min if value is None else value

    def process_result_value(self, value: date | None, dialect: Dialect) -> date | None:
        return None if value in {None, date.min} else value


class NoneLast(TypeDecorator[date]):
    """A date or nothing, where nothing is kept as the last of all days.

    The two databases disagree on where NULL sorts, and one index must serve the team's list.
    """

    impl = Date
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> date:
        return date.max if value is None else value

    def process_result_value(self, value: date | None, dialect: Dialect) -> date | None:
        return None if value in {None, date.max} else value


class Sealed(LargeBinary):
    """Bytes from `keys.envelope.seal`, and never anything else."""


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _patient(**more: Any) -> Column[Any]:
    return Column("patient_id", Uuid, ForeignKey("patient.patient_id"), primary_key=True, **more)


# --- people who work with plans, and their teams ---------------------------------------------

team = Table(
    "team",
    metadata,
    Column("team_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("ods", Text),
    Column("phone", Text),
    Column("created_at", Moment, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("data_key", LargeBinary),
    Column("master_id", Text, index=True),
    Column("email_hash", LargeBinary, nullable=False),
    Column("password_hash", Text),
    Column("last_totp_step", BigInteger),
    Column("second_factor_since", Moment),
    Column("failures", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("password_changed_at", Moment),
    Column("profile", Sealed, nullable=False),
    Column("totp_secret", Sealed),
    UniqueConstraint("email_hash"),
)

membership = Table(
    "membership",
    metadata,
    Column("account_id", Uuid, ForeignKey("account.account_id"), primary_key=True),
    Column("team_id", Uuid, ForeignKey("team.team_id"), primary_key=True, index=True),
    Column("role", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("verified_at", Moment),
    Column("verified_by", Uuid),
    # Who entered the member: somebody else must check the registration.
    Column("entered_by", Uuid),
    Column("registration", Sealed),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.account_id"), index=True),
    Column("created_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False, index=True),
    Column("second_factor_at", Moment),
    # What a person who ends one of their sessions names it by: its hash is no business of a page.
    Column("session_id", Uuid, unique=True),
    Column("data", Sealed, nullable=False),
)

passkey = Table(
    "passkey",
    metadata,
    Column("credential_hash", LargeBinary, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False, index=True),
    Column("made_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Column("sign_count", BigInteger, nullable=False),
    Column("body", Sealed, nullable=False),
)

# The two halves of signing in by a passkey or at another provider: made, used once, or over.
ceremony = Table(
    "ceremony",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("account_id", Uuid, ForeignKey("account.account_id")),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("body", Sealed, nullable=False),
)

outside_identity = Table(
    "outside_identity",
    metadata,
    Column("subject_hash", LargeBinary, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("linked_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Column("body", Sealed, nullable=False),
)

# Given by hand to somebody who lost their way in, after they have shown who they are.
recovery_code = Table(
    "recovery_code",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False, index=True),
    Column("made_by", Uuid, ForeignKey("account.account_id")),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("used_at", Moment),
)

# Made by nobody of the team: by a command of whoever runs the service.
staff_invitation = Table(
    "staff_invitation",
    metadata,
    Column("invitation_id", Uuid, primary_key=True),
    Column("code_hash", LargeBinary, nullable=False, unique=True),
    Column("team_id", Uuid, ForeignKey("team.team_id"), nullable=False, index=True),
    Column("made_by", Uuid, ForeignKey("account.account_id")),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("used_at", Moment),
    Column("used_by", Uuid),
    Column("withdrawn_at", Moment),
    Column("body", Sealed, nullable=False),
)

# --- the person ------------------------------------------------------------------------------

DESK_LISTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "never_signed": ("signed_at IS NULL",) * 2,
        "answer_pending": ("answer_pending IS 1", "answer_pending IS true"),
        "changed": ("changed_since_signed IS 1", "changed_since_signed IS true"),
        "dose_stopped": ("dose_stopped IS 1", "dose_stopped IS true"),
        "unlinked": ("unlinked IS 1", "unlinked IS true"),
        "disagreed": ("disagreed IS 1", "disagreed IS true"),
        "waiting": ("waiting_for_team IS 1", "waiting_for_team IS true"),
        "signer_left": ("signer_left_at IS NOT NULL",) * 2,
    }
)
"""Who stands in each list of the desk, as SQLite and PostgreSQL spell it: an index holds only
them, in the order of the list, so that neither a page nor a count looks at anybody else."""


def _desk_list(name: str, kept: tuple[str, str]) -> Index:
    sqlite, postgresql = (text(one) for one in kept)
    # Its own column comes last: SQLite would look at the row for it even so.
    columns = ("team_id", "due_on", "patient_id", kept[0].partition(" ")[0])
    return Index(f"ix_patient_{name}", *columns, sqlite_where=sqlite, postgresql_where=postgresql)


patient = Table(
    "patient",
    metadata,
    Column("patient_id", Uuid, primary_key=True),
    Column("team_id", Uuid, ForeignKey("team.team_id")),
    Column("state", Text, nullable=False),
    Column("data_key", LargeBinary),
    Column("master_id", Text, index=True),
    Column("created_at", Moment, nullable=False),
    Column("current_version", Integer),
    Column("review_due", NoneFirst, nullable=False),
    Column("valid_to", Date),
    Column("signed_at", Moment),
    Column("answer_pending", Boolean, nullable=False),
    Column("changed_since_signed", Boolean, nullable=False),
    Column("dose_stopped", Boolean, nullable=False),
    Column("tell_opened", Boolean, nullable=False, server_default=false()),
    Column("face", Sealed),
    # What the desk's lists are made of; each has an index of its own below.
    Column("due_on", NoneLast, nullable=False, server_default="9999-12-31"),
    Column("next_due", NoneLast, nullable=False, server_default="9999-12-31"),
    Column("unlinked", Boolean, nullable=False, server_default=false()),
    Column("disagreed", Boolean, nullable=False, server_default=false()),
    Column("waiting_for_team", Boolean, nullable=False, server_default=false()),
    Column("signed_by", Uuid),
    Column("signer_left_at", Moment),
    Column("card_has_room", Boolean, nullable=False, server_default=true()),
    Column("erased_at", Moment),
    # The team that takes over, while a handover lasts.
    Column("next_team_id", Uuid),
    # What other systems search by, and whether theirs may: closed until the person's plan is
    # published or they say so, because a consent is sealed and cannot be asked of many at once.
    Column("published_at", Moment),
    Column("open_to_ambulance", Boolean, nullable=False, server_default=false()),
    Column("open_to_gp", Boolean, nullable=False, server_default=false()),
    Column("open_to_emergency", Boolean, nullable=False, server_default=false()),
    Index("ix_patient_published", "team_id", "published_at", "patient_id"),
    Index(
        "ix_patient_next_team",
        "next_team_id",
        "patient_id",
        sqlite_where=text("next_team_id IS NOT NULL"),
        postgresql_where=text("next_team_id IS NOT NULL"),
    ),
    Index("ix_patient_due", "team_id", "due_on", "patient_id"),
    Index("ix_patient_next", "team_id", "next_due", "patient_id"),
    *(_desk_list(name, kept) for name, kept in DESK_LISTS.items()),
    Index(
        "ix_patient_signed_by",
        "signed_by",
        sqlite_where=text("signed_by IS NOT NULL"),
        postgresql_where=text("signed_by IS NOT NULL"),
    ),
)

# Not spread by person: it is what finds the person. Keep it small.
directory = Table(
    "directory",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
    Column("patient_id", Uuid, ForeignKey("patient.patient_id"), nullable=False),
    Column("target", Uuid),
    Index(None, "patient_id", "kind"),
    sqlite_with_rowid=False,
)

search_word = Table(
    "search_word",
    metadata,
    _patient(),
    Column("team_id", Uuid, ForeignKey("team.team_id"), primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
    Index(None, "team_id", "hash", "patient_id"),
    sqlite_with_rowid=False,
)

account_patient = Table(
    "account_patient",
    metadata,
    _patient(),
    Column("account_id", Uuid, ForeignKey("account.account_id"), primary_key=True, index=True),
    Column("relation", Text, nullable=False),
    Column("since", Moment, nullable=False),
)

# Lives for minutes and is found by its hash alone, so it is not spread by person either.
clinic_code = Table(
    "clinic_code",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("patient_id", Uuid, ForeignKey("patient.patient_id"), nullable=False, index=True),
    Column("made_by", Uuid, ForeignKey("account.account_id"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("used_by", Uuid, ForeignKey("account.account_id")),
    Column("used_at", Moment),
)

# --- the plan --------------------------------------------------------------------------------

section_draft = Table(
    "section_draft",
    metadata,
    _patient(),
    Column("section", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("updated_by", Uuid),
    Column("by_name", Sealed, nullable=False),
    Column("body", Sealed, nullable=False),
)

signature = Table(
    "signature",
    metadata,
    _patient(),
    Column("signature_id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("signed_at", Moment, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("stopped_at", Moment),
    Column("clinical_sha256", LargeBinary, nullable=False),
    Column("clinical", Sealed, nullable=False),
    Column("signer", Sealed, nullable=False),
    Index(
        "ix_signature_one_live",
        "patient_id",
        unique=True,
        sqlite_where=text("state = 'live'"),
        postgresql_where=text("state = 'live'"),
    ),
)

plan_version = Table(
    "plan_version",
    metadata,
    _patient(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("published_at", Moment, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("emergency_id", Uuid, nullable=False),
    Column("signature_id", Uuid),
    Column("record_sha256", LargeBinary, nullable=False),
    Column("emergency_sha256", LargeBinary, nullable=False),
    Column("head", Sealed, nullable=False),
    Column("record", Sealed, nullable=False),
    Column("emergency", Sealed, nullable=False),
    ForeignKeyConstraint(
        ["patient_id", "signature_id"], ["signature.patient_id", "signature.signature_id"]
    ),
)

rendition = Table(
    "rendition",
    metadata,
    Column("patient_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("link_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("layout", Text, primary_key=True),
    Column("made_at", Moment, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("body", Sealed, nullable=False),
    ForeignKeyConstraint(
        ["patient_id", "version"], ["plan_version.patient_id", "plan_version.number"]
    ),
)

# --- links -----------------------------------------------------------------------------------

link = Table(
    "link",
    metadata,
    _patient(),
    Column("link_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("opening", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("replaced_by", Uuid),
    Column("expires_at", Moment),
    Column("max_views", Integer),
    Column("direct", Boolean, nullable=False, server_default=false()),
    Column("views", Integer, nullable=False),
    Column("distinct_wrong", Integer, nullable=False),
    Column("next_try_at", Moment),
    Column("told_at", Moment),
    Column("locked_at", Moment),
    # When the person saw that warning; when it was last opened, or saved as a picture.
    Column("seen_at", Moment),
    Column("last_view_at", Moment),
    Column("pictured_at", Moment),
    # Apart from the secrets, because sealing compresses: words somebody chose must not share a
    # length with a key.
    Column("label", Sealed, nullable=False),
    Column("secrets", Sealed, nullable=False),
)

wrong_answer = Table(
    "wrong_answer",
    metadata,
    Column("patient_id", Uuid, primary_key=True),
    Column("link_id", Uuid, primary_key=True),
    Column("answer_hash", LargeBinary, primary_key=True),
    ForeignKeyConstraint(["patient_id", "link_id"], ["link.patient_id", "link.link_id"]),
    sqlite_with_rowid=False,
)

link_file = Table(
    "link_file",
    metadata,
    Column("patient_id", Uuid, primary_key=True),
    Column("link_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("last_updated", Moment, nullable=False),
    Column("jwe", Text, nullable=False),
    Column("jwe_zipped", Text, nullable=False),
    ForeignKeyConstraint(["patient_id", "link_id"], ["link.patient_id", "link.link_id"]),
)

# What the person asked their team to do: post a new card.
errand = Table(
    "errand",
    metadata,
    _patient(),
    Column("errand_id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("body", Sealed, nullable=False),
)

# --- signed cards ----------------------------------------------------------------------------

# The service's own. A key that signs no more has no private part left.
card_key = Table(
    "card_key",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("retired_at", Moment),
    Column("public_jwk", Text, nullable=False),
    Column("secret", Sealed),
    Index(
        "ix_card_key_one_signs",
        "state",
        unique=True,
        sqlite_where=text("state = 'signs'"),
        postgresql_where=text("state = 'signs'"),
    ),
)

# A card's own name for revocation, `rid`, is a keyed hash: it tells nothing of whose it is.
issued_card = Table(
    "issued_card",
    metadata,
    Column("patient_id", Uuid, primary_key=True),
    Column("link_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kid", Text, ForeignKey("card_key.kid"), primary_key=True),
    Column("rid", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("good_until", Date, nullable=False),
    Column("revoked_at", Moment),
    Column("body", Sealed, nullable=False),
    ForeignKeyConstraint(["patient_id", "link_id"], ["link.patient_id", "link.link_id"]),
    ForeignKeyConstraint(
        ["patient_id", "version"], ["plan_version.patient_id", "plan_version.number"]
    ),
    Index(
        "ix_issued_card_revoked",
        "kid",
        "rid",
        sqlite_where=text("revoked_at IS NOT NULL"),
        postgresql_where=text("revoked_at IS NOT NULL"),
    ),
)

# --- what was done ---------------------------------------------------------------------------

trail_head = Table(
    "trail_head",
    metadata,
    _patient(),
    Column("sequence", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

audit_event = Table(
    "audit_event",
    metadata,
    Column("patient_id", Uuid, ForeignKey("trail_head.patient_id"), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("body", Sealed, nullable=False),
)

service_head = Table(
    "service_head",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

service_event = Table(
    "service_event",
    metadata,
    Column("chain", Text, ForeignKey("service_head.chain"), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("body", Sealed, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("patient_id", Uuid, ForeignKey("patient.patient_id"), index=True),
    Column("kind", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("body", Sealed, nullable=False),
    Index(None, "sent_at", "due_at"),
)

counter = Table(
    "counter",
    metadata,
    Column("scope_hash", LargeBinary, primary_key=True),
    Column("window_start", Moment, primary_key=True, index=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# --- the person's alone ----------------------------------------------------------------------

private_note = Table(
    "private_note",
    metadata,
    _patient(),
    Column("note_id", Uuid, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("body", Sealed, nullable=False),
)

photo = Table(
    "photo",
    metadata,
    _patient(),
    Column("updated_at", Moment, nullable=False),
    Column("body", Sealed, nullable=False),
)

kept_phone = Table(
    "kept_phone",
    metadata,
    _patient(),
    Column("phone_id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("kept_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("forgotten_at", Moment),
    Column("name", Sealed, nullable=False),
)

notice_choice = Table(
    "notice_choice",
    metadata,
    _patient(),
    Column("account_id", Uuid, ForeignKey("account.account_id"), primary_key=True),
    Column("body", Sealed, nullable=False),
)

notice_sent = Table(
    "notice_sent",
    metadata,
    _patient(),
    Column("reference", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

notice_due = Table(
    "notice_due",
    metadata,
    _patient(),
    Column("due_on", Date, primary_key=True),
    Column("at", Moment, nullable=False),
)

# --- lists of people to invite ---------------------------------------------------------------

# Nobody's yet: whoever is on such a list gets a key of their own when their plan is made.
invitation_batch = Table(
    "invitation_batch",
    metadata,
    Column("batch_id", Uuid, primary_key=True),
    Column("team_id", Uuid, ForeignKey("team.team_id"), nullable=False),
    Column("made_by", Uuid, ForeignKey("account.account_id"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Index(None, "team_id", "made_at"),
)

invitation_row = Table(
    "invitation_row",
    metadata,
    Column("batch_id", Uuid, ForeignKey("invitation_batch.batch_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("made_patient", Uuid, index=True),
    Column("body", Sealed, nullable=False),
    Index(None, "batch_id", "state", "number"),
)

# What the person has agreed to: `sequence` is the number of the deed in their trail.
consent = Table(
    "consent",
    metadata,
    _patient(),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("body", Sealed, nullable=False),
)

# --- what the two sides say to each other ----------------------------------------------------

thread = Table(
    "thread",
    metadata,
    _patient(),
    Column("thread_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("waiting_for", Text),
    Column("began_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("stands", Boolean, nullable=False),
    Column("body", Sealed, nullable=False),
)

thread_entry = Table(
    "thread_entry",
    metadata,
    Column("patient_id", Uuid, primary_key=True),
    Column("thread_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("side", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("body", Sealed, nullable=False),
    ForeignKeyConstraint(["patient_id", "thread_id"], ["thread.patient_id", "thread.thread_id"]),
)

thread_seen = Table(
    "thread_seen",
    metadata,
    Column("patient_id", Uuid, primary_key=True),
    Column("thread_id", Uuid, primary_key=True),
    Column("side", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    ForeignKeyConstraint(["patient_id", "thread_id"], ["thread.patient_id", "thread.thread_id"]),
)

# --- who else may act for the person ----------------------------------------------------------

carer_grant = Table(
    "carer_grant",
    metadata,
    _patient(),
    Column("grant_id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("body", Sealed, nullable=False),
)

# Like the codes of the clinic: lives for minutes, is found by its hash alone.
carer_code = Table(
    "carer_code",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("patient_id", Uuid, ForeignKey("patient.patient_id"), nullable=False, index=True),
    Column("made_by", Uuid, ForeignKey("account.account_id"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("used_by", Uuid, ForeignKey("account.account_id")),
    Column("used_at", Moment),
    Column("terms", Sealed, nullable=False),
)

# What a person says is wrong in the medical part: it stands beside it, and changes nothing.
annotation = Table(
    "annotation",
    metadata,
    _patient(),
    Column("annotation_id", Uuid, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    Column("answered_at", Moment),
    Column("body", Sealed, nullable=False),
)

# Deeds written down while no primary database answered, and since taken into the trail.
replayed = Table(
    "replayed",
    metadata,
    Column("entry_hash", LargeBinary, primary_key=True),
    Column("at", Moment, nullable=False),
)

quiet_note = Table(
    "quiet_note",
    metadata,
    _patient(),
    Column("note_id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("body", Sealed, nullable=False),
)

handover = Table(
    "handover",
    metadata,
    _patient(),
    Column("move_on", Date, nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("body", Sealed, nullable=False),
)

# --- visits, and whether they were fair -------------------------------------------------------

visit = Table(
    "visit",
    metadata,
    _patient(),
    Column("visit_id", Uuid, primary_key=True),
    Column("begun_at", Moment, nullable=False),
    Column("shown_until", Moment, nullable=False, index=True),
    Column("stage", Text, nullable=False),
    Column("tells_team", Boolean, nullable=False),
    Column("body", Sealed, nullable=False),
)

visit_tap = Table(
    "visit_tap",
    metadata,
    _patient(),
    Column("tap_id", Uuid, primary_key=True),
    Column("visit_id", Uuid, nullable=False),
    Column("heard_at", Moment, nullable=False),
    Column("body", Sealed, nullable=False),
    ForeignKeyConstraint(["patient_id", "visit_id"], ["visit.patient_id", "visit.visit_id"]),
)

# A phone that may say "I'm going in" without signing in, and can read nothing.
tapping_phone = Table(
    "tapping_phone",
    metadata,
    _patient(),
    Column("phone_id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("forgotten_at", Moment),
    Column("name", Sealed, nullable=False),
)

department_reply = Table(
    "department_reply",
    metadata,
    _patient(),
    Column("opening_id", Uuid, primary_key=True),
    Column("link_id", Uuid),
    Column("version", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("seen_at", Moment),
    Column("seen_by_team_at", Moment),
    Column("body", Sealed, nullable=False),
)
# What a team has not seen yet, found without looking at all that it ever saw.
Index(
    "ix_department_reply_news",
    department_reply.c.patient_id,
    sqlite_where=department_reply.c.seen_by_team_at.is_(None),
    postgresql_where=department_reply.c.seen_by_team_at.is_(None),
)

visit_report = Table(
    "visit_report",
    metadata,
    _patient(),
    Column("report_id", Uuid, primary_key=True),
    Column("visit_id", Uuid),
    Column("given_at", Moment, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("withdrawn_at", Moment),
    Column("entered_by", Uuid),
    Column("for_team", Boolean, nullable=False),
    Column("read_by_team_at", Moment),
    Column("document", Sealed),
)
# One visit has one report; a second is the first one changed.
Index(
    "ix_visit_report_one_a_visit",
    visit_report.c.patient_id,
    visit_report.c.visit_id,
    unique=True,
    sqlite_where=visit_report.c.withdrawn_at.is_(None),
    postgresql_where=visit_report.c.withdrawn_at.is_(None),
)

equality = Table(
    "equality",
    metadata,
    _patient(),
    Column("changed_at", Moment, nullable=False),
    Column("body", Sealed, nullable=False),
)

# Public facts that a trust loads: no person is in them.
hospital = Table(
    "hospital",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("town", Text),
    Column("closed_on", Date),
)

deprivation = Table(
    "deprivation",
    metadata,
    Column("postcode", Text, primary_key=True),
    Column("quintile", Integer, nullable=False),
)

# Sums that are published, with small numbers already held back.
measure_sheet = Table(
    "measure_sheet",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("worked_out_at", Moment, nullable=False),
    Column("body", Text, nullable=False),
)

# What somebody who answers for a measure has promised, in public.
measure_promise = Table(
    "measure_promise",
    metadata,
    Column("promise_id", Uuid, primary_key=True),
    Column("scope", Text, nullable=False, index=True),
    Column("public", Boolean, nullable=False),
    Column("measure", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("done_on", Date),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Uuid, nullable=False),
)

# --- other people's systems ------------------------------------------------------------------

# An organisation's computer, let in by a team's administrator. Nothing of a person is in these.
partner = Table(
    "partner",
    metadata,
    Column("partner_id", Uuid, primary_key=True),
    Column("team_id", Uuid, ForeignKey("team.team_id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("ods", Text),
    Column("purpose", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("jwks_url", Text),
    Column("jwks", Text),
    Column("jwks_fetched_at", Moment),
    Column("state", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Uuid, nullable=False),
    Column("last_used_at", Moment),
)

partner_token = Table(
    "partner_token",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("partner_id", Uuid, ForeignKey("partner.partner_id"), nullable=False, index=True),
    Column("scopes", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

# An assertion opens once: its name is kept until it would have run out by itself.
partner_assertion = Table(
    "partner_assertion",
    metadata,
    Column("partner_id", Uuid, ForeignKey("partner.partner_id"), primary_key=True),
    Column("jti_hash", LargeBinary, primary_key=True),
    Column("expires_at", Moment, nullable=False, index=True),
)

# --- what other systems brought ---------------------------------------------------------------

received = Table(
    "received",
    metadata,
    _patient(),
    Column("received_id", Uuid, primary_key=True),
    Column("partner_id", Uuid),
    Column("received_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("settled_at", Moment),
    Column("settled_by", Uuid),
    Column("facts", Sealed, nullable=False),
    Column("document", Sealed, nullable=False),
)
# What waits for the team, found without looking at all that ever came.
Index(
    "ix_received_waiting",
    received.c.patient_id,
    sqlite_where=received.c.state == "waiting",
    postgresql_where=received.c.state == "waiting",
)

# Came for somebody the team could not find: no person to keep it under, until one is found.
unplaced = Table(
    "unplaced",
    metadata,
    Column("received_id", Uuid, primary_key=True),
    Column("team_id", Uuid, ForeignKey("team.team_id"), nullable=False, index=True),
    Column("partner_id", Uuid, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("facts", Sealed, nullable=False),
    Column("document", Sealed, nullable=False),
)

# The same document sent twice is one; found by what its sender calls it.
received_key = Table(
    "received_key",
    metadata,
    Column("partner_id", Uuid, primary_key=True),
    Column("identifier_hash", LargeBinary, primary_key=True),
    Column("received_id", Uuid, nullable=False, index=True),
    Column("sha256", LargeBinary, nullable=False),
    Column("patient_id", Uuid),
    sqlite_with_rowid=False,
)

# --- the closed list -------------------------------------------------------------------------


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


CLEAR: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        # A team is an organisation, not a person: its name and telephone number are public.
        "team": _names("team_id name organisation ods phone created_at"),
        "account": _names(
            "account_id kind state data_key master_id email_hash password_hash last_totp_step "
            "second_factor_since failures created_at password_changed_at"
        ),
        "membership": _names(
            "account_id team_id role state since verified_at verified_by entered_by"
        ),
        "session": _names(
            "token_hash account_id created_at last_seen_at second_factor_at session_id"
        ),
        "passkey": _names("credential_hash account_id made_at last_used_at sign_count"),
        "ceremony": _names("token_hash kind account_id made_at expires_at"),
        "outside_identity": _names("subject_hash account_id kind linked_at last_used_at"),
        "recovery_code": _names("code_hash account_id made_by made_at expires_at used_at"),
        "staff_invitation": _names(
            "invitation_id code_hash team_id made_by made_at expires_at used_at used_by "
            "withdrawn_at"
        ),
        "annotation": _names("patient_id annotation_id at withdrawn_at answered_at"),
        "replayed": _names("entry_hash at"),
        "patient": _names(
            "patient_id team_id next_team_id state data_key master_id created_at current_version "
            "review_due valid_to signed_at answer_pending changed_since_signed dose_stopped "
            "tell_opened due_on next_due unlinked disagreed waiting_for_team signed_by "
            "signer_left_at card_has_room published_at open_to_ambulance open_to_gp "
            "open_to_emergency erased_at"
        ),
        "directory": _names("kind hash patient_id target"),
        "search_word": _names("patient_id team_id hash"),
        "account_patient": _names("patient_id account_id relation since"),
        "clinic_code": _names("code_hash patient_id made_by made_at expires_at used_by used_at"),
        "section_draft": _names("patient_id section revision updated_at updated_by"),
        "signature": _names(
            "patient_id signature_id state signed_at expires_on stopped_at clinical_sha256"
        ),
        "plan_version": _names(
            "patient_id number published_at record_id emergency_id signature_id record_sha256 "
            "emergency_sha256"
        ),
        "rendition": _names("patient_id version link_id kind layout made_at sha256"),
        "link": _names(
            "patient_id link_id kind opening created_at revoked_at replaced_by expires_at "
            "max_views direct views distinct_wrong next_try_at told_at locked_at seen_at "
            "last_view_at pictured_at"
        ),
        "wrong_answer": _names("patient_id link_id answer_hash"),
        # A link's files are ciphertext already, under a key that only the link holds.
        "link_file": _names(
            "patient_id link_id position version content_type last_updated jwe jwe_zipped"
        ),
        "errand": _names("patient_id errand_id state asked_at done_at"),
        # Every key's public part is published, and so is the name of every card taken back.
        "card_key": _names("kid state created_at retired_at public_jwk"),
        "issued_card": _names("patient_id link_id version kid rid made_at good_until revoked_at"),
        "notice_choice": _names("patient_id account_id"),
        "notice_sent": _names("patient_id reference account_id kind state at"),
        "notice_due": _names("patient_id due_on at"),
        "photo": _names("patient_id updated_at"),
        "kept_phone": _names(
            "patient_id phone_id account_id version kept_at expires_at last_seen_at forgotten_at"
        ),
        "private_note": _names("patient_id note_id revision updated_at"),
        "invitation_batch": _names("batch_id team_id made_by made_at state total"),
        "invitation_row": _names("batch_id number state made_patient"),
        "consent": _names("patient_id sequence at"),
        "thread": _names(
            "patient_id thread_id kind side state waiting_for began_at last_at entries stands"
        ),
        "thread_entry": _names("patient_id thread_id number side at"),
        "thread_seen": _names("patient_id thread_id side number"),
        "carer_grant": _names("patient_id grant_id account_id state since"),
        "carer_code": _names("code_hash patient_id made_by made_at expires_at used_by used_at"),
        "quiet_note": _names("patient_id note_id state at"),
        "handover": _names("patient_id move_on began_at"),
        "trail_head": _names("patient_id sequence digest"),
        "audit_event": _names("patient_id sequence at digest"),
        "service_head": _names("chain sequence digest"),
        "service_event": _names("chain sequence at digest"),
        "visit": _names("patient_id visit_id begun_at shown_until stage tells_team"),
        "visit_tap": _names("patient_id tap_id visit_id heard_at"),
        "tapping_phone": _names("patient_id phone_id account_id made_at last_seen_at forgotten_at"),
        "department_reply": _names(
            "patient_id opening_id link_id version at seen_at seen_by_team_at"
        ),
        "visit_report": _names(
            "patient_id report_id visit_id given_at revision withdrawn_at entered_by for_team "
            "read_by_team_at"
        ),
        "equality": _names("patient_id changed_at"),
        "hospital": _names("code name town closed_on"),
        "deprivation": _names("postcode quintile"),
        "measure_sheet": _names("scope worked_out_at body"),
        "measure_promise": _names(
            "promise_id scope public measure owner action due_on done_on made_at made_by"
        ),
        "partner": _names(
            "partner_id team_id name organisation ods purpose scopes jwks_url jwks jwks_fetched_at "
            "state made_at made_by last_used_at"
        ),
        "partner_token": _names("token_hash partner_id scopes made_at expires_at"),
        "partner_assertion": _names("partner_id jti_hash expires_at"),
        "received": _names(
            "patient_id received_id partner_id received_at state settled_at settled_by"
        ),
        "unplaced": _names("received_id team_id partner_id received_at"),
        "received_key": _names("partner_id identifier_hash received_id sha256 patient_id"),
        "outbox": _names("message_id patient_id kind created_at due_at sent_at attempts"),
        "counter": _names("scope_hash window_start count"),
    }
)
"""Ids, states, due dates, revisions, counters, times, hashes, wrapped keys and ciphertext only."""

NOT_BY_PERSON = _names(
    "team account membership session directory clinic_code carer_code card_key outbox service_head "
    "service_event counter invitation_batch invitation_row hospital deprivation measure_sheet "
    "measure_promise partner partner_token partner_assertion unplaced received_key passkey "
    "ceremony outside_identity recovery_code staff_invitation replayed"
)
"""Tables whose keys do not begin with a patient's id, each for the reason given at the table."""
