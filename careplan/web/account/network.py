"""From where somebody asks, as far as a counter may know: never a whole address, never kept."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_PREFIX = {4: 24, 6: 64}
NOWHERE = "nowhere"


def network_of(address: str | None) -> str:
    """The network that a household, a clinic or a part of a telephone company shares."""
    try:
        found: IPv4Address | IPv6Address = ip_address((address or "").partition("%")[0])
    except ValueError:
        return NOWHERE
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ip_network(f"{found}/{_PREFIX[found.version]}", strict=False))
