# SPDX-License-Identifier: Apache-2.0
"""What a call can fail with. Every class is a `ProfferError`; catch the ones that you can do something about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

DOMAIN = "proffer.dev"


@dataclass(frozen=True)
class FieldViolation:
    """One field of a request that breaks its rule.

    Attributes:
        field: its path, such as "cart.lines[0].quantity".
        description: what would be right.
    """

    field: str
    description: str


class ProfferError(Exception):
    """A call that failed.

    Attributes:
        code: the name of the gRPC status, such as "NOT_FOUND".
        reason: why, as a name of proffer.common.v1.ErrorReason without its prefix, such as "UNKNOWN_ITEM";
            empty when the failure did not come from Proffer, such as a connection that broke.
        message: one sentence for a developer.
        fields: the fields that are wrong; only for bad input.
        metadata: names and ids that the failure is about.
        retry_after: when the server would like to be asked again, if it said so.
    """

    _code: ClassVar[str] = "UNKNOWN"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        reason: str = "",
        fields: tuple[FieldViolation, ...] = (),
        metadata: Mapping[str, str] | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        self.code = code or self._code
        self.reason = reason
        self.message = message
        self.fields = fields
        self.metadata = dict(metadata or {})
        self.retry_after = retry_after
        super().__init__(f"{self.code}{f' ({reason})' if reason else ''}: {message}")


class InvalidArgument(ProfferError):
    """The request breaks rules; `fields` names each field and what would be right."""

    _code = "INVALID_ARGUMENT"


class NotFound(ProfferError):
    """Nothing has this id."""

    _code = "NOT_FOUND"


class AlreadyExists(ProfferError):
    """An idempotency key was used before with another request."""

    _code = "ALREADY_EXISTS"


class FailedPrecondition(ProfferError):
    """The state of the thing forbids the call."""

    _code = "FAILED_PRECONDITION"


class ResourceExhausted(ProfferError):
    """A limit is reached: of a promotion, of a budget, of the size of a message, or of what the server can do now."""

    _code = "RESOURCE_EXHAUSTED"


class Unavailable(ProfferError):
    """The server, or a store behind it, is not reachable; repeated already where that is safe."""

    _code = "UNAVAILABLE"


class DeadlineExceeded(ProfferError):
    """The time that the call was given is over."""

    _code = "DEADLINE_EXCEEDED"


class Unauthenticated(ProfferError):
    """The call carries no token that the server trusts."""

    _code = "UNAUTHENTICATED"


class PermissionDenied(ProfferError):
    """The caller may not do this."""

    _code = "PERMISSION_DENIED"


class Unimplemented(ProfferError):
    """This server does not offer the rpc."""

    _code = "UNIMPLEMENTED"


class Cancelled(ProfferError):
    """The call was given up by the caller."""

    _code = "CANCELLED"


class Internal(ProfferError):
    """A bug in the server; `metadata["request_id"]` finds it in the log."""

    _code = "INTERNAL"


_KINDS: dict[str, type[ProfferError]] = {
    kind._code: kind
    for kind in (
        InvalidArgument,
        NotFound,
        AlreadyExists,
        FailedPrecondition,
        ResourceExhausted,
        Unavailable,
        DeadlineExceeded,
        Unauthenticated,
        PermissionDenied,
        Unimplemented,
        Cancelled,
        Internal,
    )
}


def from_rpc(error: grpc.RpcError) -> ProfferError:
    """The typed error behind what gRPC raises, from the blocking and from the asyncio API."""
    status = error.code()
    code = status.name if status is not None else "UNKNOWN"
    info = error_details_pb2.ErrorInfo()
    bad = error_details_pb2.BadRequest()
    retry = error_details_pb2.RetryInfo()
    retry_after: timedelta | None = None
    trailers: Iterable[tuple[str, str | bytes]] = error.trailing_metadata() or ()  # type: ignore[assignment]
    for key, value in trailers:
        if key != "grpc-status-details-bin" or not isinstance(value, bytes):
            continue
        try:
            for detail in status_pb2.Status.FromString(value).details:
                if detail.Is(info.DESCRIPTOR):
                    detail.Unpack(info)
                elif detail.Is(bad.DESCRIPTOR):
                    detail.Unpack(bad)
                elif detail.Is(retry.DESCRIPTOR):
                    detail.Unpack(retry)
                    retry_after = retry.retry_delay.ToTimedelta()
        except DecodeError:
            # Code and message say what went wrong; details that cannot be read are left out.
            pass
    return _KINDS.get(code, ProfferError)(
        error.details() or "",
        code=code,
        reason=info.reason if info.domain == DOMAIN else "",
        fields=tuple(FieldViolation(each.field, each.description) for each in bad.field_violations),
        metadata=info.metadata,
        retry_after=retry_after,
    )
