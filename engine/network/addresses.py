"""Which addresses may be connected to: a URL of others must not reach what only this machine can reach."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

# Where clouds answer about the machine itself, with its keys. Refused even where private addresses are allowed;
# 168.63.129.16 (Azure) is a public address by number.
_METADATA = {
    ip_address(text)
    for text in (
        "169.254.169.254",
        "169.254.170.2",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd20:ce::254",
    )
}
_NAT64 = ip_network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are the IPv4 address that is meant."""
_LOCAL_NAT64 = ip_network("64:ff9b:1::/48")
_SHARED = ip_network("100.64.0.0/10")
"""RFC 6598: between a provider and its customers; Python calls it neither private nor global."""
_UNIQUE_LOCAL = ip_network("fc00::/7")
_PRIVATE_V4 = [ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


def kind_refused(text: str, *, allow_private: bool = False) -> str | None:
    """Why an address may not be connected to, as the name of its kind; None when it may.

    An IPv6 address that stands for an IPv4 one (mapped, NAT64, 6to4, Teredo) is judged by both.
    """
    address = ip_address(text)
    # What is meant goes first: releases of Python differ in what they say of 6to4 and Teredo themselves.
    for each in (*_meant_by(address), address):
        kind = _kind(each)
        if kind is not None and not (allow_private and kind in {"private", "loopback"}):
            return kind
    return None


def _meant_by(address: Address) -> Iterator[IPv4Address]:
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)


def _kind(address: Address) -> str | None:
    if isinstance(address, IPv6Address) and (address.ipv4_mapped is not None or address in _NAT64):
        return None  # judged by the address that it stands for
    if address in _METADATA:
        return "metadata"
    if address.is_unspecified:
        return "unspecified"
    if address.is_loopback:
        return "loopback"
    if address.is_link_local:
        return "link-local"
    if address.is_multicast:
        return "multicast"
    if _is_private(address):
        return "private"
    # Documentation, benchmarking, broadcast, local NAT64: whatever is not for the public internet.
    if address.is_reserved or not address.is_global or address in _LOCAL_NAT64:
        return "reserved"
    return None


def _is_private(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return address in _SHARED or any(address in network for network in _PRIVATE_V4)
    return address in _UNIQUE_LOCAL or address.is_site_local
