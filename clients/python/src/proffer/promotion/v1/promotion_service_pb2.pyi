from proffer.common.v1 import degraded_pb2 as _degraded_pb2
from proffer.promotion.v1 import promotion_pb2 as _promotion_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RefusalReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFUSAL_REASON_UNSPECIFIED: _ClassVar[RefusalReason]
    REFUSAL_REASON_NOT_LIVE: _ClassVar[RefusalReason]
    REFUSAL_REASON_NOT_STARTED: _ClassVar[RefusalReason]
    REFUSAL_REASON_OVER: _ClassVar[RefusalReason]
    REFUSAL_REASON_OUTSIDE_WINDOW: _ClassVar[RefusalReason]
    REFUSAL_REASON_NO_MATCHING_ITEM: _ClassVar[RefusalReason]
    REFUSAL_REASON_AMOUNT: _ClassVar[RefusalReason]
    REFUSAL_REASON_QUANTITY: _ClassVar[RefusalReason]
    REFUSAL_REASON_PERSON: _ClassVar[RefusalReason]
    REFUSAL_REASON_MEMBER_LEVEL: _ClassVar[RefusalReason]
    REFUSAL_REASON_CHANNEL: _ClassVar[RefusalReason]
    REFUSAL_REASON_REGION: _ClassVar[RefusalReason]
    REFUSAL_REASON_PAYMENT_METHOD: _ClassVar[RefusalReason]
    REFUSAL_REASON_STOCK: _ClassVar[RefusalReason]
    REFUSAL_REASON_CODE: _ClassVar[RefusalReason]
    REFUSAL_REASON_REQUIRED_ITEMS: _ClassVar[RefusalReason]
    REFUSAL_REASON_LIMIT: _ClassVar[RefusalReason]
    REFUSAL_REASON_BUDGET: _ClassVar[RefusalReason]
    REFUSAL_REASON_EXCLUDED: _ClassVar[RefusalReason]
    REFUSAL_REASON_NOT_BEST: _ClassVar[RefusalReason]
    REFUSAL_REASON_CURRENCY: _ClassVar[RefusalReason]
    REFUSAL_REASON_FLOOR_PRICE: _ClassVar[RefusalReason]
    REFUSAL_REASON_POINTS: _ClassVar[RefusalReason]
    REFUSAL_REASON_NO_SAVING: _ClassVar[RefusalReason]
    REFUSAL_REASON_NOT_GRANTED: _ClassVar[RefusalReason]
REFUSAL_REASON_UNSPECIFIED: RefusalReason
REFUSAL_REASON_NOT_LIVE: RefusalReason
REFUSAL_REASON_NOT_STARTED: RefusalReason
REFUSAL_REASON_OVER: RefusalReason
REFUSAL_REASON_OUTSIDE_WINDOW: RefusalReason
REFUSAL_REASON_NO_MATCHING_ITEM: RefusalReason
REFUSAL_REASON_AMOUNT: RefusalReason
REFUSAL_REASON_QUANTITY: RefusalReason
REFUSAL_REASON_PERSON: RefusalReason
REFUSAL_REASON_MEMBER_LEVEL: RefusalReason
REFUSAL_REASON_CHANNEL: RefusalReason
REFUSAL_REASON_REGION: RefusalReason
REFUSAL_REASON_PAYMENT_METHOD: RefusalReason
REFUSAL_REASON_STOCK: RefusalReason
REFUSAL_REASON_CODE: RefusalReason
REFUSAL_REASON_REQUIRED_ITEMS: RefusalReason
REFUSAL_REASON_LIMIT: RefusalReason
REFUSAL_REASON_BUDGET: RefusalReason
REFUSAL_REASON_EXCLUDED: RefusalReason
REFUSAL_REASON_NOT_BEST: RefusalReason
REFUSAL_REASON_CURRENCY: RefusalReason
REFUSAL_REASON_FLOOR_PRICE: RefusalReason
REFUSAL_REASON_POINTS: RefusalReason
REFUSAL_REASON_NO_SAVING: RefusalReason
REFUSAL_REASON_NOT_GRANTED: RefusalReason

class UpsertPromotionsRequest(_message.Message):
    __slots__ = ("promotions",)
    PROMOTIONS_FIELD_NUMBER: _ClassVar[int]
    promotions: _containers.RepeatedCompositeFieldContainer[_promotion_pb2.Promotion]
    def __init__(self, promotions: _Optional[_Iterable[_Union[_promotion_pb2.Promotion, _Mapping]]] = ...) -> None: ...

