from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Model(_message.Message):
    __slots__ = ("model_version", "active", "trained_at_unix_ms", "feature_set_hash", "metrics", "size_bytes")
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    TRAINED_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    FEATURE_SET_HASH_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    model_version: str
    active: bool
    trained_at_unix_ms: int
    feature_set_hash: str
    metrics: _containers.ScalarMap[str, float]
    size_bytes: int
    def __init__(self, model_version: _Optional[str] = ..., active: bool = ..., trained_at_unix_ms: _Optional[int] = ..., feature_set_hash: _Optional[str] = ..., metrics: _Optional[_Mapping[str, float]] = ..., size_bytes: _Optional[int] = ...) -> None: ...

class ListModelsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListModelsResponse(_message.Message):
    __slots__ = ("models",)
    MODELS_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[Model]
    def __init__(self, models: _Optional[_Iterable[_Union[Model, _Mapping]]] = ...) -> None: ...

class ActivateModelRequest(_message.Message):
    __slots__ = ("model_version",)
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    model_version: str
    def __init__(self, model_version: _Optional[str] = ...) -> None: ...

class ActivateModelResponse(_message.Message):
    __slots__ = ("model",)
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: Model
    def __init__(self, model: _Optional[_Union[Model, _Mapping]] = ...) -> None: ...

class RollbackModelRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RollbackModelResponse(_message.Message):
    __slots__ = ("model",)
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: Model
    def __init__(self, model: _Optional[_Union[Model, _Mapping]] = ...) -> None: ...

class ListDecisionsRequest(_message.Message):
    __slots__ = ("user_id", "request_id", "page_size", "page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    request_id: str
    page_size: int
    page_token: str
    def __init__(self, user_id: _Optional[str] = ..., request_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDecisionsResponse(_message.Message):
    __slots__ = ("decisions", "next_page_token")
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[Decision]
    next_page_token: str
    def __init__(self, decisions: _Optional[_Iterable[_Union[Decision, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("request_id", "decided_at_unix_ms", "user_id", "session_id", "context_hash", "candidate_count", "choices", "policy", "model_version", "feature_set_hash", "variants", "degraded_parts", "candidate_item_ids", "arms", "rewards", "held_out", "ranker")
    class VariantsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_HASH_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_COUNT_FIELD_NUMBER: _ClassVar[int]
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    FEATURE_SET_HASH_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_PARTS_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    ARMS_FIELD_NUMBER: _ClassVar[int]
    REWARDS_FIELD_NUMBER: _ClassVar[int]
    HELD_OUT_FIELD_NUMBER: _ClassVar[int]
    RANKER_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    decided_at_unix_ms: int
    user_id: str
    session_id: str
    context_hash: str
    candidate_count: int
    choices: _containers.RepeatedCompositeFieldContainer[DecisionChoice]
    policy: str
    model_version: str
    feature_set_hash: str
    variants: _containers.ScalarMap[str, str]
    degraded_parts: _containers.RepeatedScalarFieldContainer[str]
    candidate_item_ids: _containers.RepeatedScalarFieldContainer[str]
    arms: _containers.RepeatedCompositeFieldContainer[DecisionArm]
    rewards: _containers.RepeatedCompositeFieldContainer[DecisionReward]
    held_out: bool
    ranker: str
    def __init__(self, request_id: _Optional[str] = ..., decided_at_unix_ms: _Optional[int] = ..., user_id: _Optional[str] = ..., session_id: _Optional[str] = ..., context_hash: _Optional[str] = ..., candidate_count: _Optional[int] = ..., choices: _Optional[_Iterable[_Union[DecisionChoice, _Mapping]]] = ..., policy: _Optional[str] = ..., model_version: _Optional[str] = ..., feature_set_hash: _Optional[str] = ..., variants: _Optional[_Mapping[str, str]] = ..., degraded_parts: _Optional[_Iterable[str]] = ..., candidate_item_ids: _Optional[_Iterable[str]] = ..., arms: _Optional[_Iterable[_Union[DecisionArm, _Mapping]]] = ..., rewards: _Optional[_Iterable[_Union[DecisionReward, _Mapping]]] = ..., held_out: bool = ..., ranker: _Optional[str] = ...) -> None: ...

class DecisionArm(_message.Message):
    __slots__ = ("slot", "item_id", "policy", "policy_version", "decision_id", "options", "option", "propensity", "propensities", "context")
    SLOT_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    OPTION_FIELD_NUMBER: _ClassVar[int]
    PROPENSITY_FIELD_NUMBER: _ClassVar[int]
    PROPENSITIES_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    slot: str
    item_id: str
    policy: str
    policy_version: int
    decision_id: str
    options: _containers.RepeatedScalarFieldContainer[str]
    option: str
    propensity: float
    propensities: _containers.RepeatedScalarFieldContainer[float]
    context: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, slot: _Optional[str] = ..., item_id: _Optional[str] = ..., policy: _Optional[str] = ..., policy_version: _Optional[int] = ..., decision_id: _Optional[str] = ..., options: _Optional[_Iterable[str]] = ..., option: _Optional[str] = ..., propensity: _Optional[float] = ..., propensities: _Optional[_Iterable[float]] = ..., context: _Optional[_Iterable[float]] = ...) -> None: ...

class DecisionReward(_message.Message):
    __slots__ = ("event_id", "event_type", "item_id", "event_time_unix_ms", "revenue_minor_units", "margin_minor_units", "last_touch", "first_touch", "linear")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    REVENUE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    MARGIN_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    LAST_TOUCH_FIELD_NUMBER: _ClassVar[int]
    FIRST_TOUCH_FIELD_NUMBER: _ClassVar[int]
    LINEAR_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    event_type: str
    item_id: str
    event_time_unix_ms: int
    revenue_minor_units: int
    margin_minor_units: int
    last_touch: float
    first_touch: float
    linear: float
    def __init__(self, event_id: _Optional[str] = ..., event_type: _Optional[str] = ..., item_id: _Optional[str] = ..., event_time_unix_ms: _Optional[int] = ..., revenue_minor_units: _Optional[int] = ..., margin_minor_units: _Optional[int] = ..., last_touch: _Optional[float] = ..., first_touch: _Optional[float] = ..., linear: _Optional[float] = ...) -> None: ...

class DecisionChoice(_message.Message):
    __slots__ = ("item_id", "promotion_id", "position", "propensity", "score", "legal_promotion_ids", "ranker", "list_price_minor_units", "price_minor_units", "click_probability", "purchase_probability")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    PROPENSITY_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    LEGAL_PROMOTION_IDS_FIELD_NUMBER: _ClassVar[int]
    RANKER_FIELD_NUMBER: _ClassVar[int]
    LIST_PRICE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    PRICE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    CLICK_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    PURCHASE_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    promotion_id: str
    position: int
    propensity: float
    score: float
    legal_promotion_ids: _containers.RepeatedScalarFieldContainer[str]
    ranker: str
    list_price_minor_units: int
    price_minor_units: int
    click_probability: float
    purchase_probability: float
    def __init__(self, item_id: _Optional[str] = ..., promotion_id: _Optional[str] = ..., position: _Optional[int] = ..., propensity: _Optional[float] = ..., score: _Optional[float] = ..., legal_promotion_ids: _Optional[_Iterable[str]] = ..., ranker: _Optional[str] = ..., list_price_minor_units: _Optional[int] = ..., price_minor_units: _Optional[int] = ..., click_probability: _Optional[float] = ..., purchase_probability: _Optional[float] = ...) -> None: ...
