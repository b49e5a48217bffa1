from proffer.common.v1 import degraded_pb2 as _degraded_pb2
from proffer.featurestore.v1 import event_pb2 as _event_pb2
from proffer.featurestore.v1 import value_pb2 as _value_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WriteOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WRITE_OUTCOME_UNSPECIFIED: _ClassVar[WriteOutcome]
    WRITE_OUTCOME_APPLIED: _ClassVar[WriteOutcome]
    WRITE_OUTCOME_STALE: _ClassVar[WriteOutcome]
    WRITE_OUTCOME_REJECTED: _ClassVar[WriteOutcome]
    WRITE_OUTCOME_QUARANTINED: _ClassVar[WriteOutcome]

class IngestOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INGEST_OUTCOME_UNSPECIFIED: _ClassVar[IngestOutcome]
    INGEST_OUTCOME_ACCEPTED: _ClassVar[IngestOutcome]
    INGEST_OUTCOME_DUPLICATE: _ClassVar[IngestOutcome]
    INGEST_OUTCOME_REJECTED: _ClassVar[IngestOutcome]
WRITE_OUTCOME_UNSPECIFIED: WriteOutcome
WRITE_OUTCOME_APPLIED: WriteOutcome
WRITE_OUTCOME_STALE: WriteOutcome
WRITE_OUTCOME_REJECTED: WriteOutcome
WRITE_OUTCOME_QUARANTINED: WriteOutcome
INGEST_OUTCOME_UNSPECIFIED: IngestOutcome
INGEST_OUTCOME_ACCEPTED: IngestOutcome
INGEST_OUTCOME_DUPLICATE: IngestOutcome
INGEST_OUTCOME_REJECTED: IngestOutcome

class GetFeatureMatrixRequest(_message.Message):
    __slots__ = ("feature_set", "feature_set_hash", "context_entity_id", "candidate_ids", "max_age_ms", "request_features")
    class RequestFeaturesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _value_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_value_pb2.Value, _Mapping]] = ...) -> None: ...
    FEATURE_SET_FIELD_NUMBER: _ClassVar[int]
    FEATURE_SET_HASH_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_IDS_FIELD_NUMBER: _ClassVar[int]
    MAX_AGE_MS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FEATURES_FIELD_NUMBER: _ClassVar[int]
    feature_set: str
    feature_set_hash: str
    context_entity_id: str
    candidate_ids: _containers.RepeatedScalarFieldContainer[str]
    max_age_ms: int
    request_features: _containers.MessageMap[str, _value_pb2.Value]
    def __init__(self, feature_set: _Optional[str] = ..., feature_set_hash: _Optional[str] = ..., context_entity_id: _Optional[str] = ..., candidate_ids: _Optional[_Iterable[str]] = ..., max_age_ms: _Optional[int] = ..., request_features: _Optional[_Mapping[str, _value_pb2.Value]] = ...) -> None: ...

class GetFeatureMatrixResponse(_message.Message):
    __slots__ = ("feature_set_hash", "context", "candidates", "degraded")
    FEATURE_SET_HASH_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    feature_set_hash: str
    context: _containers.RepeatedCompositeFieldContainer[FeatureBlock]
    candidates: _containers.RepeatedCompositeFieldContainer[FeatureBlock]
    degraded: _degraded_pb2.Degraded
    def __init__(self, feature_set_hash: _Optional[str] = ..., context: _Optional[_Iterable[_Union[FeatureBlock, _Mapping]]] = ..., candidates: _Optional[_Iterable[_Union[FeatureBlock, _Mapping]]] = ..., degraded: _Optional[_Union[_degraded_pb2.Degraded, _Mapping]] = ...) -> None: ...

