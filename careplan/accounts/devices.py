"""What somebody signed in on, in words they know it by: "Chrome on a Windows computer".

A browser says far more of itself than a person would recognise, and much of it is untrue. Only
what helps to tell one's own phone from another's is kept.
"""

from __future__ import annotations

UNKNOWN = "A phone or computer"
_LONGEST_LOOKED_AT = 512

# The first that fits, so that whoever also calls itself something else comes before that.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_DEVICES = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "an Android phone or tablet"),
    ("CrOS", "a Chromebook"),
    ("Windows", "a Windows computer"),
    ("Macintosh", "a Mac"),
    ("Linux", "a Linux computer"),
)


def device_of(user_agent: str) -> str:
    """What the page calls it; whatever is unknown is a phone or a computer."""
    said = user_agent[:_LONGEST_LOOKED_AT]
    browser = next((name for mark, name in _BROWSERS if mark in said), None)
    device = next((name for mark, name in _DEVICES if mark in said), None)
    if browser and device:
        return f"{browser} on {device}"
    return browser or (f"{device[0].upper()}{device[1:]}" if device else UNKNOWN)


def every_device() -> tuple[str, ...]:
    """All that can be said, for whoever checks or translates the words."""
    alone = tuple(f"{one[0].upper()}{one[1:]}" for _, one in _DEVICES)
    browsers = tuple(dict.fromkeys(name for _, name in _BROWSERS))
    both = tuple(f"{name} on {device}" for name in browsers for _, device in _DEVICES)
    return (UNKNOWN, *alone, *browsers, *both)
