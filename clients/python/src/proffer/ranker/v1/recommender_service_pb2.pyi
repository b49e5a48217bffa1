from proffer.common.v1 import degraded_pb2 as _degraded_pb2
from proffer.promotion.v1 import promotion_pb2 as _promotion_pb2
from proffer.promotion.v1 import promotion_service_pb2 as _promotion_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReasonKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REASON_KIND_UNSPECIFIED: _ClassVar[ReasonKind]
    REASON_KIND_BEHAVIOUR: _ClassVar[ReasonKind]
    REASON_KIND_CONTENT: _ClassVar[ReasonKind]
    REASON_KIND_POPULAR: _ClassVar[ReasonKind]
    REASON_KIND_PROMOTION: _ClassVar[ReasonKind]
    REASON_KIND_NEW: _ClassVar[ReasonKind]
    REASON_KIND_CONTRASTIVE: _ClassVar[ReasonKind]
REASON_KIND_UNSPECIFIED: ReasonKind
REASON_KIND_BEHAVIOUR: ReasonKind
REASON_KIND_CONTENT: ReasonKind
REASON_KIND_POPULAR: ReasonKind
REASON_KIND_PROMOTION: ReasonKind
REASON_KIND_NEW: ReasonKind
REASON_KIND_CONTRASTIVE: ReasonKind

class RequestContext(_message.Message):
    __slots__ = ("channel", "region", "language", "page", "cart_item_ids", "at_unix_ms")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    CART_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    channel: str
    region: str
    language: str
    page: str
    cart_item_ids: _containers.RepeatedScalarFieldContainer[str]
    at_unix_ms: int
    def __init__(self, channel: _Optional[str] = ..., region: _Optional[str] = ..., language: _Optional[str] = ..., page: _Optional[str] = ..., cart_item_ids: _Optional[_Iterable[str]] = ..., at_unix_ms: _Optional[int] = ...) -> None: ...

class ItemFilter(_message.Message):
    __slots__ = ("categories", "brands", "min_price_minor_units", "max_price_minor_units", "on_promotion", "promotion_ids", "attributes", "excluded_item_ids", "include_seen")
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    BRANDS_FIELD_NUMBER: _ClassVar[int]
    MIN_PRICE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    MAX_PRICE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    ON_PROMOTION_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_IDS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_SEEN_FIELD_NUMBER: _ClassVar[int]
    categories: _containers.RepeatedScalarFieldContainer[str]
    brands: _containers.RepeatedScalarFieldContainer[str]
    min_price_minor_units: int
    max_price_minor_units: int
    on_promotion: bool
    promotion_ids: _containers.RepeatedScalarFieldContainer[str]
    attributes: _containers.RepeatedScalarFieldContainer[str]
    excluded_item_ids: _containers.RepeatedScalarFieldContainer[str]
    include_seen: bool
    def __init__(self, categories: _Optional[_Iterable[str]] = ..., brands: _Optional[_Iterable[str]] = ..., min_price_minor_units: _Optional[int] = ..., max_price_minor_units: _Optional[int] = ..., on_promotion: bool = ..., promotion_ids: _Optional[_Iterable[str]] = ..., attributes: _Optional[_Iterable[str]] = ..., excluded_item_ids: _Optional[_Iterable[str]] = ..., include_seen: bool = ...) -> None: ...

class RecommendRequest(_message.Message):
    __slots__ = ("user_id", "session_id", "recent_item_ids", "k", "context", "filter", "explain", "request_id", "person", "layouts", "policy_context")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    RECENT_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    LAYOUTS_FIELD_NUMBER: _ClassVar[int]
    POLICY_CONTEXT_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    session_id: str
    recent_item_ids: _containers.RepeatedScalarFieldContainer[str]
    k: int
    context: RequestContext
    filter: ItemFilter
    explain: bool
    request_id: str
    person: _promotion_service_pb2.Person
    layouts: _containers.RepeatedScalarFieldContainer[str]
    policy_context: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, user_id: _Optional[str] = ..., session_id: _Optional[str] = ..., recent_item_ids: _Optional[_Iterable[str]] = ..., k: _Optional[int] = ..., context: _Optional[_Union[RequestContext, _Mapping]] = ..., filter: _Optional[_Union[ItemFilter, _Mapping]] = ..., explain: bool = ..., request_id: _Optional[str] = ..., person: _Optional[_Union[_promotion_service_pb2.Person, _Mapping]] = ..., layouts: _Optional[_Iterable[str]] = ..., policy_context: _Optional[_Iterable[float]] = ...) -> None: ...

