from proffer.promotion.v1 import promotion_service_pb2 as _promotion_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RedemptionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REDEMPTION_STATE_UNSPECIFIED: _ClassVar[RedemptionState]
    REDEMPTION_STATE_RESERVED: _ClassVar[RedemptionState]
    REDEMPTION_STATE_COMMITTED: _ClassVar[RedemptionState]
    REDEMPTION_STATE_RELEASED: _ClassVar[RedemptionState]
    REDEMPTION_STATE_EXPIRED: _ClassVar[RedemptionState]
REDEMPTION_STATE_UNSPECIFIED: RedemptionState
REDEMPTION_STATE_RESERVED: RedemptionState
REDEMPTION_STATE_COMMITTED: RedemptionState
REDEMPTION_STATE_RELEASED: RedemptionState
REDEMPTION_STATE_EXPIRED: RedemptionState

class Redemption(_message.Message):
    __slots__ = ("redemption_id", "state", "user_id", "parts", "currency", "expires_at_unix_ms", "order_id")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    state: RedemptionState
    user_id: str
    parts: _containers.RepeatedCompositeFieldContainer[RedemptionPart]
    currency: str
    expires_at_unix_ms: int
    order_id: str
    def __init__(self, redemption_id: _Optional[str] = ..., state: _Optional[_Union[RedemptionState, str]] = ..., user_id: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[RedemptionPart, _Mapping]]] = ..., currency: _Optional[str] = ..., expires_at_unix_ms: _Optional[int] = ..., order_id: _Optional[str] = ...) -> None: ...

class RedemptionPart(_message.Message):
    __slots__ = ("promotion_id", "amount_minor_units", "returned_minor_units")
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    RETURNED_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    amount_minor_units: int
    returned_minor_units: int
    def __init__(self, promotion_id: _Optional[str] = ..., amount_minor_units: _Optional[int] = ..., returned_minor_units: _Optional[int] = ...) -> None: ...

class ReserveRedemptionRequest(_message.Message):
    __slots__ = ("idempotency_key", "cart", "person", "hold_seconds", "expected_total_minor_units")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CART_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    HOLD_SECONDS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_TOTAL_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    cart: _promotion_service_pb2.Cart
    person: _promotion_service_pb2.Person
    hold_seconds: int
    expected_total_minor_units: int
    def __init__(self, idempotency_key: _Optional[str] = ..., cart: _Optional[_Union[_promotion_service_pb2.Cart, _Mapping]] = ..., person: _Optional[_Union[_promotion_service_pb2.Person, _Mapping]] = ..., hold_seconds: _Optional[int] = ..., expected_total_minor_units: _Optional[int] = ...) -> None: ...

class ReserveRedemptionResponse(_message.Message):
    __slots__ = ("redemption", "evaluation")
    REDEMPTION_FIELD_NUMBER: _ClassVar[int]
    EVALUATION_FIELD_NUMBER: _ClassVar[int]
    redemption: Redemption
    evaluation: _promotion_service_pb2.EvaluateCartResponse
    def __init__(self, redemption: _Optional[_Union[Redemption, _Mapping]] = ..., evaluation: _Optional[_Union[_promotion_service_pb2.EvaluateCartResponse, _Mapping]] = ...) -> None: ...

class CommitRedemptionRequest(_message.Message):
    __slots__ = ("redemption_id", "order_id")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    order_id: str
    def __init__(self, redemption_id: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class CommitRedemptionResponse(_message.Message):
    __slots__ = ("redemption",)
    REDEMPTION_FIELD_NUMBER: _ClassVar[int]
    redemption: Redemption
    def __init__(self, redemption: _Optional[_Union[Redemption, _Mapping]] = ...) -> None: ...

class ReleaseRedemptionRequest(_message.Message):
    __slots__ = ("redemption_id",)
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    def __init__(self, redemption_id: _Optional[str] = ...) -> None: ...

class ReleaseRedemptionResponse(_message.Message):
    __slots__ = ("redemption",)
    REDEMPTION_FIELD_NUMBER: _ClassVar[int]
    redemption: Redemption
    def __init__(self, redemption: _Optional[_Union[Redemption, _Mapping]] = ...) -> None: ...

class ReturnRedemptionRequest(_message.Message):
    __slots__ = ("redemption_id", "idempotency_key", "parts")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    idempotency_key: str
    parts: _containers.RepeatedCompositeFieldContainer[ReturnPart]
    def __init__(self, redemption_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[ReturnPart, _Mapping]]] = ...) -> None: ...

class ReturnPart(_message.Message):
    __slots__ = ("promotion_id", "amount_minor_units")
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    amount_minor_units: int
    def __init__(self, promotion_id: _Optional[str] = ..., amount_minor_units: _Optional[int] = ...) -> None: ...

class ReturnRedemptionResponse(_message.Message):
    __slots__ = ("redemption",)
    REDEMPTION_FIELD_NUMBER: _ClassVar[int]
    redemption: Redemption
    def __init__(self, redemption: _Optional[_Union[Redemption, _Mapping]] = ...) -> None: ...