class FeatureBlock(_message.Message):
    __slots__ = ("feature_view", "schema_version", "features", "rows", "values_f32_le", "row_statuses", "null_bitmap", "event_times_unix_ms", "columns")
    FEATURE_VIEW_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    VALUES_F32_LE_FIELD_NUMBER: _ClassVar[int]
    ROW_STATUSES_FIELD_NUMBER: _ClassVar[int]
    NULL_BITMAP_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIMES_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    feature_view: str
    schema_version: int
    features: _containers.RepeatedScalarFieldContainer[str]
    rows: int
    values_f32_le: bytes
    row_statuses: bytes
    null_bitmap: bytes
    event_times_unix_ms: _containers.RepeatedScalarFieldContainer[int]
    columns: _containers.RepeatedCompositeFieldContainer[ValueColumn]
    def __init__(self, feature_view: _Optional[str] = ..., schema_version: _Optional[int] = ..., features: _Optional[_Iterable[str]] = ..., rows: _Optional[int] = ..., values_f32_le: _Optional[bytes] = ..., row_statuses: _Optional[bytes] = ..., null_bitmap: _Optional[bytes] = ..., event_times_unix_ms: _Optional[_Iterable[int]] = ..., columns: _Optional[_Iterable[_Union[ValueColumn, _Mapping]]] = ...) -> None: ...

class ValueColumn(_message.Message):
    __slots__ = ("feature", "values")
    FEATURE_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    feature: str
    values: _containers.RepeatedCompositeFieldContainer[_value_pb2.Value]
    def __init__(self, feature: _Optional[str] = ..., values: _Optional[_Iterable[_Union[_value_pb2.Value, _Mapping]]] = ...) -> None: ...

class GetOnlineFeaturesRequest(_message.Message):
    __slots__ = ("features", "entity_ids", "full_feature_names", "request_features")
    class RequestFeaturesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _value_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_value_pb2.Value, _Mapping]] = ...) -> None: ...
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    ENTITY_IDS_FIELD_NUMBER: _ClassVar[int]
    FULL_FEATURE_NAMES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FEATURES_FIELD_NUMBER: _ClassVar[int]
    features: _containers.RepeatedScalarFieldContainer[str]
    entity_ids: _containers.RepeatedScalarFieldContainer[str]
    full_feature_names: bool
    request_features: _containers.MessageMap[str, _value_pb2.Value]
    def __init__(self, features: _Optional[_Iterable[str]] = ..., entity_ids: _Optional[_Iterable[str]] = ..., full_feature_names: bool = ..., request_features: _Optional[_Mapping[str, _value_pb2.Value]] = ...) -> None: ...

class GetOnlineFeaturesResponse(_message.Message):
    __slots__ = ("feature_names", "results", "degraded")
    FEATURE_NAMES_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    feature_names: _containers.RepeatedScalarFieldContainer[str]
    results: _containers.RepeatedCompositeFieldContainer[FeatureVector]
    degraded: _degraded_pb2.Degraded
    def __init__(self, feature_names: _Optional[_Iterable[str]] = ..., results: _Optional[_Iterable[_Union[FeatureVector, _Mapping]]] = ..., degraded: _Optional[_Union[_degraded_pb2.Degraded, _Mapping]] = ...) -> None: ...

class FeatureVector(_message.Message):
    __slots__ = ("values", "statuses", "event_times_unix_ms")
    VALUES_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIMES_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedCompositeFieldContainer[_value_pb2.Value]
    statuses: _containers.RepeatedScalarFieldContainer[_value_pb2.RowStatus]
    event_times_unix_ms: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, values: _Optional[_Iterable[_Union[_value_pb2.Value, _Mapping]]] = ..., statuses: _Optional[_Iterable[_Union[_value_pb2.RowStatus, str]]] = ..., event_times_unix_ms: _Optional[_Iterable[int]] = ...) -> None: ...

class FeatureRow(_message.Message):
    __slots__ = ("feature_view", "entity_id", "event_time_unix_ms", "values")
    class ValuesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _value_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_value_pb2.Value, _Mapping]] = ...) -> None: ...
    FEATURE_VIEW_FIELD_NUMBER: _ClassVar[int]
    ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    feature_view: str
    entity_id: str
    event_time_unix_ms: int
    values: _containers.MessageMap[str, _value_pb2.Value]
    def __init__(self, feature_view: _Optional[str] = ..., entity_id: _Optional[str] = ..., event_time_unix_ms: _Optional[int] = ..., values: _Optional[_Mapping[str, _value_pb2.Value]] = ...) -> None: ...

