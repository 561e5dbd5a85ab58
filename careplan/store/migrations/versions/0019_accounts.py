"""Ways into an account: passkeys, providers elsewhere, invitations, and back in from a clinic."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("account", sa.Column("password_changed_at", _WHEN))
    op.add_column("membership", sa.Column("entered_by", sa.Uuid()))
    with op.batch_alter_table("session") as session:
        session.add_column(sa.Column("session_id", sa.Uuid()))
        session.create_unique_constraint(op.f("uq_session_session_id"), ["session_id"])
    _passkey()
    _ceremony()
    _outside_identity()
    _recovery_code()
    _staff_invitation()


def _account(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["account.account_id"], name=op.f(f"fk_{table}_{column}")
    )


def _passkey() -> None:
    op.create_table(
        "passkey",
        sa.Column("credential_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", _WHEN, nullable=False),
        sa.Column("last_used_at", _WHEN, nullable=True),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _account("passkey", "account_id"),
        sa.PrimaryKeyConstraint("credential_hash", name=op.f("pk_passkey")),
    )
    op.create_index(op.f("ix_passkey_account_id"), "passkey", ["account_id"])


def _ceremony() -> None:
    op.create_table(
        "ceremony",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _account("ceremony", "account_id"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_ceremony")),
    )
    op.create_index(op.f("ix_ceremony_expires_at"), "ceremony", ["expires_at"])


def _outside_identity() -> None:
    op.create_table(
        "outside_identity",
        sa.Column("subject_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("linked_at", _WHEN, nullable=False),
        sa.Column("last_used_at", _WHEN, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _account("outside_identity", "account_id"),
        sa.PrimaryKeyConstraint("subject_hash", name=op.f("pk_outside_identity")),
    )
    op.create_index(op.f("ix_outside_identity_account_id"), "outside_identity", ["account_id"])


def _recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.Column("used_at", _WHEN, nullable=True),
        _account("recovery_code", "account_id"),
        _account("recovery_code", "made_by"),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"])
    op.create_index(op.f("ix_recovery_code_expires_at"), "recovery_code", ["expires_at"])


def _staff_invitation() -> None:
    op.create_table(
        "staff_invitation",
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.Column("used_at", _WHEN, nullable=True),
        sa.Column("used_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", _WHEN, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.team_id"], name=op.f("fk_staff_invitation_team_id")
        ),
        _account("staff_invitation", "made_by"),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_staff_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_staff_invitation_code_hash")),
    )
    op.create_index(op.f("ix_staff_invitation_team_id"), "staff_invitation", ["team_id"])
    op.create_index(op.f("ix_staff_invitation_expires_at"), "staff_invitation", ["expires_at"])