class UpsertPromotionsResponse(_message.Message):
    __slots__ = ("catalogue_version", "warnings")
    CATALOGUE_VERSION_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    catalogue_version: int
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, catalogue_version: _Optional[int] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class GetPromotionRequest(_message.Message):
    __slots__ = ("promotion_id",)
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    def __init__(self, promotion_id: _Optional[str] = ...) -> None: ...

class GetPromotionResponse(_message.Message):
    __slots__ = ("promotion",)
    PROMOTION_FIELD_NUMBER: _ClassVar[int]
    promotion: _promotion_pb2.Promotion
    def __init__(self, promotion: _Optional[_Union[_promotion_pb2.Promotion, _Mapping]] = ...) -> None: ...

class ListPromotionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "types", "live_only")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    LIVE_ONLY_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    types: _containers.RepeatedScalarFieldContainer[_promotion_pb2.PromotionType]
    live_only: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., types: _Optional[_Iterable[_Union[_promotion_pb2.PromotionType, str]]] = ..., live_only: bool = ...) -> None: ...

class ListPromotionsResponse(_message.Message):
    __slots__ = ("promotions", "next_page_token")
    PROMOTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    promotions: _containers.RepeatedCompositeFieldContainer[_promotion_pb2.Promotion]
    next_page_token: str
    def __init__(self, promotions: _Optional[_Iterable[_Union[_promotion_pb2.Promotion, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeletePromotionRequest(_message.Message):
    __slots__ = ("promotion_id",)
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    def __init__(self, promotion_id: _Optional[str] = ...) -> None: ...

class DeletePromotionResponse(_message.Message):
    __slots__ = ("ended",)
    ENDED_FIELD_NUMBER: _ClassVar[int]
    ended: bool
    def __init__(self, ended: bool = ...) -> None: ...

class Cart(_message.Message):
    __slots__ = ("lines", "currency", "codes", "shipping_minor_units", "channel", "region", "payment_method", "points")
    LINES_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    SHIPPING_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_METHOD_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[CartLine]
    currency: str
    codes: _containers.RepeatedScalarFieldContainer[str]
    shipping_minor_units: int
    channel: str
    region: str
    payment_method: str
    points: int
    def __init__(self, lines: _Optional[_Iterable[_Union[CartLine, _Mapping]]] = ..., currency: _Optional[str] = ..., codes: _Optional[_Iterable[str]] = ..., shipping_minor_units: _Optional[int] = ..., channel: _Optional[str] = ..., region: _Optional[str] = ..., payment_method: _Optional[str] = ..., points: _Optional[int] = ...) -> None: ...

class CartLine(_message.Message):
    __slots__ = ("item_id", "quantity", "unit_price_minor_units")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    quantity: int
    unit_price_minor_units: int
    def __init__(self, item_id: _Optional[str] = ..., quantity: _Optional[int] = ..., unit_price_minor_units: _Optional[int] = ...) -> None: ...

class Person(_message.Message):
    __slots__ = ("user_id", "segments", "member_level", "order_count", "first_seen_unix_ms", "birthday")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    MEMBER_LEVEL_FIELD_NUMBER: _ClassVar[int]
    ORDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    BIRTHDAY_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    segments: _containers.RepeatedScalarFieldContainer[str]
    member_level: int
    order_count: int
    first_seen_unix_ms: int
    birthday: str
    def __init__(self, user_id: _Optional[str] = ..., segments: _Optional[_Iterable[str]] = ..., member_level: _Optional[int] = ..., order_count: _Optional[int] = ..., first_seen_unix_ms: _Optional[int] = ..., birthday: _Optional[str] = ...) -> None: ...

class EvaluateCartRequest(_message.Message):
    __slots__ = ("cart", "person", "at_unix_ms", "explain")
    CART_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_FIELD_NUMBER: _ClassVar[int]
    cart: Cart
    person: Person
    at_unix_ms: int
    explain: bool
    def __init__(self, cart: _Optional[_Union[Cart, _Mapping]] = ..., person: _Optional[_Union[Person, _Mapping]] = ..., at_unix_ms: _Optional[int] = ..., explain: bool = ...) -> None: ...

class EvaluateCartResponse(_message.Message):
    __slots__ = ("lines", "currency", "subtotal_minor_units", "saving_minor_units", "shipping_minor_units", "total_minor_units", "applied", "not_applied", "gifts", "refused_codes", "exact", "catalogue_version", "degraded")
    LINES_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    SUBTOTAL_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    SAVING_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    SHIPPING_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    APPLIED_FIELD_NUMBER: _ClassVar[int]
    NOT_APPLIED_FIELD_NUMBER: _ClassVar[int]
    GIFTS_FIELD_NUMBER: _ClassVar[int]
    REFUSED_CODES_FIELD_NUMBER: _ClassVar[int]
    EXACT_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_VERSION_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[PricedLine]
    currency: str
    subtotal_minor_units: int
    saving_minor_units: int
    shipping_minor_units: int
    total_minor_units: int
    applied: _containers.RepeatedCompositeFieldContainer[AppliedPromotion]
    not_applied: _containers.RepeatedCompositeFieldContainer[PromotionRefusal]
    gifts: _containers.RepeatedCompositeFieldContainer[GiftLine]
    refused_codes: _containers.RepeatedScalarFieldContainer[str]
    exact: bool
    catalogue_version: int
    degraded: _degraded_pb2.Degraded
    def __init__(self, lines: _Optional[_Iterable[_Union[PricedLine, _Mapping]]] = ..., currency: _Optional[str] = ..., subtotal_minor_units: _Optional[int] = ..., saving_minor_units: _Optional[int] = ..., shipping_minor_units: _Optional[int] = ..., total_minor_units: _Optional[int] = ..., applied: _Optional[_Iterable[_Union[AppliedPromotion, _Mapping]]] = ..., not_applied: _Optional[_Iterable[_Union[PromotionRefusal, _Mapping]]] = ..., gifts: _Optional[_Iterable[_Union[GiftLine, _Mapping]]] = ..., refused_codes: _Optional[_Iterable[str]] = ..., exact: bool = ..., catalogue_version: _Optional[int] = ..., degraded: _Optional[_Union[_degraded_pb2.Degraded, _Mapping]] = ...) -> None: ...

class PricedLine(_message.Message):
    __slots__ = ("item_id", "quantity", "unit_price_minor_units", "before_minor_units", "after_minor_units", "savings")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    BEFORE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    AFTER_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    SAVINGS_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    quantity: int
    unit_price_minor_units: int
    before_minor_units: int
    after_minor_units: int
    savings: _containers.RepeatedCompositeFieldContainer[LineSaving]
    def __init__(self, item_id: _Optional[str] = ..., quantity: _Optional[int] = ..., unit_price_minor_units: _Optional[int] = ..., before_minor_units: _Optional[int] = ..., after_minor_units: _Optional[int] = ..., savings: _Optional[_Iterable[_Union[LineSaving, _Mapping]]] = ...) -> None: ...

class LineSaving(_message.Message):
    __slots__ = ("promotion_id", "saving_minor_units")
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    SAVING_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    saving_minor_units: int
    def __init__(self, promotion_id: _Optional[str] = ..., saving_minor_units: _Optional[int] = ...) -> None: ...

class AppliedPromotion(_message.Message):
    __slots__ = ("promotion_id", "type", "lane", "saving_minor_units", "names", "reasons", "points_used")
    class NamesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class ReasonsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    LANE_FIELD_NUMBER: _ClassVar[int]
    SAVING_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    POINTS_USED_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    type: _promotion_pb2.PromotionType
    lane: _promotion_pb2.Lane
    saving_minor_units: int
    names: _containers.ScalarMap[str, str]
    reasons: _containers.ScalarMap[str, str]
    points_used: int
    def __init__(self, promotion_id: _Optional[str] = ..., type: _Optional[_Union[_promotion_pb2.PromotionType, str]] = ..., lane: _Optional[_Union[_promotion_pb2.Lane, str]] = ..., saving_minor_units: _Optional[int] = ..., names: _Optional[_Mapping[str, str]] = ..., reasons: _Optional[_Mapping[str, str]] = ..., points_used: _Optional[int] = ...) -> None: ...

class PromotionRefusal(_message.Message):
    __slots__ = ("promotion_id", "type", "names", "reason", "explanations", "missing_amount_minor_units", "missing_quantity", "starts_at_unix_ms", "excluded_by")
    class NamesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class ExplanationsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPLANATIONS_FIELD_NUMBER: _ClassVar[int]
    MISSING_AMOUNT_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    MISSING_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_BY_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    type: _promotion_pb2.PromotionType
    names: _containers.ScalarMap[str, str]
    reason: RefusalReason
    explanations: _containers.ScalarMap[str, str]
    missing_amount_minor_units: int
    missing_quantity: int
    starts_at_unix_ms: int
    excluded_by: str
    def __init__(self, promotion_id: _Optional[str] = ..., type: _Optional[_Union[_promotion_pb2.PromotionType, str]] = ..., names: _Optional[_Mapping[str, str]] = ..., reason: _Optional[_Union[RefusalReason, str]] = ..., explanations: _Optional[_Mapping[str, str]] = ..., missing_amount_minor_units: _Optional[int] = ..., missing_quantity: _Optional[int] = ..., starts_at_unix_ms: _Optional[int] = ..., excluded_by: _Optional[str] = ..., **kwargs) -> None: ...

class GiftLine(_message.Message):
    __slots__ = ("item_id", "quantity", "promotion_id")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    quantity: int
    promotion_id: str
    def __init__(self, item_id: _Optional[str] = ..., quantity: _Optional[int] = ..., promotion_id: _Optional[str] = ...) -> None: ...

class ExplainPromotionRequest(_message.Message):
    __slots__ = ("promotion_id", "code", "cart", "person", "at_unix_ms")
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    CART_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    code: str
    cart: Cart
    person: Person
    at_unix_ms: int
    def __init__(self, promotion_id: _Optional[str] = ..., code: _Optional[str] = ..., cart: _Optional[_Union[Cart, _Mapping]] = ..., person: _Optional[_Union[Person, _Mapping]] = ..., at_unix_ms: _Optional[int] = ...) -> None: ...

class ExplainPromotionResponse(_message.Message):
    __slots__ = ("applied", "refusal", "offer")
    APPLIED_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    applied: AppliedPromotion
    refusal: PromotionRefusal
    offer: _promotion_pb2.Offer
    def __init__(self, applied: _Optional[_Union[AppliedPromotion, _Mapping]] = ..., refusal: _Optional[_Union[PromotionRefusal, _Mapping]] = ..., offer: _Optional[_Union[_promotion_pb2.Offer, _Mapping]] = ...) -> None: ...

class ListOffersRequest(_message.Message):
    __slots__ = ("person", "filter", "types", "upcoming_within_ms", "page_size", "page_token", "at_unix_ms", "channel", "region", "paced")
    PERSON_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    UPCOMING_WITHIN_MS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    PACED_FIELD_NUMBER: _ClassVar[int]
    person: Person
    filter: _promotion_pb2.ItemSelector
    types: _containers.RepeatedScalarFieldContainer[_promotion_pb2.PromotionType]
    upcoming_within_ms: int
    page_size: int
    page_token: str
    at_unix_ms: int
    channel: str
    region: str
    paced: bool
    def __init__(self, person: _Optional[_Union[Person, _Mapping]] = ..., filter: _Optional[_Union[_promotion_pb2.ItemSelector, _Mapping]] = ..., types: _Optional[_Iterable[_Union[_promotion_pb2.PromotionType, str]]] = ..., upcoming_within_ms: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., at_unix_ms: _Optional[int] = ..., channel: _Optional[str] = ..., region: _Optional[str] = ..., paced: bool = ...) -> None: ...

class ListOffersResponse(_message.Message):
    __slots__ = ("offers", "next_page_token")
    OFFERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    offers: _containers.RepeatedCompositeFieldContainer[_promotion_pb2.Offer]
    next_page_token: str
    def __init__(self, offers: _Optional[_Iterable[_Union[_promotion_pb2.Offer, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PlanPromotionsRequest(_message.Message):
    __slots__ = ("yaml",)
    YAML_FIELD_NUMBER: _ClassVar[int]
    yaml: str
    def __init__(self, yaml: _Optional[str] = ...) -> None: ...

class PlanPromotionsResponse(_message.Message):
    __slots__ = ("changes", "warnings")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedScalarFieldContainer[str]
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, changes: _Optional[_Iterable[str]] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class ApplyPromotionsRequest(_message.Message):
    __slots__ = ("yaml",)
    YAML_FIELD_NUMBER: _ClassVar[int]
    yaml: str
    def __init__(self, yaml: _Optional[str] = ...) -> None: ...

class ApplyPromotionsResponse(_message.Message):
    __slots__ = ("changes", "catalogue_version")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_VERSION_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedScalarFieldContainer[str]
    catalogue_version: int
    def __init__(self, changes: _Optional[_Iterable[str]] = ..., catalogue_version: _Optional[int] = ...) -> None: ...

class SetPromotionStateRequest(_message.Message):
    __slots__ = ("promotion_id", "state")
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    state: _promotion_pb2.PromotionState
    def __init__(self, promotion_id: _Optional[str] = ..., state: _Optional[_Union[_promotion_pb2.PromotionState, str]] = ...) -> None: ...

class SetPromotionStateResponse(_message.Message):
    __slots__ = ("promotion", "catalogue_version", "warnings")
    PROMOTION_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_VERSION_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    promotion: _promotion_pb2.Promotion
    catalogue_version: int
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, promotion: _Optional[_Union[_promotion_pb2.Promotion, _Mapping]] = ..., catalogue_version: _Optional[int] = ..., warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class ExportPromotionsRequest(_message.Message):
    __slots__ = ("promotion_ids",)
    PROMOTION_IDS_FIELD_NUMBER: _ClassVar[int]
    promotion_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, promotion_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ExportPromotionsResponse(_message.Message):
    __slots__ = ("yaml",)
    YAML_FIELD_NUMBER: _ClassVar[int]
    yaml: str
    def __init__(self, yaml: _Optional[str] = ...) -> None: ...

class CheckPromotionsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CheckPromotionsResponse(_message.Message):
    __slots__ = ("warnings",)
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    warnings: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, warnings: _Optional[_Iterable[str]] = ...) -> None: ...

class ListPromotionChangesRequest(_message.Message):
    __slots__ = ("promotion_id", "page_size", "page_token")
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    page_size: int
    page_token: str
    def __init__(self, promotion_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPromotionChangesResponse(_message.Message):
    __slots__ = ("changes", "next_page_token")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[PromotionChange]
    next_page_token: str
    def __init__(self, changes: _Optional[_Iterable[_Union[PromotionChange, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PromotionChange(_message.Message):
    __slots__ = ("catalogue_version", "promotion_id", "changed_at_unix_ms", "change", "fields", "before", "after", "changed_by")
    CATALOGUE_VERSION_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    catalogue_version: int
    promotion_id: str
    changed_at_unix_ms: int
    change: str
    fields: _containers.RepeatedScalarFieldContainer[str]
    before: _promotion_pb2.Promotion
    after: _promotion_pb2.Promotion
    changed_by: str
    def __init__(self, catalogue_version: _Optional[int] = ..., promotion_id: _Optional[str] = ..., changed_at_unix_ms: _Optional[int] = ..., change: _Optional[str] = ..., fields: _Optional[_Iterable[str]] = ..., before: _Optional[_Union[_promotion_pb2.Promotion, _Mapping]] = ..., after: _Optional[_Union[_promotion_pb2.Promotion, _Mapping]] = ..., changed_by: _Optional[str] = ...) -> None: ...

class PreviewPromotionsRequest(_message.Message):
    __slots__ = ("yaml", "person", "at_unix_ms", "cart", "with_drafts")
    YAML_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    CART_FIELD_NUMBER: _ClassVar[int]
    WITH_DRAFTS_FIELD_NUMBER: _ClassVar[int]
    yaml: str
    person: Person
    at_unix_ms: int
    cart: Cart
    with_drafts: bool
    def __init__(self, yaml: _Optional[str] = ..., person: _Optional[_Union[Person, _Mapping]] = ..., at_unix_ms: _Optional[int] = ..., cart: _Optional[_Union[Cart, _Mapping]] = ..., with_drafts: bool = ...) -> None: ...

class PreviewPromotionsResponse(_message.Message):
    __slots__ = ("offers", "cart")
    OFFERS_FIELD_NUMBER: _ClassVar[int]
    CART_FIELD_NUMBER: _ClassVar[int]
    offers: _containers.RepeatedCompositeFieldContainer[_promotion_pb2.Offer]
    cart: EvaluateCartResponse
    def __init__(self, offers: _Optional[_Iterable[_Union[_promotion_pb2.Offer, _Mapping]]] = ..., cart: _Optional[_Union[EvaluateCartResponse, _Mapping]] = ...) -> None: ...
