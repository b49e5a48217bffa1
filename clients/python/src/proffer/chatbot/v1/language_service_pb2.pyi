from proffer.chatbot.v1 import chat_service_pb2 as _chat_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LanguageState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LANGUAGE_STATE_UNSPECIFIED: _ClassVar[LanguageState]
    LANGUAGE_STATE_OFF: _ClassVar[LanguageState]
    LANGUAGE_STATE_LOADING: _ClassVar[LanguageState]
    LANGUAGE_STATE_READY: _ClassVar[LanguageState]
    LANGUAGE_STATE_FAILED: _ClassVar[LanguageState]
LANGUAGE_STATE_UNSPECIFIED: LanguageState
LANGUAGE_STATE_OFF: LanguageState
LANGUAGE_STATE_LOADING: LanguageState
LANGUAGE_STATE_READY: LanguageState
LANGUAGE_STATE_FAILED: LanguageState

class ListLanguagesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListLanguagesResponse(_message.Message):
    __slots__ = ("languages",)
    LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    languages: _containers.RepeatedCompositeFieldContainer[LanguageStatus]
    def __init__(self, languages: _Optional[_Iterable[_Union[LanguageStatus, _Mapping]]] = ...) -> None: ...

class LanguageStatus(_message.Message):
    __slots__ = ("language", "state", "detail", "load_ms")
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    LOAD_MS_FIELD_NUMBER: _ClassVar[int]
    language: str
    state: LanguageState
    detail: str
    load_ms: int
    def __init__(self, language: _Optional[str] = ..., state: _Optional[_Union[LanguageState, str]] = ..., detail: _Optional[str] = ..., load_ms: _Optional[int] = ...) -> None: ...

class UnderstandRequest(_message.Message):
    __slots__ = ("text", "language")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    text: str
    language: str
    def __init__(self, text: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...

class UnderstandResponse(_message.Message):
    __slots__ = ("language", "intents", "entities", "sentiment", "urgency")
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    INTENTS_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    SENTIMENT_FIELD_NUMBER: _ClassVar[int]
    URGENCY_FIELD_NUMBER: _ClassVar[int]
    language: str
    intents: _containers.RepeatedCompositeFieldContainer[_chat_service_pb2.IntentScore]
    entities: _containers.RepeatedCompositeFieldContainer[_chat_service_pb2.Entity]
    sentiment: Sentiment
    urgency: float
    def __init__(self, language: _Optional[str] = ..., intents: _Optional[_Iterable[_Union[_chat_service_pb2.IntentScore, _Mapping]]] = ..., entities: _Optional[_Iterable[_Union[_chat_service_pb2.Entity, _Mapping]]] = ..., sentiment: _Optional[_Union[Sentiment, _Mapping]] = ..., urgency: _Optional[float] = ...) -> None: ...

class AnalyzeSentimentRequest(_message.Message):
    __slots__ = ("texts", "language")
    TEXTS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    texts: _containers.RepeatedScalarFieldContainer[str]
    language: str
    def __init__(self, texts: _Optional[_Iterable[str]] = ..., language: _Optional[str] = ...) -> None: ...

class AnalyzeSentimentResponse(_message.Message):
    __slots__ = ("sentiments",)
    SENTIMENTS_FIELD_NUMBER: _ClassVar[int]
    sentiments: _containers.RepeatedCompositeFieldContainer[Sentiment]
    def __init__(self, sentiments: _Optional[_Iterable[_Union[Sentiment, _Mapping]]] = ...) -> None: ...

class Sentiment(_message.Message):
    __slots__ = ("negative", "neutral", "positive", "deciding_words", "aspects")
    NEGATIVE_FIELD_NUMBER: _ClassVar[int]
    NEUTRAL_FIELD_NUMBER: _ClassVar[int]
    POSITIVE_FIELD_NUMBER: _ClassVar[int]
    DECIDING_WORDS_FIELD_NUMBER: _ClassVar[int]
    ASPECTS_FIELD_NUMBER: _ClassVar[int]
    negative: float
    neutral: float
    positive: float
    deciding_words: _containers.RepeatedScalarFieldContainer[str]
    aspects: _containers.RepeatedCompositeFieldContainer[AspectOpinion]
    def __init__(self, negative: _Optional[float] = ..., neutral: _Optional[float] = ..., positive: _Optional[float] = ..., deciding_words: _Optional[_Iterable[str]] = ..., aspects: _Optional[_Iterable[_Union[AspectOpinion, _Mapping]]] = ...) -> None: ...

class AspectOpinion(_message.Message):
    __slots__ = ("aspect", "score", "words")
    ASPECT_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    aspect: str
    score: float
    words: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, aspect: _Optional[str] = ..., score: _Optional[float] = ..., words: _Optional[_Iterable[str]] = ...) -> None: ...
