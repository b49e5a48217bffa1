from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PolicyKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POLICY_KIND_UNSPECIFIED: _ClassVar[PolicyKind]
    POLICY_KIND_FIXED: _ClassVar[PolicyKind]
    POLICY_KIND_EPSILON_GREEDY: _ClassVar[PolicyKind]
    POLICY_KIND_BERNOULLI_THOMPSON: _ClassVar[PolicyKind]
    POLICY_KIND_GAUSSIAN_THOMPSON: _ClassVar[PolicyKind]
    POLICY_KIND_UCB1: _ClassVar[PolicyKind]
    POLICY_KIND_LIN_UCB: _ClassVar[PolicyKind]
    POLICY_KIND_LINEAR_THOMPSON: _ClassVar[PolicyKind]
    POLICY_KIND_SQUARE_CB: _ClassVar[PolicyKind]
    POLICY_KIND_LONG_TERM: _ClassVar[PolicyKind]

class AttributionRule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ATTRIBUTION_RULE_UNSPECIFIED: _ClassVar[AttributionRule]
    ATTRIBUTION_RULE_LAST_TOUCH: _ClassVar[AttributionRule]
    ATTRIBUTION_RULE_FIRST_TOUCH: _ClassVar[AttributionRule]
    ATTRIBUTION_RULE_LINEAR: _ClassVar[AttributionRule]

class RewardMetric(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REWARD_METRIC_UNSPECIFIED: _ClassVar[RewardMetric]
    REWARD_METRIC_CLICK: _ClassVar[RewardMetric]
    REWARD_METRIC_PURCHASE: _ClassVar[RewardMetric]
    REWARD_METRIC_REVENUE: _ClassVar[RewardMetric]
    REWARD_METRIC_MARGIN: _ClassVar[RewardMetric]
POLICY_KIND_UNSPECIFIED: PolicyKind
POLICY_KIND_FIXED: PolicyKind
POLICY_KIND_EPSILON_GREEDY: PolicyKind
POLICY_KIND_BERNOULLI_THOMPSON: PolicyKind
POLICY_KIND_GAUSSIAN_THOMPSON: PolicyKind
POLICY_KIND_UCB1: PolicyKind
POLICY_KIND_LIN_UCB: PolicyKind
POLICY_KIND_LINEAR_THOMPSON: PolicyKind
POLICY_KIND_SQUARE_CB: PolicyKind
POLICY_KIND_LONG_TERM: PolicyKind
ATTRIBUTION_RULE_UNSPECIFIED: AttributionRule
ATTRIBUTION_RULE_LAST_TOUCH: AttributionRule
ATTRIBUTION_RULE_FIRST_TOUCH: AttributionRule
ATTRIBUTION_RULE_LINEAR: AttributionRule
REWARD_METRIC_UNSPECIFIED: RewardMetric
REWARD_METRIC_CLICK: RewardMetric
REWARD_METRIC_PURCHASE: RewardMetric
REWARD_METRIC_REVENUE: RewardMetric
REWARD_METRIC_MARGIN: RewardMetric

class PolicySpec(_message.Message):
    __slots__ = ("name", "kind", "floor", "exploration", "discount", "features", "attribution_window_seconds", "prior_weight", "weights", "patience", "absence_seconds", "attribution_rule", "reward_metric", "reward_scale")
    class WeightsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FLOOR_FIELD_NUMBER: _ClassVar[int]
    EXPLORATION_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_WINDOW_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PRIOR_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    PATIENCE_FIELD_NUMBER: _ClassVar[int]
    ABSENCE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTION_RULE_FIELD_NUMBER: _ClassVar[int]
    REWARD_METRIC_FIELD_NUMBER: _ClassVar[int]
    REWARD_SCALE_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: PolicyKind
    floor: float
    exploration: float
    discount: float
    features: int
    attribution_window_seconds: int
    prior_weight: float
    weights: _containers.ScalarMap[str, float]
    patience: float
    absence_seconds: int
    attribution_rule: AttributionRule
    reward_metric: RewardMetric
    reward_scale: float
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[_Union[PolicyKind, str]] = ..., floor: _Optional[float] = ..., exploration: _Optional[float] = ..., discount: _Optional[float] = ..., features: _Optional[int] = ..., attribution_window_seconds: _Optional[int] = ..., prior_weight: _Optional[float] = ..., weights: _Optional[_Mapping[str, float]] = ..., patience: _Optional[float] = ..., absence_seconds: _Optional[int] = ..., attribution_rule: _Optional[_Union[AttributionRule, str]] = ..., reward_metric: _Optional[_Union[RewardMetric, str]] = ..., reward_scale: _Optional[float] = ...) -> None: ...

