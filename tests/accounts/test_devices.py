"""A person must know their own phone by its name in the list, whatever its browser says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careplan.accounts.devices import UNKNOWN, device_of, every_device

_KIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_PHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {_KIT}"
_DROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (f"{_WINDOWS} Chrome/140.0.0.0 Safari/537.36", "Chrome on a Windows computer"),
        (f"{_WINDOWS} Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge on a Windows computer"),
        (f"{_PHONE} Version/18.0 Mobile/15E148 Safari/604.1", "Safari on an iPhone"),
        (f"{_PHONE} CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome on an iPhone"),
        (
            f"{_DROID} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
            "Samsung Internet on an Android phone or tablet",
        ),
        (
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
            "Firefox on a Linux computer",
        ),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_KIT} Safari/605.1.15",
            "Safari on a Mac",
        ),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541) Chrome/140.0 Safari/537.36",
            "Chrome on a Chromebook",
        ),
        ("Something new on an iPad", "An iPad"),
        ("", UNKNOWN),
    ],
)
def test_a_device_is_said_in_words(said: str, words: str) -> None:
    assert device_of(said) == words


@given(st.text(max_size=80))
def test_nothing_of_what_was_sent_comes_back(said: str) -> None:
    assert device_of(said) in every_device()
