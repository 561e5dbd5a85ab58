"""Paper: laid out before anybody signs, made once for a version and a link, served many times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from careplan.accounts.people import Who
from careplan.accounts.permissions import may_share
from careplan.acts.publishing_ground import current_of
from careplan.acts.sharing import NothingToShare, Shared, printed_link
from careplan.acts.world import World, actor, allowed_patient
from careplan.audit.events import AuditEvent, Kind
from careplan.plan.care_plan import Version
from careplan.render.card import Card, card_pdf, private_card
from careplan.render.paper import Sheet, page_pdf
from careplan.sharing.links import Kind as LinkKind
from careplan.store.renditions import Rendition, keep_rendition, rendition_of
from careplan.store.trail import append