class GetRedemptionRequest(_message.Message):
    __slots__ = ("redemption_id",)
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    def __init__(self, redemption_id: _Optional[str] = ...) -> None: ...

class GetRedemptionResponse(_message.Message):
    __slots__ = ("redemption",)
    REDEMPTION_FIELD_NUMBER: _ClassVar[int]
    redemption: Redemption
    def __init__(self, redemption: _Optional[_Union[Redemption, _Mapping]] = ...) -> None: ...

class GetBudgetRequest(_message.Message):
    __slots__ = ("promotion_id",)
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    def __init__(self, promotion_id: _Optional[str] = ...) -> None: ...

class GetBudgetResponse(_message.Message):
    __slots__ = ("budget_minor_units", "committed_minor_units", "reserved_minor_units", "redemptions", "currency")
    BUDGET_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    COMMITTED_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    RESERVED_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    REDEMPTIONS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    budget_minor_units: int
    committed_minor_units: int
    reserved_minor_units: int
    redemptions: int
    currency: str
    def __init__(self, budget_minor_units: _Optional[int] = ..., committed_minor_units: _Optional[int] = ..., reserved_minor_units: _Optional[int] = ..., redemptions: _Optional[int] = ..., currency: _Optional[str] = ...) -> None: ...

class CreateCouponBatchRequest(_message.Message):
    __slots__ = ("promotion_id", "idempotency_key", "count", "expires_at_unix_ms", "shared_code", "transferable")
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    SHARED_CODE_FIELD_NUMBER: _ClassVar[int]
    TRANSFERABLE_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    idempotency_key: str
    count: int
    expires_at_unix_ms: int
    shared_code: str
    transferable: bool
    def __init__(self, promotion_id: _Optional[str] = ..., idempotency_key: _Optional[str] = ..., count: _Optional[int] = ..., expires_at_unix_ms: _Optional[int] = ..., shared_code: _Optional[str] = ..., transferable: bool = ...) -> None: ...

class CreateCouponBatchResponse(_message.Message):
    __slots__ = ("batch_id", "codes")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, batch_id: _Optional[str] = ..., codes: _Optional[_Iterable[str]] = ...) -> None: ...

class AssignCouponsRequest(_message.Message):
    __slots__ = ("batch_id", "user_ids")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, batch_id: _Optional[str] = ..., user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class AssignCouponsResponse(_message.Message):
    __slots__ = ("assigned", "already_assigned")
    ASSIGNED_FIELD_NUMBER: _ClassVar[int]
    ALREADY_ASSIGNED_FIELD_NUMBER: _ClassVar[int]
    assigned: int
    already_assigned: int
    def __init__(self, assigned: _Optional[int] = ..., already_assigned: _Optional[int] = ...) -> None: ...

class ListWalletRequest(_message.Message):
    __slots__ = ("user_id", "page_size", "page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    page_size: int
    page_token: str
    def __init__(self, user_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListWalletResponse(_message.Message):
    __slots__ = ("coupons", "next_page_token")
    COUPONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    coupons: _containers.RepeatedCompositeFieldContainer[WalletCoupon]
    next_page_token: str
    def __init__(self, coupons: _Optional[_Iterable[_Union[WalletCoupon, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WalletCoupon(_message.Message):
    __slots__ = ("coupon_id", "promotion_id", "used", "expires_at_unix_ms", "transferable")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    TRANSFERABLE_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    promotion_id: str
    used: bool
    expires_at_unix_ms: int
    transferable: bool
    def __init__(self, coupon_id: _Optional[str] = ..., promotion_id: _Optional[str] = ..., used: bool = ..., expires_at_unix_ms: _Optional[int] = ..., transferable: bool = ...) -> None: ...

class TransferCouponRequest(_message.Message):
    __slots__ = ("coupon_id", "from_user_id", "to_user_id")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_USER_ID_FIELD_NUMBER: _ClassVar[int]
    TO_USER_ID_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    from_user_id: str
    to_user_id: str
    def __init__(self, coupon_id: _Optional[str] = ..., from_user_id: _Optional[str] = ..., to_user_id: _Optional[str] = ...) -> None: ...

class TransferCouponResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListExpiringCouponsRequest(_message.Message):
    __slots__ = ("within_ms", "page_size", "page_token")
    WITHIN_MS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    within_ms: int
    page_size: int
    page_token: str
    def __init__(self, within_ms: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListExpiringCouponsResponse(_message.Message):
    __slots__ = ("coupons", "next_page_token")
    COUPONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    coupons: _containers.RepeatedCompositeFieldContainer[ExpiringCoupon]
    next_page_token: str
    def __init__(self, coupons: _Optional[_Iterable[_Union[ExpiringCoupon, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ExpiringCoupon(_message.Message):
    __slots__ = ("user_id", "coupon_id", "promotion_id", "expires_at_unix_ms")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    coupon_id: str
    promotion_id: str
    expires_at_unix_ms: int
    def __init__(self, user_id: _Optional[str] = ..., coupon_id: _Optional[str] = ..., promotion_id: _Optional[str] = ..., expires_at_unix_ms: _Optional[int] = ...) -> None: ...