class RecommendResponse(_message.Message):
    __slots__ = ("items", "request_id", "model_version", "catalogue_version", "policy", "variants", "degraded", "layout", "layout_propensity", "ranker", "ranker_propensity", "personal_offer", "personal_offer_propensity", "held_out")
    class VariantsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_VERSION_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    LAYOUT_FIELD_NUMBER: _ClassVar[int]
    LAYOUT_PROPENSITY_FIELD_NUMBER: _ClassVar[int]
    RANKER_FIELD_NUMBER: _ClassVar[int]
    RANKER_PROPENSITY_FIELD_NUMBER: _ClassVar[int]
    PERSONAL_OFFER_FIELD_NUMBER: _ClassVar[int]
    PERSONAL_OFFER_PROPENSITY_FIELD_NUMBER: _ClassVar[int]
    HELD_OUT_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[RecommendedItem]
    request_id: str
    model_version: str
    catalogue_version: int
    policy: str
    variants: _containers.ScalarMap[str, str]
    degraded: _degraded_pb2.Degraded
    layout: str
    layout_propensity: float
    ranker: str
    ranker_propensity: float
    personal_offer: _promotion_pb2.Offer
    personal_offer_propensity: float
    held_out: bool
    def __init__(self, items: _Optional[_Iterable[_Union[RecommendedItem, _Mapping]]] = ..., request_id: _Optional[str] = ..., model_version: _Optional[str] = ..., catalogue_version: _Optional[int] = ..., policy: _Optional[str] = ..., variants: _Optional[_Mapping[str, str]] = ..., degraded: _Optional[_Union[_degraded_pb2.Degraded, _Mapping]] = ..., layout: _Optional[str] = ..., layout_propensity: _Optional[float] = ..., ranker: _Optional[str] = ..., ranker_propensity: _Optional[float] = ..., personal_offer: _Optional[_Union[_promotion_pb2.Offer, _Mapping]] = ..., personal_offer_propensity: _Optional[float] = ..., held_out: bool = ...) -> None: ...

class RecommendedItem(_message.Message):
    __slots__ = ("item_id", "titles", "category", "brand", "score", "list_price_minor_units", "price_minor_units", "currency", "offer", "propensity", "position", "reasons", "sources", "contributions", "image_url", "offer_propensity", "ranker", "click_probability", "purchase_probability")
    class TitlesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    TITLES_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    BRAND_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    LIST_PRICE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    PRICE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    PROPENSITY_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTIONS_FIELD_NUMBER: _ClassVar[int]
    IMAGE_URL_FIELD_NUMBER: _ClassVar[int]
    OFFER_PROPENSITY_FIELD_NUMBER: _ClassVar[int]
    RANKER_FIELD_NUMBER: _ClassVar[int]
    CLICK_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    PURCHASE_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    titles: _containers.ScalarMap[str, str]
    category: str
    brand: str
    score: float
    list_price_minor_units: int
    price_minor_units: int
    currency: str
    offer: _promotion_pb2.Offer
    propensity: float
    position: int
    reasons: _containers.RepeatedCompositeFieldContainer[Reason]
    sources: _containers.RepeatedCompositeFieldContainer[SourceScore]
    contributions: _containers.RepeatedCompositeFieldContainer[Contribution]
    image_url: str
    offer_propensity: float
    ranker: str
    click_probability: float
    purchase_probability: float
    def __init__(self, item_id: _Optional[str] = ..., titles: _Optional[_Mapping[str, str]] = ..., category: _Optional[str] = ..., brand: _Optional[str] = ..., score: _Optional[float] = ..., list_price_minor_units: _Optional[int] = ..., price_minor_units: _Optional[int] = ..., currency: _Optional[str] = ..., offer: _Optional[_Union[_promotion_pb2.Offer, _Mapping]] = ..., propensity: _Optional[float] = ..., position: _Optional[int] = ..., reasons: _Optional[_Iterable[_Union[Reason, _Mapping]]] = ..., sources: _Optional[_Iterable[_Union[SourceScore, _Mapping]]] = ..., contributions: _Optional[_Iterable[_Union[Contribution, _Mapping]]] = ..., image_url: _Optional[str] = ..., offer_propensity: _Optional[float] = ..., ranker: _Optional[str] = ..., click_probability: _Optional[float] = ..., purchase_probability: _Optional[float] = ...) -> None: ...

