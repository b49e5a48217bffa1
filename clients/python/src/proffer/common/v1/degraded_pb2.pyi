from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DegradedCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEGRADED_CAUSE_UNSPECIFIED: _ClassVar[DegradedCause]
    DEGRADED_CAUSE_UNAVAILABLE: _ClassVar[DegradedCause]
    DEGRADED_CAUSE_DEADLINE: _ClassVar[DegradedCause]
    DEGRADED_CAUSE_CIRCUIT_OPEN: _ClassVar[DegradedCause]
    DEGRADED_CAUSE_NOT_LOADED: _ClassVar[DegradedCause]
    DEGRADED_CAUSE_FAILED: _ClassVar[DegradedCause]
    DEGRADED_CAUSE_OVERLOAD: _ClassVar[DegradedCause]
DEGRADED_CAUSE_UNSPECIFIED: DegradedCause
DEGRADED_CAUSE_UNAVAILABLE: DegradedCause
DEGRADED_CAUSE_DEADLINE: DegradedCause
DEGRADED_CAUSE_CIRCUIT_OPEN: DegradedCause
DEGRADED_CAUSE_NOT_LOADED: DegradedCause
DEGRADED_CAUSE_FAILED: DegradedCause
DEGRADED_CAUSE_OVERLOAD: DegradedCause

class Degraded(_message.Message):
    __slots__ = ("coverage", "reasons", "model_version", "feature_age_ms")
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    FEATURE_AGE_MS_FIELD_NUMBER: _ClassVar[int]
    coverage: float
    reasons: _containers.RepeatedCompositeFieldContainer[DegradedReason]
    model_version: str
    feature_age_ms: int
    def __init__(self, coverage: _Optional[float] = ..., reasons: _Optional[_Iterable[_Union[DegradedReason, _Mapping]]] = ..., model_version: _Optional[str] = ..., feature_age_ms: _Optional[int] = ...) -> None: ...

class DegradedReason(_message.Message):
    __slots__ = ("part", "cause", "fallback", "detail")
    PART_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FALLBACK_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    part: str
    cause: DegradedCause
    fallback: str
    detail: str
    def __init__(self, part: _Optional[str] = ..., cause: _Optional[_Union[DegradedCause, str]] = ..., fallback: _Optional[str] = ..., detail: _Optional[str] = ...) -> None: ...
