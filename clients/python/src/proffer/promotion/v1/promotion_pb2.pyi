from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PromotionType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROMOTION_TYPE_UNSPECIFIED: _ClassVar[PromotionType]
    PROMOTION_TYPE_PERCENT_OFF: _ClassVar[PromotionType]
    PROMOTION_TYPE_AMOUNT_OFF: _ClassVar[PromotionType]
    PROMOTION_TYPE_THRESHOLD: _ClassVar[PromotionType]
    PROMOTION_TYPE_BUY_X_GET_Y: _ClassVar[PromotionType]
    PROMOTION_TYPE_COUPON: _ClassVar[PromotionType]
    PROMOTION_TYPE_FLASH_SALE: _ClassVar[PromotionType]
    PROMOTION_TYPE_MEMBER_EXCLUSIVE: _ClassVar[PromotionType]
    PROMOTION_TYPE_POINTS_REDEMPTION: _ClassVar[PromotionType]
    PROMOTION_TYPE_FREE_SHIPPING: _ClassVar[PromotionType]
    PROMOTION_TYPE_BUNDLE_PRICE: _ClassVar[PromotionType]

class PromotionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROMOTION_STATE_UNSPECIFIED: _ClassVar[PromotionState]
    PROMOTION_STATE_DRAFT: _ClassVar[PromotionState]
    PROMOTION_STATE_LIVE: _ClassVar[PromotionState]
    PROMOTION_STATE_PAUSED: _ClassVar[PromotionState]
    PROMOTION_STATE_ENDED: _ClassVar[PromotionState]

