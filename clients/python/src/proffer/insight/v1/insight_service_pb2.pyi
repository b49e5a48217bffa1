from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetPortraitRequest(_message.Message):
    __slots__ = ("user_id", "language")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    language: str
    def __init__(self, user_id: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...

class GetPortraitResponse(_message.Message):
    __slots__ = ("user_id", "recency_days", "frequency", "monetary_minor_units", "currency", "average_basket_minor_units", "discount_affinity", "category_interests", "brand_interests", "hour_shares", "weekday_shares", "churn_probability", "expected_value_minor_units", "segment_ids", "tags", "computed_at_unix_ms")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    RECENCY_DAYS_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    MONETARY_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_BASKET_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_AFFINITY_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_INTERESTS_FIELD_NUMBER: _ClassVar[int]
    BRAND_INTERESTS_FIELD_NUMBER: _ClassVar[int]
    HOUR_SHARES_FIELD_NUMBER: _ClassVar[int]
    WEEKDAY_SHARES_FIELD_NUMBER: _ClassVar[int]
    CHURN_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VALUE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    COMPUTED_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    recency_days: float
    frequency: int
    monetary_minor_units: int
    currency: str
    average_basket_minor_units: int
    discount_affinity: float
    category_interests: _containers.RepeatedCompositeFieldContainer[Interest]
    brand_interests: _containers.RepeatedCompositeFieldContainer[Interest]
    hour_shares: _containers.RepeatedScalarFieldContainer[float]
    weekday_shares: _containers.RepeatedScalarFieldContainer[float]
    churn_probability: float
    expected_value_minor_units: int
    segment_ids: _containers.RepeatedScalarFieldContainer[str]
    tags: _containers.RepeatedScalarFieldContainer[str]
    computed_at_unix_ms: int
    def __init__(self, user_id: _Optional[str] = ..., recency_days: _Optional[float] = ..., frequency: _Optional[int] = ..., monetary_minor_units: _Optional[int] = ..., currency: _Optional[str] = ..., average_basket_minor_units: _Optional[int] = ..., discount_affinity: _Optional[float] = ..., category_interests: _Optional[_Iterable[_Union[Interest, _Mapping]]] = ..., brand_interests: _Optional[_Iterable[_Union[Interest, _Mapping]]] = ..., hour_shares: _Optional[_Iterable[float]] = ..., weekday_shares: _Optional[_Iterable[float]] = ..., churn_probability: _Optional[float] = ..., expected_value_minor_units: _Optional[int] = ..., segment_ids: _Optional[_Iterable[str]] = ..., tags: _Optional[_Iterable[str]] = ..., computed_at_unix_ms: _Optional[int] = ...) -> None: ...

class Interest(_message.Message):
    __slots__ = ("subject", "share")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    subject: str
    share: float
    def __init__(self, subject: _Optional[str] = ..., share: _Optional[float] = ...) -> None: ...

class ListSegmentsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSegmentsResponse(_message.Message):
    __slots__ = ("segments",)
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    segments: _containers.RepeatedCompositeFieldContainer[Segment]
    def __init__(self, segments: _Optional[_Iterable[_Union[Segment, _Mapping]]] = ...) -> None: ...

class Segment(_message.Message):
    __slots__ = ("segment_id", "names", "descriptions", "size", "size_change", "profile", "rule")
    class NamesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class DescriptionsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class ProfileEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTIONS_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    SIZE_CHANGE_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    names: _containers.ScalarMap[str, str]
    descriptions: _containers.ScalarMap[str, str]
    size: int
    size_change: float
    profile: _containers.ScalarMap[str, float]
    rule: str
    def __init__(self, segment_id: _Optional[str] = ..., names: _Optional[_Mapping[str, str]] = ..., descriptions: _Optional[_Mapping[str, str]] = ..., size: _Optional[int] = ..., size_change: _Optional[float] = ..., profile: _Optional[_Mapping[str, float]] = ..., rule: _Optional[str] = ...) -> None: ...

class GetSegmentRequest(_message.Message):
    __slots__ = ("segment_id",)
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    def __init__(self, segment_id: _Optional[str] = ...) -> None: ...

class GetSegmentResponse(_message.Message):
    __slots__ = ("segment", "example_pseudonyms")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    EXAMPLE_PSEUDONYMS_FIELD_NUMBER: _ClassVar[int]
    segment: Segment
    example_pseudonyms: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, segment: _Optional[_Union[Segment, _Mapping]] = ..., example_pseudonyms: _Optional[_Iterable[str]] = ...) -> None: ...

class ListAssociationRulesRequest(_message.Message):
    __slots__ = ("item_ids", "min_support", "min_confidence", "page_size", "page_token")
    ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    MIN_SUPPORT_FIELD_NUMBER: _ClassVar[int]
    MIN_CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    item_ids: _containers.RepeatedScalarFieldContainer[str]
    min_support: float
    min_confidence: float
    page_size: int
    page_token: str
    def __init__(self, item_ids: _Optional[_Iterable[str]] = ..., min_support: _Optional[float] = ..., min_confidence: _Optional[float] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAssociationRulesResponse(_message.Message):
    __slots__ = ("rules", "next_page_token")
    RULES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[AssociationRule]
    next_page_token: str
    def __init__(self, rules: _Optional[_Iterable[_Union[AssociationRule, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AssociationRule(_message.Message):
    __slots__ = ("if_item_ids", "then_item_ids", "support", "confidence", "lift", "conviction", "p_value")
    IF_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    THEN_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    SUPPORT_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    LIFT_FIELD_NUMBER: _ClassVar[int]
    CONVICTION_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    if_item_ids: _containers.RepeatedScalarFieldContainer[str]
    then_item_ids: _containers.RepeatedScalarFieldContainer[str]
    support: float
    confidence: float
    lift: float
    conviction: float
    p_value: float
    def __init__(self, if_item_ids: _Optional[_Iterable[str]] = ..., then_item_ids: _Optional[_Iterable[str]] = ..., support: _Optional[float] = ..., confidence: _Optional[float] = ..., lift: _Optional[float] = ..., conviction: _Optional[float] = ..., p_value: _Optional[float] = ...) -> None: ...

class PredictIntentRequest(_message.Message):
    __slots__ = ("user_id", "session_id", "category")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    session_id: str
    category: str
    def __init__(self, user_id: _Optional[str] = ..., session_id: _Optional[str] = ..., category: _Optional[str] = ...) -> None: ...

class PredictIntentResponse(_message.Message):
    __slots__ = ("buys_in_session", "buys_in_7_days", "model_version")
    BUYS_IN_SESSION_FIELD_NUMBER: _ClassVar[int]
    BUYS_IN_7_DAYS_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    buys_in_session: float
    buys_in_7_days: float
    model_version: str
    def __init__(self, buys_in_session: _Optional[float] = ..., buys_in_7_days: _Optional[float] = ..., model_version: _Optional[str] = ...) -> None: ...
