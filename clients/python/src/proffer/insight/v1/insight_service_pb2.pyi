from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AssociationBasis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ASSOCIATION_BASIS_UNSPECIFIED: _ClassVar[AssociationBasis]
    ASSOCIATION_BASIS_ORDERS: _ClassVar[AssociationBasis]
    ASSOCIATION_BASIS_VIEWS: _ClassVar[AssociationBasis]
    ASSOCIATION_BASIS_CATEGORIES: _ClassVar[AssociationBasis]
ASSOCIATION_BASIS_UNSPECIFIED: AssociationBasis
ASSOCIATION_BASIS_ORDERS: AssociationBasis
ASSOCIATION_BASIS_VIEWS: AssociationBasis
ASSOCIATION_BASIS_CATEGORIES: AssociationBasis

class GetPortraitRequest(_message.Message):
    __slots__ = ("user_id", "language")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    language: str
    def __init__(self, user_id: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...

class GetPortraitResponse(_message.Message):
    __slots__ = ("user_id", "recency_days", "frequency", "monetary_minor_units", "currency", "average_basket_minor_units", "discount_affinity", "category_interests", "brand_interests", "hour_shares", "weekday_shares", "churn_probability", "expected_value_minor_units", "segment_ids", "tags", "computed_at_unix_ms", "interest_vector", "interest_vector_version")
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
    INTEREST_VECTOR_FIELD_NUMBER: _ClassVar[int]
    INTEREST_VECTOR_VERSION_FIELD_NUMBER: _ClassVar[int]
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
    interest_vector: _containers.RepeatedScalarFieldContainer[float]
    interest_vector_version: str
    def __init__(self, user_id: _Optional[str] = ..., recency_days: _Optional[float] = ..., frequency: _Optional[int] = ..., monetary_minor_units: _Optional[int] = ..., currency: _Optional[str] = ..., average_basket_minor_units: _Optional[int] = ..., discount_affinity: _Optional[float] = ..., category_interests: _Optional[_Iterable[_Union[Interest, _Mapping]]] = ..., brand_interests: _Optional[_Iterable[_Union[Interest, _Mapping]]] = ..., hour_shares: _Optional[_Iterable[float]] = ..., weekday_shares: _Optional[_Iterable[float]] = ..., churn_probability: _Optional[float] = ..., expected_value_minor_units: _Optional[int] = ..., segment_ids: _Optional[_Iterable[str]] = ..., tags: _Optional[_Iterable[str]] = ..., computed_at_unix_ms: _Optional[int] = ..., interest_vector: _Optional[_Iterable[float]] = ..., interest_vector_version: _Optional[str] = ...) -> None: ...

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
    __slots__ = ("item_ids", "min_support", "min_confidence", "page_size", "page_token", "basis")
    ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    MIN_SUPPORT_FIELD_NUMBER: _ClassVar[int]
    MIN_CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    item_ids: _containers.RepeatedScalarFieldContainer[str]
    min_support: float
    min_confidence: float
    page_size: int
    page_token: str
    basis: AssociationBasis
    def __init__(self, item_ids: _Optional[_Iterable[str]] = ..., min_support: _Optional[float] = ..., min_confidence: _Optional[float] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., basis: _Optional[_Union[AssociationBasis, str]] = ...) -> None: ...

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
    __slots__ = ("buys_in_session", "buys_in_7_days", "model_version", "contributions")
    BUYS_IN_SESSION_FIELD_NUMBER: _ClassVar[int]
    BUYS_IN_7_DAYS_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTIONS_FIELD_NUMBER: _ClassVar[int]
    buys_in_session: float
    buys_in_7_days: float
    model_version: str
    contributions: _containers.RepeatedCompositeFieldContainer[IntentContribution]
    def __init__(self, buys_in_session: _Optional[float] = ..., buys_in_7_days: _Optional[float] = ..., model_version: _Optional[str] = ..., contributions: _Optional[_Iterable[_Union[IntentContribution, _Mapping]]] = ...) -> None: ...

class IntentContribution(_message.Message):
    __slots__ = ("feature", "value", "contribution")
    FEATURE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    feature: str
    value: float
    contribution: float
    def __init__(self, feature: _Optional[str] = ..., value: _Optional[float] = ..., contribution: _Optional[float] = ...) -> None: ...

class GetReportRequest(_message.Message):
    __slots__ = ("language",)
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    language: str
    def __init__(self, language: _Optional[str] = ...) -> None: ...

class GetReportResponse(_message.Message):
    __slots__ = ("html", "style_hash", "computed_at_unix_ms")
    HTML_FIELD_NUMBER: _ClassVar[int]
    STYLE_HASH_FIELD_NUMBER: _ClassVar[int]
    COMPUTED_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    html: str
    style_hash: str
    computed_at_unix_ms: int
    def __init__(self, html: _Optional[str] = ..., style_hash: _Optional[str] = ..., computed_at_unix_ms: _Optional[int] = ...) -> None: ...

class RefreshInsightRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RefreshInsightResponse(_message.Message):
    __slots__ = ("events", "people", "segments", "rules", "took_ms")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    TOOK_MS_FIELD_NUMBER: _ClassVar[int]
    events: int
    people: int
    segments: int
    rules: int
    took_ms: int
    def __init__(self, events: _Optional[int] = ..., people: _Optional[int] = ..., segments: _Optional[int] = ..., rules: _Optional[int] = ..., took_ms: _Optional[int] = ...) -> None: ...

class FindLookalikesRequest(_message.Message):
    __slots__ = ("segment_id", "user_ids", "k")
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    segment_id: str
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    k: int
    def __init__(self, segment_id: _Optional[str] = ..., user_ids: _Optional[_Iterable[str]] = ..., k: _Optional[int] = ...) -> None: ...

class FindLookalikesResponse(_message.Message):
    __slots__ = ("lookalikes", "seeds")
    LOOKALIKES_FIELD_NUMBER: _ClassVar[int]
    SEEDS_FIELD_NUMBER: _ClassVar[int]
    lookalikes: _containers.RepeatedCompositeFieldContainer[Lookalike]
    seeds: int
    def __init__(self, lookalikes: _Optional[_Iterable[_Union[Lookalike, _Mapping]]] = ..., seeds: _Optional[int] = ...) -> None: ...

class Lookalike(_message.Message):
    __slots__ = ("user_id", "likeness")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    LIKENESS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    likeness: float
    def __init__(self, user_id: _Optional[str] = ..., likeness: _Optional[float] = ...) -> None: ...

class SuggestBundlesRequest(_message.Message):
    __slots__ = ("item_ids", "max")
    ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    item_ids: _containers.RepeatedScalarFieldContainer[str]
    max: int
    def __init__(self, item_ids: _Optional[_Iterable[str]] = ..., max: _Optional[int] = ...) -> None: ...

class SuggestBundlesResponse(_message.Message):
    __slots__ = ("bundles",)
    BUNDLES_FIELD_NUMBER: _ClassVar[int]
    bundles: _containers.RepeatedCompositeFieldContainer[Bundle]
    def __init__(self, bundles: _Optional[_Iterable[_Union[Bundle, _Mapping]]] = ...) -> None: ...

class Bundle(_message.Message):
    __slots__ = ("item_ids", "baskets", "lift", "list_price_minor_units", "suggested_price_minor_units", "currency", "incomplete_baskets")
    ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    BASKETS_FIELD_NUMBER: _ClassVar[int]
    LIFT_FIELD_NUMBER: _ClassVar[int]
    LIST_PRICE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    SUGGESTED_PRICE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    INCOMPLETE_BASKETS_FIELD_NUMBER: _ClassVar[int]
    item_ids: _containers.RepeatedScalarFieldContainer[str]
    baskets: int
    lift: float
    list_price_minor_units: int
    suggested_price_minor_units: int
    currency: str
    incomplete_baskets: int
    def __init__(self, item_ids: _Optional[_Iterable[str]] = ..., baskets: _Optional[int] = ..., lift: _Optional[float] = ..., list_price_minor_units: _Optional[int] = ..., suggested_price_minor_units: _Optional[int] = ..., currency: _Optional[str] = ..., incomplete_baskets: _Optional[int] = ...) -> None: ...