class WriteFeaturesRequest(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[FeatureRow]
    def __init__(self, rows: _Optional[_Iterable[_Union[FeatureRow, _Mapping]]] = ...) -> None: ...

class WriteFeaturesResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[WriteResult]
    def __init__(self, results: _Optional[_Iterable[_Union[WriteResult, _Mapping]]] = ...) -> None: ...

class WriteResult(_message.Message):
    __slots__ = ("outcome", "reason")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    outcome: WriteOutcome
    reason: str
    def __init__(self, outcome: _Optional[_Union[WriteOutcome, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class StreamFeaturesRequest(_message.Message):
    __slots__ = ("sequence", "rows")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    rows: _containers.RepeatedCompositeFieldContainer[FeatureRow]
    def __init__(self, sequence: _Optional[int] = ..., rows: _Optional[_Iterable[_Union[FeatureRow, _Mapping]]] = ...) -> None: ...

class StreamFeaturesResponse(_message.Message):
    __slots__ = ("sequence", "results")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    results: _containers.RepeatedCompositeFieldContainer[WriteResult]
    def __init__(self, sequence: _Optional[int] = ..., results: _Optional[_Iterable[_Union[WriteResult, _Mapping]]] = ...) -> None: ...

class IngestEventsRequest(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[_event_pb2.Event]
    def __init__(self, events: _Optional[_Iterable[_Union[_event_pb2.Event, _Mapping]]] = ...) -> None: ...

class IngestResult(_message.Message):
    __slots__ = ("outcome", "offset", "reason")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    outcome: IngestOutcome
    offset: int
    reason: str
    def __init__(self, outcome: _Optional[_Union[IngestOutcome, str]] = ..., offset: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class IngestEventsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[IngestResult]
    def __init__(self, results: _Optional[_Iterable[_Union[IngestResult, _Mapping]]] = ...) -> None: ...

class StreamEventsRequest(_message.Message):
    __slots__ = ("sequence", "events")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    events: _containers.RepeatedCompositeFieldContainer[_event_pb2.Event]
    def __init__(self, sequence: _Optional[int] = ..., events: _Optional[_Iterable[_Union[_event_pb2.Event, _Mapping]]] = ...) -> None: ...

class StreamEventsResponse(_message.Message):
    __slots__ = ("sequence", "results")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    results: _containers.RepeatedCompositeFieldContainer[IngestResult]
    def __init__(self, sequence: _Optional[int] = ..., results: _Optional[_Iterable[_Union[IngestResult, _Mapping]]] = ...) -> None: ...

class ReadEventsRequest(_message.Message):
    __slots__ = ("from_offset", "follow", "batch_size")
    FROM_OFFSET_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    BATCH_SIZE_FIELD_NUMBER: _ClassVar[int]
    from_offset: int
    follow: bool
    batch_size: int
    def __init__(self, from_offset: _Optional[int] = ..., follow: bool = ..., batch_size: _Optional[int] = ...) -> None: ...

class ReadEventsResponse(_message.Message):
    __slots__ = ("first_offset", "events")
    FIRST_OFFSET_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    first_offset: int
    events: _containers.RepeatedCompositeFieldContainer[_event_pb2.Event]
    def __init__(self, first_offset: _Optional[int] = ..., events: _Optional[_Iterable[_Union[_event_pb2.Event, _Mapping]]] = ...) -> None: ...

class GetIngestStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetIngestStatusResponse(_message.Message):
    __slots__ = ("log_end_offset", "aggregated_offset", "online_store_available", "duplicates", "late")
    LOG_END_OFFSET_FIELD_NUMBER: _ClassVar[int]
    AGGREGATED_OFFSET_FIELD_NUMBER: _ClassVar[int]
    ONLINE_STORE_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    log_end_offset: int
    aggregated_offset: int
    online_store_available: bool
    duplicates: int
    late: int
    def __init__(self, log_end_offset: _Optional[int] = ..., aggregated_offset: _Optional[int] = ..., online_store_available: bool = ..., duplicates: _Optional[int] = ..., late: _Optional[int] = ...) -> None: ...

class ExportTrainingRowsRequest(_message.Message):
    __slots__ = ("feature_set", "labels")
    FEATURE_SET_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    feature_set: str
    labels: _containers.RepeatedCompositeFieldContainer[Label]
    def __init__(self, feature_set: _Optional[str] = ..., labels: _Optional[_Iterable[_Union[Label, _Mapping]]] = ...) -> None: ...

class Label(_message.Message):
    __slots__ = ("context_entity_id", "candidate_id", "event_time_unix_ms", "label", "request_features")
    class RequestFeaturesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _value_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_value_pb2.Value, _Mapping]] = ...) -> None: ...
    CONTEXT_ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FEATURES_FIELD_NUMBER: _ClassVar[int]
    context_entity_id: str
    candidate_id: str
    event_time_unix_ms: int
    label: float
    request_features: _containers.MessageMap[str, _value_pb2.Value]
    def __init__(self, context_entity_id: _Optional[str] = ..., candidate_id: _Optional[str] = ..., event_time_unix_ms: _Optional[int] = ..., label: _Optional[float] = ..., request_features: _Optional[_Mapping[str, _value_pb2.Value]] = ...) -> None: ...

class ServedRow(_message.Message):
    __slots__ = ("feature_set", "feature_set_hash", "served_at_unix_ms", "context_entity_id", "candidate_id", "values", "request_features")
    class RequestFeaturesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _value_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_value_pb2.Value, _Mapping]] = ...) -> None: ...
    FEATURE_SET_FIELD_NUMBER: _ClassVar[int]
    FEATURE_SET_HASH_FIELD_NUMBER: _ClassVar[int]
    SERVED_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_ID_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FEATURES_FIELD_NUMBER: _ClassVar[int]
    feature_set: str
    feature_set_hash: str
    served_at_unix_ms: int
    context_entity_id: str
    candidate_id: str
    values: _containers.RepeatedCompositeFieldContainer[_value_pb2.Value]
    request_features: _containers.MessageMap[str, _value_pb2.Value]
    def __init__(self, feature_set: _Optional[str] = ..., feature_set_hash: _Optional[str] = ..., served_at_unix_ms: _Optional[int] = ..., context_entity_id: _Optional[str] = ..., candidate_id: _Optional[str] = ..., values: _Optional[_Iterable[_Union[_value_pb2.Value, _Mapping]]] = ..., request_features: _Optional[_Mapping[str, _value_pb2.Value]] = ...) -> None: ...