class Lane(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LANE_UNSPECIFIED: _ClassVar[Lane]
    LANE_ITEM: _ClassVar[Lane]
    LANE_ORDER: _ClassVar[Lane]
    LANE_SHIPPING: _ClassVar[Lane]
    LANE_MEMBER: _ClassVar[Lane]

class AmountScope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AMOUNT_SCOPE_UNSPECIFIED: _ClassVar[AmountScope]
    AMOUNT_SCOPE_MATCHING_LINES: _ClassVar[AmountScope]
    AMOUNT_SCOPE_CART: _ClassVar[AmountScope]
PROMOTION_TYPE_UNSPECIFIED: PromotionType
PROMOTION_TYPE_PERCENT_OFF: PromotionType
PROMOTION_TYPE_AMOUNT_OFF: PromotionType
PROMOTION_TYPE_THRESHOLD: PromotionType
PROMOTION_TYPE_BUY_X_GET_Y: PromotionType
PROMOTION_TYPE_COUPON: PromotionType
PROMOTION_TYPE_FLASH_SALE: PromotionType
PROMOTION_TYPE_MEMBER_EXCLUSIVE: PromotionType
PROMOTION_TYPE_POINTS_REDEMPTION: PromotionType
PROMOTION_TYPE_FREE_SHIPPING: PromotionType
PROMOTION_TYPE_BUNDLE_PRICE: PromotionType
PROMOTION_STATE_UNSPECIFIED: PromotionState
PROMOTION_STATE_DRAFT: PromotionState
PROMOTION_STATE_LIVE: PromotionState
PROMOTION_STATE_PAUSED: PromotionState
PROMOTION_STATE_ENDED: PromotionState
LANE_UNSPECIFIED: Lane
LANE_ITEM: Lane
LANE_ORDER: Lane
LANE_SHIPPING: Lane
LANE_MEMBER: Lane
AMOUNT_SCOPE_UNSPECIFIED: AmountScope
AMOUNT_SCOPE_MATCHING_LINES: AmountScope
AMOUNT_SCOPE_CART: AmountScope

class Promotion(_message.Message):
    __slots__ = ("promotion_id", "type", "state", "names", "currency", "applies_to", "conditions", "action", "stacking", "limits", "schedule", "code", "attributes", "campaign_id")
    class NamesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    APPLIES_TO_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    STACKING_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    type: PromotionType
    state: PromotionState
    names: _containers.ScalarMap[str, str]
    currency: str
    applies_to: ItemSelector
    conditions: _containers.RepeatedCompositeFieldContainer[Condition]
    action: Action
    stacking: Stacking
    limits: Limits
    schedule: Schedule
    code: str
    attributes: _containers.ScalarMap[str, str]
    campaign_id: str
    def __init__(self, promotion_id: _Optional[str] = ..., type: _Optional[_Union[PromotionType, str]] = ..., state: _Optional[_Union[PromotionState, str]] = ..., names: _Optional[_Mapping[str, str]] = ..., currency: _Optional[str] = ..., applies_to: _Optional[_Union[ItemSelector, _Mapping]] = ..., conditions: _Optional[_Iterable[_Union[Condition, _Mapping]]] = ..., action: _Optional[_Union[Action, _Mapping]] = ..., stacking: _Optional[_Union[Stacking, _Mapping]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., schedule: _Optional[_Union[Schedule, _Mapping]] = ..., code: _Optional[str] = ..., attributes: _Optional[_Mapping[str, str]] = ..., campaign_id: _Optional[str] = ...) -> None: ...

class ItemSelector(_message.Message):
    __slots__ = ("item_ids", "categories", "brands", "attributes", "excluded_item_ids", "excluded_categories", "excluded_brands")
    ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    BRANDS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_BRANDS_FIELD_NUMBER: _ClassVar[int]
    item_ids: _containers.RepeatedScalarFieldContainer[str]
    categories: _containers.RepeatedScalarFieldContainer[str]
    brands: _containers.RepeatedScalarFieldContainer[str]
    attributes: _containers.RepeatedScalarFieldContainer[str]
    excluded_item_ids: _containers.RepeatedScalarFieldContainer[str]
    excluded_categories: _containers.RepeatedScalarFieldContainer[str]
    excluded_brands: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, item_ids: _Optional[_Iterable[str]] = ..., categories: _Optional[_Iterable[str]] = ..., brands: _Optional[_Iterable[str]] = ..., attributes: _Optional[_Iterable[str]] = ..., excluded_item_ids: _Optional[_Iterable[str]] = ..., excluded_categories: _Optional[_Iterable[str]] = ..., excluded_brands: _Optional[_Iterable[str]] = ...) -> None: ...

class Condition(_message.Message):
    __slots__ = ("min_amount", "min_quantity", "person", "channels", "regions", "payment_methods", "min_stock", "requires_items")
    MIN_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    MIN_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    REGIONS_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_METHODS_FIELD_NUMBER: _ClassVar[int]
    MIN_STOCK_FIELD_NUMBER: _ClassVar[int]
    REQUIRES_ITEMS_FIELD_NUMBER: _ClassVar[int]
    min_amount: MinAmount
    min_quantity: MinQuantity
    person: PersonCondition
    channels: TextSet
    regions: TextSet
    payment_methods: TextSet
    min_stock: MinStock
    requires_items: RequiresItems
    def __init__(self, min_amount: _Optional[_Union[MinAmount, _Mapping]] = ..., min_quantity: _Optional[_Union[MinQuantity, _Mapping]] = ..., person: _Optional[_Union[PersonCondition, _Mapping]] = ..., channels: _Optional[_Union[TextSet, _Mapping]] = ..., regions: _Optional[_Union[TextSet, _Mapping]] = ..., payment_methods: _Optional[_Union[TextSet, _Mapping]] = ..., min_stock: _Optional[_Union[MinStock, _Mapping]] = ..., requires_items: _Optional[_Union[RequiresItems, _Mapping]] = ...) -> None: ...

class MinAmount(_message.Message):
    __slots__ = ("amount_minor_units", "scope")
    AMOUNT_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    amount_minor_units: int
    scope: AmountScope
    def __init__(self, amount_minor_units: _Optional[int] = ..., scope: _Optional[_Union[AmountScope, str]] = ...) -> None: ...

class MinQuantity(_message.Message):
    __slots__ = ("quantity",)
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    quantity: int
    def __init__(self, quantity: _Optional[int] = ...) -> None: ...

class PersonCondition(_message.Message):
    __slots__ = ("segments", "min_member_level", "first_order", "new_customer_days", "birthday_within_days", "user_ids")
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    MIN_MEMBER_LEVEL_FIELD_NUMBER: _ClassVar[int]
    FIRST_ORDER_FIELD_NUMBER: _ClassVar[int]
    NEW_CUSTOMER_DAYS_FIELD_NUMBER: _ClassVar[int]
    BIRTHDAY_WITHIN_DAYS_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    segments: _containers.RepeatedScalarFieldContainer[str]
    min_member_level: int
    first_order: bool
    new_customer_days: int
    birthday_within_days: int
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, segments: _Optional[_Iterable[str]] = ..., min_member_level: _Optional[int] = ..., first_order: bool = ..., new_customer_days: _Optional[int] = ..., birthday_within_days: _Optional[int] = ..., user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class TextSet(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, values: _Optional[_Iterable[str]] = ...) -> None: ...

class MinStock(_message.Message):
    __slots__ = ("units",)
    UNITS_FIELD_NUMBER: _ClassVar[int]
    units: int
    def __init__(self, units: _Optional[int] = ...) -> None: ...

class RequiresItems(_message.Message):
    __slots__ = ("selector", "quantity")
    SELECTOR_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    selector: ItemSelector
    quantity: int
    def __init__(self, selector: _Optional[_Union[ItemSelector, _Mapping]] = ..., quantity: _Optional[int] = ...) -> None: ...

class Action(_message.Message):
    __slots__ = ("percent_off", "amount_off", "fixed_price", "tiered_amount_off", "nth_item_off", "buy_x_get_y", "gift", "free_shipping", "bundle_price", "points", "max_discount_minor_units")
    PERCENT_OFF_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_OFF_FIELD_NUMBER: _ClassVar[int]
    FIXED_PRICE_FIELD_NUMBER: _ClassVar[int]
    TIERED_AMOUNT_OFF_FIELD_NUMBER: _ClassVar[int]
    NTH_ITEM_OFF_FIELD_NUMBER: _ClassVar[int]
    BUY_X_GET_Y_FIELD_NUMBER: _ClassVar[int]
    GIFT_FIELD_NUMBER: _ClassVar[int]
    FREE_SHIPPING_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_PRICE_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    MAX_DISCOUNT_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    percent_off: PercentOff
    amount_off: AmountOff
    fixed_price: FixedPrice
    tiered_amount_off: TieredAmountOff
    nth_item_off: NthItemOff
    buy_x_get_y: BuyXGetY
    gift: Gift
    free_shipping: FreeShipping
    bundle_price: BundlePrice
    points: PointsRedemption
    max_discount_minor_units: int
    def __init__(self, percent_off: _Optional[_Union[PercentOff, _Mapping]] = ..., amount_off: _Optional[_Union[AmountOff, _Mapping]] = ..., fixed_price: _Optional[_Union[FixedPrice, _Mapping]] = ..., tiered_amount_off: _Optional[_Union[TieredAmountOff, _Mapping]] = ..., nth_item_off: _Optional[_Union[NthItemOff, _Mapping]] = ..., buy_x_get_y: _Optional[_Union[BuyXGetY, _Mapping]] = ..., gift: _Optional[_Union[Gift, _Mapping]] = ..., free_shipping: _Optional[_Union[FreeShipping, _Mapping]] = ..., bundle_price: _Optional[_Union[BundlePrice, _Mapping]] = ..., points: _Optional[_Union[PointsRedemption, _Mapping]] = ..., max_discount_minor_units: _Optional[int] = ...) -> None: ...

class PercentOff(_message.Message):
    __slots__ = ("basis_points",)
    BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
    basis_points: int
    def __init__(self, basis_points: _Optional[int] = ...) -> None: ...

class AmountOff(_message.Message):
    __slots__ = ("amount_minor_units", "each_unit")
    AMOUNT_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    EACH_UNIT_FIELD_NUMBER: _ClassVar[int]
    amount_minor_units: int
    each_unit: bool
    def __init__(self, amount_minor_units: _Optional[int] = ..., each_unit: bool = ...) -> None: ...

class FixedPrice(_message.Message):
    __slots__ = ("unit_price_minor_units", "max_units")
    UNIT_PRICE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    MAX_UNITS_FIELD_NUMBER: _ClassVar[int]
    unit_price_minor_units: int
    max_units: int
    def __init__(self, unit_price_minor_units: _Optional[int] = ..., max_units: _Optional[int] = ...) -> None: ...

class TieredAmountOff(_message.Message):
    __slots__ = ("tiers", "repeats")
    TIERS_FIELD_NUMBER: _ClassVar[int]
    REPEATS_FIELD_NUMBER: _ClassVar[int]
    tiers: _containers.RepeatedCompositeFieldContainer[SpendTier]
    repeats: bool
    def __init__(self, tiers: _Optional[_Iterable[_Union[SpendTier, _Mapping]]] = ..., repeats: bool = ...) -> None: ...

class SpendTier(_message.Message):
    __slots__ = ("spend_minor_units", "off_minor_units", "off_basis_points")
    SPEND_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    OFF_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    OFF_BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
    spend_minor_units: int
    off_minor_units: int
    off_basis_points: int
    def __init__(self, spend_minor_units: _Optional[int] = ..., off_minor_units: _Optional[int] = ..., off_basis_points: _Optional[int] = ...) -> None: ...

class NthItemOff(_message.Message):
    __slots__ = ("nth", "basis_points")
    NTH_FIELD_NUMBER: _ClassVar[int]
    BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
    nth: int
    basis_points: int
    def __init__(self, nth: _Optional[int] = ..., basis_points: _Optional[int] = ...) -> None: ...

class BuyXGetY(_message.Message):
    __slots__ = ("buy", "get", "get_from", "max_times")
    BUY_FIELD_NUMBER: _ClassVar[int]
    GET_FIELD_NUMBER: _ClassVar[int]
    GET_FROM_FIELD_NUMBER: _ClassVar[int]
    MAX_TIMES_FIELD_NUMBER: _ClassVar[int]
    buy: int
    get: int
    get_from: ItemSelector
    max_times: int
    def __init__(self, buy: _Optional[int] = ..., get: _Optional[int] = ..., get_from: _Optional[_Union[ItemSelector, _Mapping]] = ..., max_times: _Optional[int] = ...) -> None: ...

class Gift(_message.Message):
    __slots__ = ("item_id", "quantity")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    quantity: int
    def __init__(self, item_id: _Optional[str] = ..., quantity: _Optional[int] = ...) -> None: ...

class FreeShipping(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class BundlePrice(_message.Message):
    __slots__ = ("parts", "price_minor_units")
    PARTS_FIELD_NUMBER: _ClassVar[int]
    PRICE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    parts: _containers.RepeatedCompositeFieldContainer[BundlePart]
    price_minor_units: int
    def __init__(self, parts: _Optional[_Iterable[_Union[BundlePart, _Mapping]]] = ..., price_minor_units: _Optional[int] = ...) -> None: ...

class BundlePart(_message.Message):
    __slots__ = ("selector", "quantity")
    SELECTOR_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    selector: ItemSelector
    quantity: int
    def __init__(self, selector: _Optional[_Union[ItemSelector, _Mapping]] = ..., quantity: _Optional[int] = ...) -> None: ...

class PointsRedemption(_message.Message):
    __slots__ = ("points_per_step", "step_minor_units", "max_basis_points")
    POINTS_PER_STEP_FIELD_NUMBER: _ClassVar[int]
    STEP_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    MAX_BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
    points_per_step: int
    step_minor_units: int
    max_basis_points: int
    def __init__(self, points_per_step: _Optional[int] = ..., step_minor_units: _Optional[int] = ..., max_basis_points: _Optional[int] = ...) -> None: ...

class Stacking(_message.Message):
    __slots__ = ("lane", "priority", "exclusive_group", "exclusive", "joint_cap", "joint_cap_minor_units")
    LANE_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIVE_GROUP_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    JOINT_CAP_FIELD_NUMBER: _ClassVar[int]
    JOINT_CAP_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    lane: Lane
    priority: int
    exclusive_group: str
    exclusive: bool
    joint_cap: str
    joint_cap_minor_units: int
    def __init__(self, lane: _Optional[_Union[Lane, str]] = ..., priority: _Optional[int] = ..., exclusive_group: _Optional[str] = ..., exclusive: bool = ..., joint_cap: _Optional[str] = ..., joint_cap_minor_units: _Optional[int] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("per_person", "per_person_per_day", "per_day", "total", "budget_minor_units")
    PER_PERSON_FIELD_NUMBER: _ClassVar[int]
    PER_PERSON_PER_DAY_FIELD_NUMBER: _ClassVar[int]
    PER_DAY_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    BUDGET_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    per_person: int
    per_person_per_day: int
    per_day: int
    total: int
    budget_minor_units: int
    def __init__(self, per_person: _Optional[int] = ..., per_person_per_day: _Optional[int] = ..., per_day: _Optional[int] = ..., total: _Optional[int] = ..., budget_minor_units: _Optional[int] = ...) -> None: ...

class Schedule(_message.Message):
    __slots__ = ("start_unix_ms", "end_unix_ms", "time_zone", "windows")
    START_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    END_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    start_unix_ms: int
    end_unix_ms: int
    time_zone: str
    windows: _containers.RepeatedCompositeFieldContainer[WeeklyWindow]
    def __init__(self, start_unix_ms: _Optional[int] = ..., end_unix_ms: _Optional[int] = ..., time_zone: _Optional[str] = ..., windows: _Optional[_Iterable[_Union[WeeklyWindow, _Mapping]]] = ...) -> None: ...

class WeeklyWindow(_message.Message):
    __slots__ = ("days", "start_minute", "end_minute")
    DAYS_FIELD_NUMBER: _ClassVar[int]
    START_MINUTE_FIELD_NUMBER: _ClassVar[int]
    END_MINUTE_FIELD_NUMBER: _ClassVar[int]
    days: _containers.RepeatedScalarFieldContainer[int]
    start_minute: int
    end_minute: int
    def __init__(self, days: _Optional[_Iterable[int]] = ..., start_minute: _Optional[int] = ..., end_minute: _Optional[int] = ...) -> None: ...

class Offer(_message.Message):
    __slots__ = ("promotion_id", "type", "names", "summaries", "saving_minor_units", "currency", "code", "ends_at_unix_ms", "starts_at_unix_ms", "remaining_units")
    class NamesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class SummariesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    SUMMARIES_FIELD_NUMBER: _ClassVar[int]
    SAVING_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_UNITS_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    type: PromotionType
    names: _containers.ScalarMap[str, str]
    summaries: _containers.ScalarMap[str, str]
    saving_minor_units: int
    currency: str
    code: str
    ends_at_unix_ms: int
    starts_at_unix_ms: int
    remaining_units: int
    def __init__(self, promotion_id: _Optional[str] = ..., type: _Optional[_Union[PromotionType, str]] = ..., names: _Optional[_Mapping[str, str]] = ..., summaries: _Optional[_Mapping[str, str]] = ..., saving_minor_units: _Optional[int] = ..., currency: _Optional[str] = ..., code: _Optional[str] = ..., ends_at_unix_ms: _Optional[int] = ..., starts_at_unix_ms: _Optional[int] = ..., remaining_units: _Optional[int] = ...) -> None: ...
