"""The doors that are not FHIR's own: what each takes and answers, by the name of its route.

They stand in tables and not on the views, which stay short enough to read. A test holds each name
and method to the url map, and every door is asked for what is promised of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from careplan.web.describing.links import LINK_DOORS
from careplan.web.describing.pages import PAGE_DOORS
from careplan.web.describing.phones import PHONE_DOORS
from careplan.web.describing.public import PUBLIC_DOORS
from careplan.web.describing.reading import READING_DOORS
from careplan.web.describing.signing_in import SIGNING_IN_DOORS
from careplan.web.fhir_api.described import Description

DOORS: Mapping[str, tuple[Description, ...]] = MappingProxyType(
    {
        **LINK_DOORS,
        **PUBLIC_DOORS,
        **PHONE_DOORS,
        **PAGE_DOORS,
        **SIGNING_IN_DOORS,
        **READING_DOORS,
    }
)
