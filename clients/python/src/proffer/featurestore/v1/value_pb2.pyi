from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ValueType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VALUE_TYPE_UNSPECIFIED: _ClassVar[ValueType]
    VALUE_TYPE_FLOAT: _ClassVar[ValueType]
    VALUE_TYPE_DOUBLE: _ClassVar[ValueType]
    VALUE_TYPE_INT64: _ClassVar[ValueType]
    VALUE_TYPE_BOOL: _ClassVar[ValueType]
    VALUE_TYPE_STRING: _ClassVar[ValueType]
    VALUE_TYPE_FLOAT_VECTOR: _ClassVar[ValueType]
    VALUE_TYPE_STRING_LIST: _ClassVar[ValueType]
    VALUE_TYPE_INT64_LIST: _ClassVar[ValueType]
    VALUE_TYPE_DOUBLE_MAP: _ClassVar[ValueType]

class RowStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROW_STATUS_UNSPECIFIED: _ClassVar[RowStatus]
    ROW_STATUS_PRESENT: _ClassVar[RowStatus]
    ROW_STATUS_NULL_VALUE: _ClassVar[RowStatus]
    ROW_STATUS_NOT_FOUND: _ClassVar[RowStatus]
    ROW_STATUS_OUTSIDE_MAX_AGE: _ClassVar[RowStatus]
    ROW_STATUS_DEFAULTED: _ClassVar[RowStatus]
    ROW_STATUS_UNAVAILABLE: _ClassVar[RowStatus]
VALUE_TYPE_UNSPECIFIED: ValueType
VALUE_TYPE_FLOAT: ValueType
VALUE_TYPE_DOUBLE: ValueType
VALUE_TYPE_INT64: ValueType
VALUE_TYPE_BOOL: ValueType
VALUE_TYPE_STRING: ValueType
VALUE_TYPE_FLOAT_VECTOR: ValueType
VALUE_TYPE_STRING_LIST: ValueType
VALUE_TYPE_INT64_LIST: ValueType
VALUE_TYPE_DOUBLE_MAP: ValueType
ROW_STATUS_UNSPECIFIED: RowStatus
ROW_STATUS_PRESENT: RowStatus
ROW_STATUS_NULL_VALUE: RowStatus
ROW_STATUS_NOT_FOUND: RowStatus
ROW_STATUS_OUTSIDE_MAX_AGE: RowStatus
ROW_STATUS_DEFAULTED: RowStatus
ROW_STATUS_UNAVAILABLE: RowStatus

class Value(_message.Message):
    __slots__ = ("float_value", "double_value", "int64_value", "bool_value", "string_value", "float_vector", "string_list", "int64_list", "double_map")
    FLOAT_VALUE_FIELD_NUMBER: _ClassVar[int]
    DOUBLE_VALUE_FIELD_NUMBER: _ClassVar[int]
    INT64_VALUE_FIELD_NUMBER: _ClassVar[int]
    BOOL_VALUE_FIELD_NUMBER: _ClassVar[int]
    STRING_VALUE_FIELD_NUMBER: _ClassVar[int]
    FLOAT_VECTOR_FIELD_NUMBER: _ClassVar[int]
    STRING_LIST_FIELD_NUMBER: _ClassVar[int]
    INT64_LIST_FIELD_NUMBER: _ClassVar[int]
    DOUBLE_MAP_FIELD_NUMBER: _ClassVar[int]
    float_value: float
    double_value: float
    int64_value: int
    bool_value: bool
    string_value: str
    float_vector: FloatVector
    string_list: StringList
    int64_list: Int64List
    double_map: DoubleMap
    def __init__(self, float_value: _Optional[float] = ..., double_value: _Optional[float] = ..., int64_value: _Optional[int] = ..., bool_value: bool = ..., string_value: _Optional[str] = ..., float_vector: _Optional[_Union[FloatVector, _Mapping]] = ..., string_list: _Optional[_Union[StringList, _Mapping]] = ..., int64_list: _Optional[_Union[Int64List, _Mapping]] = ..., double_map: _Optional[_Union[DoubleMap, _Mapping]] = ...) -> None: ...

class FloatVector(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, values: _Optional[_Iterable[float]] = ...) -> None: ...

class StringList(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, values: _Optional[_Iterable[str]] = ...) -> None: ...

class Int64List(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, values: _Optional[_Iterable[int]] = ...) -> None: ...

class DoubleMap(_message.Message):
    __slots__ = ("keys", "values")
    KEYS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedScalarFieldContainer[str]
    values: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, keys: _Optional[_Iterable[str]] = ..., values: _Optional[_Iterable[float]] = ...) -> None: ...
