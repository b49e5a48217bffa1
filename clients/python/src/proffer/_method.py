# SPDX-License-Identifier: Apache-2.0
"""An rpc and the types of its messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)


@dataclass(frozen=True)
class _Method(Generic[Request, Response]):
    path: str
    request: type[Request]
    response: type[Response]


class UnaryUnary(_Method[Request, Response]):
    """One request, one reply."""


class UnaryStream(_Method[Request, Response]):
    """One request, a stream of replies."""


class StreamUnary(_Method[Request, Response]):
    """A stream of requests, one reply."""


class StreamStream(_Method[Request, Response]):
    """A stream of requests, a stream of replies."""