class CreatePolicyRequest(_message.Message):
    __slots__ = ("spec",)
    SPEC_FIELD_NUMBER: _ClassVar[int]
    spec: PolicySpec
    def __init__(self, spec: _Optional[_Union[PolicySpec, _Mapping]] = ...) -> None: ...

class CreatePolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: Policy
    def __init__(self, policy: _Optional[_Union[Policy, _Mapping]] = ...) -> None: ...

class ForgetUnitRequest(_message.Message):
    __slots__ = ("unit_id",)
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    def __init__(self, unit_id: _Optional[str] = ...) -> None: ...

class ForgetUnitResponse(_message.Message):
    __slots__ = ("forgotten",)
    FORGOTTEN_FIELD_NUMBER: _ClassVar[int]
    forgotten: int
    def __init__(self, forgotten: _Optional[int] = ...) -> None: ...

class ChooseRequest(_message.Message):
    __slots__ = ("policy", "unit_id", "options", "context", "segment")
    POLICY_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    policy: str
    unit_id: str
    options: _containers.RepeatedScalarFieldContainer[str]
    context: _containers.RepeatedScalarFieldContainer[float]
    segment: str
    def __init__(self, policy: _Optional[str] = ..., unit_id: _Optional[str] = ..., options: _Optional[_Iterable[str]] = ..., context: _Optional[_Iterable[float]] = ..., segment: _Optional[str] = ...) -> None: ...

class ChooseResponse(_message.Message):
    __slots__ = ("decision_id", "option", "propensity", "propensities")
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    OPTION_FIELD_NUMBER: _ClassVar[int]
    PROPENSITY_FIELD_NUMBER: _ClassVar[int]
    PROPENSITIES_FIELD_NUMBER: _ClassVar[int]
    decision_id: str
    option: str
    propensity: float
    propensities: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, decision_id: _Optional[str] = ..., option: _Optional[str] = ..., propensity: _Optional[float] = ..., propensities: _Optional[_Iterable[float]] = ...) -> None: ...

class RecordRewardsRequest(_message.Message):
    __slots__ = ("rewards",)
    REWARDS_FIELD_NUMBER: _ClassVar[int]
    rewards: _containers.RepeatedCompositeFieldContainer[Reward]
    def __init__(self, rewards: _Optional[_Iterable[_Union[Reward, _Mapping]]] = ...) -> None: ...

class Reward(_message.Message):
    __slots__ = ("reward_id", "decision_id", "value", "event_time_unix_ms")
    REWARD_ID_FIELD_NUMBER: _ClassVar[int]
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    reward_id: str
    decision_id: str
    value: float
    event_time_unix_ms: int
    def __init__(self, reward_id: _Optional[str] = ..., decision_id: _Optional[str] = ..., value: _Optional[float] = ..., event_time_unix_ms: _Optional[int] = ...) -> None: ...

class RecordRewardsResponse(_message.Message):
    __slots__ = ("attributed", "duplicates", "unknown_decisions", "late", "early")
    ATTRIBUTED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_DECISIONS_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    EARLY_FIELD_NUMBER: _ClassVar[int]
    attributed: int
    duplicates: int
    unknown_decisions: _containers.RepeatedScalarFieldContainer[str]
    late: int
    early: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, attributed: _Optional[int] = ..., duplicates: _Optional[int] = ..., unknown_decisions: _Optional[_Iterable[str]] = ..., late: _Optional[int] = ..., early: _Optional[_Iterable[str]] = ...) -> None: ...

class ListPoliciesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListPoliciesResponse(_message.Message):
    __slots__ = ("policies",)
    POLICIES_FIELD_NUMBER: _ClassVar[int]
    policies: _containers.RepeatedCompositeFieldContainer[Policy]
    def __init__(self, policies: _Optional[_Iterable[_Union[Policy, _Mapping]]] = ...) -> None: ...

class Policy(_message.Message):
    __slots__ = ("name", "kind", "version", "decisions", "mean_reward", "spec")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    MEAN_REWARD_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    version: int
    decisions: int
    mean_reward: float
    spec: PolicySpec
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ..., version: _Optional[int] = ..., decisions: _Optional[int] = ..., mean_reward: _Optional[float] = ..., spec: _Optional[_Union[PolicySpec, _Mapping]] = ...) -> None: ...

class ResetPolicyRequest(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: str
    def __init__(self, policy: _Optional[str] = ...) -> None: ...

class ResetPolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: Policy
    def __init__(self, policy: _Optional[_Union[Policy, _Mapping]] = ...) -> None: ...
