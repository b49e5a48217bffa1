# SPDX-License-Identifier: Apache-2.0
"""What both clients share before a call: address, limits, retries, identity."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from ipaddress import ip_address
from urllib.parse import urlsplit

# A matrix of 10,000 rows is larger than the 4 MiB that gRPC takes by default.
_RECEIVED_BYTES_MAX = 64 << 20

USER_AGENT = "proffer-python/0.1.0"

TIMEOUT_SECONDS = 5.0
STREAM_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class Address:
    """Where a server is.

    Raises:
        ValueError: the text is not `http://host:port` or `https://host:port`.
    """

    target: str
    tls: bool
    loopback: bool

    @staticmethod
    def parse(text: str) -> Address:
        expected = f"address: {text!r} (expected http://host:port or https://host:port)"
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError as error:
            raise ValueError(expected) from error
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ValueError(expected)
        tls = parts.scheme == "https"
        host = parts.hostname
        shown = f"[{host}]" if ":" in host else host
        return Address(f"dns:///{shown}:{port or (443 if tls else 80)}", tls, _is_loopback(host))

    def may_carry_token(self) -> bool:
        """Whether nobody on the way can read a token."""
        return self.tls or self.loopback


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def service_config() -> str:
    """Which calls are repeated, and when: the same file for the clients of all languages."""
    return files("proffer").joinpath("service-config.json").read_text("utf-8")


def channel_options() -> list[tuple[str, str | int]]:
    return [
        ("grpc.service_config", service_config()),
        ("grpc.enable_retries", 1),
        ("grpc.primary_user_agent", USER_AGENT),
        ("grpc.max_receive_message_length", _RECEIVED_BYTES_MAX),
    ]


def check_token_way(address: Address, has_token: bool) -> None:
    if has_token and not address.may_carry_token():
        raise ValueError(f"token: would travel in clear to {address.target} (expected https:// or a loopback address)")
