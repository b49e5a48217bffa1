from proffer.common.v1 import degraded_pb2 as _degraded_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AllocateOffersRequest(_message.Message):
    __slots__ = ("user_ids", "promotion_ids", "budget_minor_units")
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_IDS_FIELD_NUMBER: _ClassVar[int]
    BUDGET_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    promotion_ids: _containers.RepeatedScalarFieldContainer[str]
    budget_minor_units: int
    def __init__(self, user_ids: _Optional[_Iterable[str]] = ..., promotion_ids: _Optional[_Iterable[str]] = ..., budget_minor_units: _Optional[int] = ...) -> None: ...

class AllocateOffersResponse(_message.Message):
    __slots__ = ("allocations", "expected_value_minor_units", "expected_cost_minor_units", "dual_price", "value_bound_minor_units", "degraded")
    ALLOCATIONS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VALUE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_COST_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    DUAL_PRICE_FIELD_NUMBER: _ClassVar[int]
    VALUE_BOUND_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    allocations: _containers.RepeatedCompositeFieldContainer[Allocation]
    expected_value_minor_units: int
    expected_cost_minor_units: int
    dual_price: float
    value_bound_minor_units: int
    degraded: _degraded_pb2.Degraded
    def __init__(self, allocations: _Optional[_Iterable[_Union[Allocation, _Mapping]]] = ..., expected_value_minor_units: _Optional[int] = ..., expected_cost_minor_units: _Optional[int] = ..., dual_price: _Optional[float] = ..., value_bound_minor_units: _Optional[int] = ..., degraded: _Optional[_Union[_degraded_pb2.Degraded, _Mapping]] = ...) -> None: ...

class Allocation(_message.Message):
    __slots__ = ("user_id", "promotion_id", "uplift", "expected_cost_minor_units", "expected_value_minor_units", "probability")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    UPLIFT_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_COST_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VALUE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    promotion_id: str
    uplift: float
    expected_cost_minor_units: int
    expected_value_minor_units: int
    probability: float
    def __init__(self, user_id: _Optional[str] = ..., promotion_id: _Optional[str] = ..., uplift: _Optional[float] = ..., expected_cost_minor_units: _Optional[int] = ..., expected_value_minor_units: _Optional[int] = ..., probability: _Optional[float] = ...) -> None: ...

class DecideOfferRequest(_message.Message):
    __slots__ = ("user_id", "promotion_ids")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_IDS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    promotion_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user_id: _Optional[str] = ..., promotion_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class DecideOfferResponse(_message.Message):
    __slots__ = ("allocation", "dual_price", "remembered", "degraded")
    ALLOCATION_FIELD_NUMBER: _ClassVar[int]
    DUAL_PRICE_FIELD_NUMBER: _ClassVar[int]
    REMEMBERED_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    allocation: Allocation
    dual_price: float
    remembered: bool
    degraded: _degraded_pb2.Degraded
    def __init__(self, allocation: _Optional[_Union[Allocation, _Mapping]] = ..., dual_price: _Optional[float] = ..., remembered: bool = ..., degraded: _Optional[_Union[_degraded_pb2.Degraded, _Mapping]] = ...) -> None: ...

class ProposeCampaignsRequest(_message.Message):
    __slots__ = ("horizon_days", "budget_minor_units", "count", "time_zone")
    HORIZON_DAYS_FIELD_NUMBER: _ClassVar[int]
    BUDGET_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    horizon_days: int
    budget_minor_units: int
    count: int
    time_zone: str
    def __init__(self, horizon_days: _Optional[int] = ..., budget_minor_units: _Optional[int] = ..., count: _Optional[int] = ..., time_zone: _Optional[str] = ...) -> None: ...

class ProposeCampaignsResponse(_message.Message):
    __slots__ = ("proposals", "events", "elasticity", "elasticity_error", "degraded")
    PROPOSALS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    ELASTICITY_FIELD_NUMBER: _ClassVar[int]
    ELASTICITY_ERROR_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    proposals: _containers.RepeatedCompositeFieldContainer[CampaignProposal]
    events: int
    elasticity: float
    elasticity_error: float
    degraded: _degraded_pb2.Degraded
    def __init__(self, proposals: _Optional[_Iterable[_Union[CampaignProposal, _Mapping]]] = ..., events: _Optional[int] = ..., elasticity: _Optional[float] = ..., elasticity_error: _Optional[float] = ..., degraded: _Optional[_Union[_degraded_pb2.Degraded, _Mapping]] = ...) -> None: ...

class CampaignProposal(_message.Message):
    __slots__ = ("yaml", "reasons", "expected_cost_minor_units", "expected_lift_minor_units", "lift_low_minor_units", "lift_high_minor_units", "simulated_orders", "simulated_cost_minor_units", "title")
    YAML_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_COST_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_LIFT_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    LIFT_LOW_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    LIFT_HIGH_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    SIMULATED_ORDERS_FIELD_NUMBER: _ClassVar[int]
    SIMULATED_COST_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    yaml: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    expected_cost_minor_units: int
    expected_lift_minor_units: int
    lift_low_minor_units: int
    lift_high_minor_units: int
    simulated_orders: int
    simulated_cost_minor_units: int
    title: str
    def __init__(self, yaml: _Optional[str] = ..., reasons: _Optional[_Iterable[str]] = ..., expected_cost_minor_units: _Optional[int] = ..., expected_lift_minor_units: _Optional[int] = ..., lift_low_minor_units: _Optional[int] = ..., lift_high_minor_units: _Optional[int] = ..., simulated_orders: _Optional[int] = ..., simulated_cost_minor_units: _Optional[int] = ..., title: _Optional[str] = ...) -> None: ...