class Reason(_message.Message):
    __slots__ = ("kind", "texts", "item_ids", "promotion_id")
    class TextsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXTS_FIELD_NUMBER: _ClassVar[int]
    ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    kind: ReasonKind
    texts: _containers.ScalarMap[str, str]
    item_ids: _containers.RepeatedScalarFieldContainer[str]
    promotion_id: str
    def __init__(self, kind: _Optional[_Union[ReasonKind, str]] = ..., texts: _Optional[_Mapping[str, str]] = ..., item_ids: _Optional[_Iterable[str]] = ..., promotion_id: _Optional[str] = ...) -> None: ...

class SourceScore(_message.Message):
    __slots__ = ("source", "score", "rank")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    source: str
    score: float
    rank: int
    def __init__(self, source: _Optional[str] = ..., score: _Optional[float] = ..., rank: _Optional[int] = ...) -> None: ...

class Contribution(_message.Message):
    __slots__ = ("feature", "value", "contribution")
    FEATURE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    feature: str
    value: float
    contribution: float
    def __init__(self, feature: _Optional[str] = ..., value: _Optional[float] = ..., contribution: _Optional[float] = ...) -> None: ...

class RankRequest(_message.Message):
    __slots__ = ("user_id", "session_id", "recent_item_ids", "candidate_ids", "context", "explain", "request_id", "k")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    RECENT_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_IDS_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    session_id: str
    recent_item_ids: _containers.RepeatedScalarFieldContainer[str]
    candidate_ids: _containers.RepeatedScalarFieldContainer[str]
    context: RequestContext
    explain: bool
    request_id: str
    k: int
    def __init__(self, user_id: _Optional[str] = ..., session_id: _Optional[str] = ..., recent_item_ids: _Optional[_Iterable[str]] = ..., candidate_ids: _Optional[_Iterable[str]] = ..., context: _Optional[_Union[RequestContext, _Mapping]] = ..., explain: bool = ..., request_id: _Optional[str] = ..., k: _Optional[int] = ...) -> None: ...

class RankResponse(_message.Message):
    __slots__ = ("items", "ineligible_ids", "request_id", "model_version", "degraded", "ranker")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    INELIGIBLE_IDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    RANKER_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[RecommendedItem]
    ineligible_ids: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    model_version: str
    degraded: _degraded_pb2.Degraded
    ranker: str
    def __init__(self, items: _Optional[_Iterable[_Union[RecommendedItem, _Mapping]]] = ..., ineligible_ids: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ..., model_version: _Optional[str] = ..., degraded: _Optional[_Union[_degraded_pb2.Degraded, _Mapping]] = ..., ranker: _Optional[str] = ...) -> None: ...

class SimilarItemsRequest(_message.Message):
    __slots__ = ("item_id", "k", "user_id", "context", "filter")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    k: int
    user_id: str
    context: RequestContext
    filter: ItemFilter
    def __init__(self, item_id: _Optional[str] = ..., k: _Optional[int] = ..., user_id: _Optional[str] = ..., context: _Optional[_Union[RequestContext, _Mapping]] = ..., filter: _Optional[_Union[ItemFilter, _Mapping]] = ...) -> None: ...

class SimilarItemsResponse(_message.Message):
    __slots__ = ("items", "degraded")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[RecommendedItem]
    degraded: _degraded_pb2.Degraded
    def __init__(self, items: _Optional[_Iterable[_Union[RecommendedItem, _Mapping]]] = ..., degraded: _Optional[_Union[_degraded_pb2.Degraded, _Mapping]] = ...) -> None: ...

class SearchItemsRequest(_message.Message):
    __slots__ = ("query", "k", "user_id", "context", "filter", "vector")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    VECTOR_FIELD_NUMBER: _ClassVar[int]
    query: str
    k: int
    user_id: str
    context: RequestContext
    filter: ItemFilter
    vector: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, query: _Optional[str] = ..., k: _Optional[int] = ..., user_id: _Optional[str] = ..., context: _Optional[_Union[RequestContext, _Mapping]] = ..., filter: _Optional[_Union[ItemFilter, _Mapping]] = ..., vector: _Optional[_Iterable[float]] = ...) -> None: ...

class SearchItemsResponse(_message.Message):
    __slots__ = ("items", "total_matches", "degraded")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_MATCHES_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[RecommendedItem]
    total_matches: int
    degraded: _degraded_pb2.Degraded
    def __init__(self, items: _Optional[_Iterable[_Union[RecommendedItem, _Mapping]]] = ..., total_matches: _Optional[int] = ..., degraded: _Optional[_Union[_degraded_pb2.Degraded, _Mapping]] = ...) -> None: ...
