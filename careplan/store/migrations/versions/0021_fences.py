"""The end of a chain only moves on, and is never removed: neither by a statement of ours that is
wrong, nor by somebody who wants a shorter past.

What PostgreSQL holds back row by row and role by role is not a step of this ladder: `migrate`
brings it to what `store/policies.py` and `store/roles.py` say, whatever the schema it finds.
"""

from __future__ import annotations

from alembic import op

from careplan.store.migrations.freezing import forward_only

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    for table in ("trail_head", "service_head"):
        for statement in forward_only(table, "sequence", dialect=op.get_bind().dialect.name):
            op.execute(statement)
