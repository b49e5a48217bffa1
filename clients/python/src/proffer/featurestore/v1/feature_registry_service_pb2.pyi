from proffer.featurestore.v1 import value_pb2 as _value_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Compatibility(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMPATIBILITY_UNSPECIFIED: _ClassVar[Compatibility]
    COMPATIBILITY_UNCHANGED: _ClassVar[Compatibility]
    COMPATIBILITY_COMPATIBLE: _ClassVar[Compatibility]
    COMPATIBILITY_RETRAIN: _ClassVar[Compatibility]
    COMPATIBILITY_REFUSED: _ClassVar[Compatibility]
COMPATIBILITY_UNSPECIFIED: Compatibility
COMPATIBILITY_UNCHANGED: Compatibility
COMPATIBILITY_COMPATIBLE: Compatibility
COMPATIBILITY_RETRAIN: Compatibility
COMPATIBILITY_REFUSED: Compatibility

class FeatureView(_message.Message):
    __slots__ = ("name", "entity", "schema_version", "max_age_seconds", "features", "description", "on_demand")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    MAX_AGE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ON_DEMAND_FIELD_NUMBER: _ClassVar[int]
    name: str
    entity: str
    schema_version: int
    max_age_seconds: int
    features: _containers.RepeatedCompositeFieldContainer[Feature]
    description: str
    on_demand: bool
    def __init__(self, name: _Optional[str] = ..., entity: _Optional[str] = ..., schema_version: _Optional[int] = ..., max_age_seconds: _Optional[int] = ..., features: _Optional[_Iterable[_Union[Feature, _Mapping]]] = ..., description: _Optional[str] = ..., on_demand: bool = ...) -> None: ...

class Feature(_message.Message):
    __slots__ = ("name", "type", "default_value", "aggregation", "description", "expression")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_VALUE_FIELD_NUMBER: _ClassVar[int]
    AGGREGATION_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: _value_pb2.ValueType
    default_value: _value_pb2.Value
    aggregation: str
    description: str
    expression: str
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[_value_pb2.ValueType, str]] = ..., default_value: _Optional[_Union[_value_pb2.Value, _Mapping]] = ..., aggregation: _Optional[str] = ..., description: _Optional[str] = ..., expression: _Optional[str] = ...) -> None: ...

class FeatureSet(_message.Message):
    __slots__ = ("name", "hash", "context_features", "candidate_features")
    NAME_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FEATURES_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_FEATURES_FIELD_NUMBER: _ClassVar[int]
    name: str
    hash: str
    context_features: _containers.RepeatedScalarFieldContainer[str]
    candidate_features: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., hash: _Optional[str] = ..., context_features: _Optional[_Iterable[str]] = ..., candidate_features: _Optional[_Iterable[str]] = ...) -> None: ...

class GetRegistryRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetRegistryResponse(_message.Message):
    __slots__ = ("version", "feature_views", "feature_sets")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FEATURE_VIEWS_FIELD_NUMBER: _ClassVar[int]
    FEATURE_SETS_FIELD_NUMBER: _ClassVar[int]
    version: int
    feature_views: _containers.RepeatedCompositeFieldContainer[FeatureView]
    feature_sets: _containers.RepeatedCompositeFieldContainer[FeatureSet]
    def __init__(self, version: _Optional[int] = ..., feature_views: _Optional[_Iterable[_Union[FeatureView, _Mapping]]] = ..., feature_sets: _Optional[_Iterable[_Union[FeatureSet, _Mapping]]] = ...) -> None: ...

class PlanRegistryRequest(_message.Message):
    __slots__ = ("yaml",)
    YAML_FIELD_NUMBER: _ClassVar[int]
    yaml: str
    def __init__(self, yaml: _Optional[str] = ...) -> None: ...

class RegistryChange(_message.Message):
    __slots__ = ("subject", "change", "compatibility", "affected_feature_sets", "affected_models")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    COMPATIBILITY_FIELD_NUMBER: _ClassVar[int]
    AFFECTED_FEATURE_SETS_FIELD_NUMBER: _ClassVar[int]
    AFFECTED_MODELS_FIELD_NUMBER: _ClassVar[int]
    subject: str
    change: str
    compatibility: Compatibility
    affected_feature_sets: _containers.RepeatedScalarFieldContainer[str]
    affected_models: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, subject: _Optional[str] = ..., change: _Optional[str] = ..., compatibility: _Optional[_Union[Compatibility, str]] = ..., affected_feature_sets: _Optional[_Iterable[str]] = ..., affected_models: _Optional[_Iterable[str]] = ...) -> None: ...

class PlanRegistryResponse(_message.Message):
    __slots__ = ("compatibility", "changes")
    COMPATIBILITY_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    compatibility: Compatibility
    changes: _containers.RepeatedCompositeFieldContainer[RegistryChange]
    def __init__(self, compatibility: _Optional[_Union[Compatibility, str]] = ..., changes: _Optional[_Iterable[_Union[RegistryChange, _Mapping]]] = ...) -> None: ...

class ApplyRegistryRequest(_message.Message):
    __slots__ = ("yaml", "expected_version")
    YAML_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    yaml: str
    expected_version: int
    def __init__(self, yaml: _Optional[str] = ..., expected_version: _Optional[int] = ...) -> None: ...

class ApplyRegistryResponse(_message.Message):
    __slots__ = ("version", "changes")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    version: int
    changes: _containers.RepeatedCompositeFieldContainer[RegistryChange]
    def __init__(self, version: _Optional[int] = ..., changes: _Optional[_Iterable[_Union[RegistryChange, _Mapping]]] = ...) -> None: ...

class RollbackRegistryRequest(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class RollbackRegistryResponse(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class RegisterModelRequest(_message.Message):
    __slots__ = ("model", "feature_set_hashes")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    FEATURE_SET_HASHES_FIELD_NUMBER: _ClassVar[int]
    model: str
    feature_set_hashes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, model: _Optional[str] = ..., feature_set_hashes: _Optional[_Iterable[str]] = ...) -> None: ...

class RegisterModelResponse(_message.Message):
    __slots__ = ("unknown_hashes",)
    UNKNOWN_HASHES_FIELD_NUMBER: _ClassVar[int]
    unknown_hashes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, unknown_hashes: _Optional[_Iterable[str]] = ...) -> None: ...
