from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExperimentState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPERIMENT_STATE_UNSPECIFIED: _ClassVar[ExperimentState]
    EXPERIMENT_STATE_DRAFT: _ClassVar[ExperimentState]
    EXPERIMENT_STATE_RUNNING: _ClassVar[ExperimentState]
    EXPERIMENT_STATE_PAUSED: _ClassVar[ExperimentState]
    EXPERIMENT_STATE_ENDED: _ClassVar[ExperimentState]

class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERDICT_UNSPECIFIED: _ClassVar[Verdict]
    VERDICT_BETTER: _ClassVar[Verdict]
    VERDICT_WORSE: _ClassVar[Verdict]
    VERDICT_OPEN: _ClassVar[Verdict]
    VERDICT_REFUSED: _ClassVar[Verdict]
EXPERIMENT_STATE_UNSPECIFIED: ExperimentState
EXPERIMENT_STATE_DRAFT: ExperimentState
EXPERIMENT_STATE_RUNNING: ExperimentState
EXPERIMENT_STATE_PAUSED: ExperimentState
EXPERIMENT_STATE_ENDED: ExperimentState
VERDICT_UNSPECIFIED: Verdict
VERDICT_BETTER: Verdict
VERDICT_WORSE: Verdict
VERDICT_OPEN: Verdict
VERDICT_REFUSED: Verdict

class Experiment(_message.Message):
    __slots__ = ("experiment_id", "layer", "salt", "variants", "traffic_basis_points", "segments", "state", "hypothesis", "primary_metric", "covariate_days", "started_time_unix_ms")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    LAYER_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    TRAFFIC_BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    HYPOTHESIS_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_METRIC_FIELD_NUMBER: _ClassVar[int]
    COVARIATE_DAYS_FIELD_NUMBER: _ClassVar[int]
    STARTED_TIME_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    layer: str
    salt: str
    variants: _containers.RepeatedCompositeFieldContainer[Variant]
    traffic_basis_points: int
    segments: _containers.RepeatedScalarFieldContainer[str]
    state: ExperimentState
    hypothesis: str
    primary_metric: str
    covariate_days: int
    started_time_unix_ms: int
    def __init__(self, experiment_id: _Optional[str] = ..., layer: _Optional[str] = ..., salt: _Optional[str] = ..., variants: _Optional[_Iterable[_Union[Variant, _Mapping]]] = ..., traffic_basis_points: _Optional[int] = ..., segments: _Optional[_Iterable[str]] = ..., state: _Optional[_Union[ExperimentState, str]] = ..., hypothesis: _Optional[str] = ..., primary_metric: _Optional[str] = ..., covariate_days: _Optional[int] = ..., started_time_unix_ms: _Optional[int] = ...) -> None: ...

class Variant(_message.Message):
    __slots__ = ("name", "weight", "parameters")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    name: str
    weight: int
    parameters: _containers.ScalarMap[str, str]
    def __init__(self, name: _Optional[str] = ..., weight: _Optional[int] = ..., parameters: _Optional[_Mapping[str, str]] = ...) -> None: ...

class CreateExperimentRequest(_message.Message):
    __slots__ = ("experiment",)
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    experiment: Experiment
    def __init__(self, experiment: _Optional[_Union[Experiment, _Mapping]] = ...) -> None: ...

class CreateExperimentResponse(_message.Message):
    __slots__ = ("experiment",)
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    experiment: Experiment
    def __init__(self, experiment: _Optional[_Union[Experiment, _Mapping]] = ...) -> None: ...

class GetExperimentRequest(_message.Message):
    __slots__ = ("experiment_id",)
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    def __init__(self, experiment_id: _Optional[str] = ...) -> None: ...

class GetExperimentResponse(_message.Message):
    __slots__ = ("experiment",)
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    experiment: Experiment
    def __init__(self, experiment: _Optional[_Union[Experiment, _Mapping]] = ...) -> None: ...

class ListExperimentsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListExperimentsResponse(_message.Message):
    __slots__ = ("experiments", "next_page_token")
    EXPERIMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    experiments: _containers.RepeatedCompositeFieldContainer[Experiment]
    next_page_token: str
    def __init__(self, experiments: _Optional[_Iterable[_Union[Experiment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SetExperimentStateRequest(_message.Message):
    __slots__ = ("experiment_id", "state")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    state: ExperimentState
    def __init__(self, experiment_id: _Optional[str] = ..., state: _Optional[_Union[ExperimentState, str]] = ...) -> None: ...

class SetExperimentStateResponse(_message.Message):
    __slots__ = ("experiment",)
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    experiment: Experiment
    def __init__(self, experiment: _Optional[_Union[Experiment, _Mapping]] = ...) -> None: ...

class AssignVariantsRequest(_message.Message):
    __slots__ = ("unit_id", "segments", "preview")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    segments: _containers.RepeatedScalarFieldContainer[str]
    preview: bool
    def __init__(self, unit_id: _Optional[str] = ..., segments: _Optional[_Iterable[str]] = ..., preview: bool = ...) -> None: ...

class AssignVariantsResponse(_message.Message):
    __slots__ = ("variants", "held_out")
    class VariantsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    HELD_OUT_FIELD_NUMBER: _ClassVar[int]
    variants: _containers.ScalarMap[str, str]
    held_out: bool
    def __init__(self, variants: _Optional[_Mapping[str, str]] = ..., held_out: bool = ...) -> None: ...

class RampExperimentRequest(_message.Message):
    __slots__ = ("experiment_id", "traffic_basis_points")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    TRAFFIC_BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    traffic_basis_points: int
    def __init__(self, experiment_id: _Optional[str] = ..., traffic_basis_points: _Optional[int] = ...) -> None: ...

class RampExperimentResponse(_message.Message):
    __slots__ = ("experiment",)
    EXPERIMENT_FIELD_NUMBER: _ClassVar[int]
    experiment: Experiment
    def __init__(self, experiment: _Optional[_Union[Experiment, _Mapping]] = ...) -> None: ...

class RecordOutcomesRequest(_message.Message):
    __slots__ = ("outcomes",)
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[Outcome]
    def __init__(self, outcomes: _Optional[_Iterable[_Union[Outcome, _Mapping]]] = ...) -> None: ...

class Outcome(_message.Message):
    __slots__ = ("outcome_id", "unit_id", "metric", "value", "event_time_unix_ms")
    OUTCOME_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    outcome_id: str
    unit_id: str
    metric: str
    value: float
    event_time_unix_ms: int
    def __init__(self, outcome_id: _Optional[str] = ..., unit_id: _Optional[str] = ..., metric: _Optional[str] = ..., value: _Optional[float] = ..., event_time_unix_ms: _Optional[int] = ...) -> None: ...

class RecordOutcomesResponse(_message.Message):
    __slots__ = ("recorded", "duplicates")
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    recorded: int
    duplicates: int
    def __init__(self, recorded: _Optional[int] = ..., duplicates: _Optional[int] = ...) -> None: ...

class EraseUnitRequest(_message.Message):
    __slots__ = ("unit_id",)
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    def __init__(self, unit_id: _Optional[str] = ...) -> None: ...

class EraseUnitResponse(_message.Message):
    __slots__ = ("erased",)
    ERASED_FIELD_NUMBER: _ClassVar[int]
    erased: int
    def __init__(self, erased: _Optional[int] = ...) -> None: ...

class AnalyzeExperimentRequest(_message.Message):
    __slots__ = ("experiment_id", "confidence")
    EXPERIMENT_ID_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    experiment_id: str
    confidence: float
    def __init__(self, experiment_id: _Optional[str] = ..., confidence: _Optional[float] = ...) -> None: ...

class AnalyzeExperimentResponse(_message.Message):
    __slots__ = ("comparisons", "sample_ratio_p_value", "refusal", "units", "segment_effects", "report_html")
    class UnitsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    COMPARISONS_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATIO_P_VALUE_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_EFFECTS_FIELD_NUMBER: _ClassVar[int]
    REPORT_HTML_FIELD_NUMBER: _ClassVar[int]
    comparisons: _containers.RepeatedCompositeFieldContainer[Comparison]
    sample_ratio_p_value: float
    refusal: str
    units: _containers.ScalarMap[str, int]
    segment_effects: _containers.RepeatedCompositeFieldContainer[SegmentEffect]
    report_html: str
    def __init__(self, comparisons: _Optional[_Iterable[_Union[Comparison, _Mapping]]] = ..., sample_ratio_p_value: _Optional[float] = ..., refusal: _Optional[str] = ..., units: _Optional[_Mapping[str, int]] = ..., segment_effects: _Optional[_Iterable[_Union[SegmentEffect, _Mapping]]] = ..., report_html: _Optional[str] = ...) -> None: ...

class SegmentEffect(_message.Message):
    __slots__ = ("segment", "variant", "difference", "low", "high", "p_value")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    segment: str
    variant: str
    difference: float
    low: float
    high: float
    p_value: float
    def __init__(self, segment: _Optional[str] = ..., variant: _Optional[str] = ..., difference: _Optional[float] = ..., low: _Optional[float] = ..., high: _Optional[float] = ..., p_value: _Optional[float] = ...) -> None: ...

class Comparison(_message.Message):
    __slots__ = ("variant", "metric", "units", "control_mean", "variant_mean", "difference", "low", "high", "p_value", "verdict", "standard_error", "always_valid_p_value", "adjusted_p_value", "variance_explained")
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    CONTROL_MEAN_FIELD_NUMBER: _ClassVar[int]
    VARIANT_MEAN_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    STANDARD_ERROR_FIELD_NUMBER: _ClassVar[int]
    ALWAYS_VALID_P_VALUE_FIELD_NUMBER: _ClassVar[int]
    ADJUSTED_P_VALUE_FIELD_NUMBER: _ClassVar[int]
    VARIANCE_EXPLAINED_FIELD_NUMBER: _ClassVar[int]
    variant: str
    metric: str
    units: int
    control_mean: float
    variant_mean: float
    difference: float
    low: float
    high: float
    p_value: float
    verdict: Verdict
    standard_error: float
    always_valid_p_value: float
    adjusted_p_value: float
    variance_explained: float
    def __init__(self, variant: _Optional[str] = ..., metric: _Optional[str] = ..., units: _Optional[int] = ..., control_mean: _Optional[float] = ..., variant_mean: _Optional[float] = ..., difference: _Optional[float] = ..., low: _Optional[float] = ..., high: _Optional[float] = ..., p_value: _Optional[float] = ..., verdict: _Optional[_Union[Verdict, str]] = ..., standard_error: _Optional[float] = ..., always_valid_p_value: _Optional[float] = ..., adjusted_p_value: _Optional[float] = ..., variance_explained: _Optional[float] = ...) -> None: ...
