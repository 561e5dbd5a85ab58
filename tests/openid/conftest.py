"""One provider for all tests of this room; it knows our site as it would in earnest."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest

from careplan.accounts.outside import Side
from careplan.acts.outside import Way
from careplan.acts.world import World
from tests.openid.provider import TWO_STEPS, There, running


@pytest.fixture
def world(world: World) -> World:
    """With true randomness: the provider remembers the notes that were shown to it, and a test that
    began as another did would show it the same ones."""
    return replace(world, entropy=secrets.token_bytes)


@pytest.fixture(scope="session")
def provider() -> Iterator[There]:
    with running() as there:
        yield there


@pytest.fixture(scope="session")
def nhs(provider: There) -> Way:
    return provider.way(Side.PEOPLE, provider.knows(Side.PEOPLE))


@pytest.fixture(scope="session")
def trust(provider: There) -> Way:
    return provider.way(Side.STAFF, provider.knows(Side.STAFF), second_factor=TWO_STEPS)
