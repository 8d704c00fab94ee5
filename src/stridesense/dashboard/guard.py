"""Who is served: no page of another site, under no name that is not ours.

A browser sends a page of any site to 127.0.0.1 as well. Its `Origin` gives it away, and where the site's name
was made to point here (DNS rebinding), the `Host`. An address instead of a name cannot be made to.
"""

import socket
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
SCHEMES: Final = frozenset({"http", "https"})

HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        "font-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Server": "stridesense",
    }
)
"""Headers of every answer: the page runs what we serve, and nothing else."""


class Guard:
    """Knows the names that the dashboard is reached by.

    Args:
        host: where it listens.
        allowed: more names, such as the one that a proxy in front of it has.
    """

    def __init__(self, host: str, allowed: Iterable[str] = ()) -> None:
        self._is_open = not is_loopback(host)
        own = {socket.gethostname(), f"{socket.gethostname()}.local"} if self._is_open else set()
        self._names = LOOPBACK_NAMES | {name.lower() for name in {host, *own, *allowed}}

    def knows(self, host: str) -> bool:
        """Whether a `Host` header names us."""
        name = _name(host)
        return name is not None and (name in self._names or (self._is_open and _is_address(name)))

    def is_ours(self, origin: str | None, host: str) -> bool:
        """Whether an `Origin` header names a page that we served under the same `Host`."""
        scheme, _, rest = (origin or "").partition("://")
        return scheme in SCHEMES and rest.lower() == host.lower() and self.knows(host)


def is_loopback(host: str) -> bool:
    """Whether who listens there is reached from this machine alone."""
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _name(host: str) -> str | None:
    """The name in a `Host` header, in lower case; None when it is not one."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    return parts.hostname if parts.netloc == host and "@" not in host else None