class CheckConsistencyRequest(_message.Message):
    __slots__ = ("feature_set", "from_unix_ms", "rows_max", "tolerance")
    FEATURE_SET_FIELD_NUMBER: _ClassVar[int]
    FROM_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    ROWS_MAX_FIELD_NUMBER: _ClassVar[int]
    TOLERANCE_FIELD_NUMBER: _ClassVar[int]
    feature_set: str
    from_unix_ms: int
    rows_max: int
    tolerance: float
    def __init__(self, feature_set: _Optional[str] = ..., from_unix_ms: _Optional[int] = ..., rows_max: _Optional[int] = ..., tolerance: _Optional[float] = ...) -> None: ...

class CheckConsistencyResponse(_message.Message):
    __slots__ = ("rows", "features", "other_versions")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    OTHER_VERSIONS_FIELD_NUMBER: _ClassVar[int]
    rows: int
    features: _containers.RepeatedCompositeFieldContainer[FeatureConsistency]
    other_versions: int
    def __init__(self, rows: _Optional[int] = ..., features: _Optional[_Iterable[_Union[FeatureConsistency, _Mapping]]] = ..., other_versions: _Optional[int] = ...) -> None: ...

class FeatureConsistency(_message.Message):
    __slots__ = ("feature", "compared", "mismatched", "missing_served", "missing_replayed", "smape")
    FEATURE_FIELD_NUMBER: _ClassVar[int]
    COMPARED_FIELD_NUMBER: _ClassVar[int]
    MISMATCHED_FIELD_NUMBER: _ClassVar[int]
    MISSING_SERVED_FIELD_NUMBER: _ClassVar[int]
    MISSING_REPLAYED_FIELD_NUMBER: _ClassVar[int]
    SMAPE_FIELD_NUMBER: _ClassVar[int]
    feature: str
    compared: int
    mismatched: int
    missing_served: int
    missing_replayed: int
    smape: float
    def __init__(self, feature: _Optional[str] = ..., compared: _Optional[int] = ..., mismatched: _Optional[int] = ..., missing_served: _Optional[int] = ..., missing_replayed: _Optional[int] = ..., smape: _Optional[float] = ...) -> None: ...

class GetFeatureQualityRequest(_message.Message):
    __slots__ = ("feature_view", "make_baseline")
    FEATURE_VIEW_FIELD_NUMBER: _ClassVar[int]
    MAKE_BASELINE_FIELD_NUMBER: _ClassVar[int]
    feature_view: str
    make_baseline: bool
    def __init__(self, feature_view: _Optional[str] = ..., make_baseline: bool = ...) -> None: ...

class GetFeatureQualityResponse(_message.Message):
    __slots__ = ("features",)
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    features: _containers.RepeatedCompositeFieldContainer[FeatureQuality]
    def __init__(self, features: _Optional[_Iterable[_Union[FeatureQuality, _Mapping]]] = ...) -> None: ...

class FeatureQuality(_message.Message):
    __slots__ = ("feature", "rows", "null_rate", "defaulted_rate", "min", "max", "quantiles", "age_seconds_p50", "age_seconds_p99", "psi", "baseline_rows")
    FEATURE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    NULL_RATE_FIELD_NUMBER: _ClassVar[int]
    DEFAULTED_RATE_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    QUANTILES_FIELD_NUMBER: _ClassVar[int]
    AGE_SECONDS_P50_FIELD_NUMBER: _ClassVar[int]
    AGE_SECONDS_P99_FIELD_NUMBER: _ClassVar[int]
    PSI_FIELD_NUMBER: _ClassVar[int]
    BASELINE_ROWS_FIELD_NUMBER: _ClassVar[int]
    feature: str
    rows: int
    null_rate: float
    defaulted_rate: float
    min: float
    max: float
    quantiles: _containers.RepeatedScalarFieldContainer[float]
    age_seconds_p50: float
    age_seconds_p99: float
    psi: float
    baseline_rows: int
    def __init__(self, feature: _Optional[str] = ..., rows: _Optional[int] = ..., null_rate: _Optional[float] = ..., defaulted_rate: _Optional[float] = ..., min: _Optional[float] = ..., max: _Optional[float] = ..., quantiles: _Optional[_Iterable[float]] = ..., age_seconds_p50: _Optional[float] = ..., age_seconds_p99: _Optional[float] = ..., psi: _Optional[float] = ..., baseline_rows: _Optional[int] = ...) -> None: ...

class ExportTrainingRowsResponse(_message.Message):
    __slots__ = ("feature_set_hash", "features", "rows")
    FEATURE_SET_HASH_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    feature_set_hash: str
    features: _containers.RepeatedScalarFieldContainer[str]
    rows: _containers.RepeatedCompositeFieldContainer[TrainingRow]
    def __init__(self, feature_set_hash: _Optional[str] = ..., features: _Optional[_Iterable[str]] = ..., rows: _Optional[_Iterable[_Union[TrainingRow, _Mapping]]] = ...) -> None: ...

class TrainingRow(_message.Message):
    __slots__ = ("label", "values")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    label: Label
    values: _containers.RepeatedCompositeFieldContainer[_value_pb2.Value]
    def __init__(self, label: _Optional[_Union[Label, _Mapping]] = ..., values: _Optional[_Iterable[_Union[_value_pb2.Value, _Mapping]]] = ...) -> None: ...

class InspectEntityRequest(_message.Message):
    __slots__ = ("entity", "entity_id")
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    entity: str
    entity_id: str
    def __init__(self, entity: _Optional[str] = ..., entity_id: _Optional[str] = ...) -> None: ...

class InspectEntityResponse(_message.Message):
    __slots__ = ("views",)
    VIEWS_FIELD_NUMBER: _ClassVar[int]
    views: _containers.RepeatedCompositeFieldContainer[InspectedView]
    def __init__(self, views: _Optional[_Iterable[_Union[InspectedView, _Mapping]]] = ...) -> None: ...

class InspectedView(_message.Message):
    __slots__ = ("feature_view", "schema_version", "event_time_unix_ms", "age_ms", "stored_bytes", "status", "values")
    class ValuesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _value_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_value_pb2.Value, _Mapping]] = ...) -> None: ...
    FEATURE_VIEW_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    AGE_MS_FIELD_NUMBER: _ClassVar[int]
    STORED_BYTES_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    feature_view: str
    schema_version: int
    event_time_unix_ms: int
    age_ms: int
    stored_bytes: int
    status: _value_pb2.RowStatus
    values: _containers.MessageMap[str, _value_pb2.Value]
    def __init__(self, feature_view: _Optional[str] = ..., schema_version: _Optional[int] = ..., event_time_unix_ms: _Optional[int] = ..., age_ms: _Optional[int] = ..., stored_bytes: _Optional[int] = ..., status: _Optional[_Union[_value_pb2.RowStatus, str]] = ..., values: _Optional[_Mapping[str, _value_pb2.Value]] = ...) -> None: ...

class EraseEntityRequest(_message.Message):
    __slots__ = ("entity", "entity_id")
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    ENTITY_ID_FIELD_NUMBER: _ClassVar[int]
    entity: str
    entity_id: str
    def __init__(self, entity: _Optional[str] = ..., entity_id: _Optional[str] = ...) -> None: ...

class EraseEntityResponse(_message.Message):
    __slots__ = ("receipt_id", "erased_rows", "erased_events", "erased_at_unix_ms")
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    ERASED_ROWS_FIELD_NUMBER: _ClassVar[int]
    ERASED_EVENTS_FIELD_NUMBER: _ClassVar[int]
    ERASED_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    receipt_id: str
    erased_rows: int
    erased_events: int
    erased_at_unix_ms: int
    def __init__(self, receipt_id: _Optional[str] = ..., erased_rows: _Optional[int] = ..., erased_events: _Optional[int] = ..., erased_at_unix_ms: _Optional[int] = ...) -> None: ...

class ListQuarantineRequest(_message.Message):
    __slots__ = ("feature_view", "page_size", "page_token")
    FEATURE_VIEW_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    feature_view: str
    page_size: int
    page_token: str
    def __init__(self, feature_view: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListQuarantineResponse(_message.Message):
    __slots__ = ("rows", "next_page_token")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[QuarantinedRow]
    next_page_token: str
    def __init__(self, rows: _Optional[_Iterable[_Union[QuarantinedRow, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class QuarantinedRow(_message.Message):
    __slots__ = ("quarantine_id", "row", "reason", "quarantined_at_unix_ms")
    QUARANTINE_ID_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    QUARANTINED_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    quarantine_id: str
    row: FeatureRow
    reason: str
    quarantined_at_unix_ms: int
    def __init__(self, quarantine_id: _Optional[str] = ..., row: _Optional[_Union[FeatureRow, _Mapping]] = ..., reason: _Optional[str] = ..., quarantined_at_unix_ms: _Optional[int] = ...) -> None: ...

class ReplayQuarantineRequest(_message.Message):
    __slots__ = ("quarantine_ids",)
    QUARANTINE_IDS_FIELD_NUMBER: _ClassVar[int]
    quarantine_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, quarantine_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ReplayQuarantineResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[WriteResult]
    def __init__(self, results: _Optional[_Iterable[_Union[WriteResult, _Mapping]]] = ...) -> None: ...
