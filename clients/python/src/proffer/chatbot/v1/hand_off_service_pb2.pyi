from proffer.chatbot.v1 import chat_service_pb2 as _chat_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HandOffState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HAND_OFF_STATE_UNSPECIFIED: _ClassVar[HandOffState]
    HAND_OFF_STATE_WAITING: _ClassVar[HandOffState]
    HAND_OFF_STATE_CLAIMED: _ClassVar[HandOffState]
    HAND_OFF_STATE_RETURNED: _ClassVar[HandOffState]
    HAND_OFF_STATE_CLOSED: _ClassVar[HandOffState]
HAND_OFF_STATE_UNSPECIFIED: HandOffState
HAND_OFF_STATE_WAITING: HandOffState
HAND_OFF_STATE_CLAIMED: HandOffState
HAND_OFF_STATE_RETURNED: HandOffState
HAND_OFF_STATE_CLOSED: HandOffState

class HandOff(_message.Message):
    __slots__ = ("hand_off_id", "conversation_id", "state", "reason", "priority", "summary", "language", "created_at_unix_ms", "agent_name", "claimed_at_unix_ms", "ended_at_unix_ms", "waited_ms", "user_id")
    HAND_OFF_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    WAITED_MS_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    hand_off_id: str
    conversation_id: str
    state: HandOffState
    reason: str
    priority: int
    summary: str
    language: str
    created_at_unix_ms: int
    agent_name: str
    claimed_at_unix_ms: int
    ended_at_unix_ms: int
    waited_ms: int
    user_id: str
    def __init__(self, hand_off_id: _Optional[str] = ..., conversation_id: _Optional[str] = ..., state: _Optional[_Union[HandOffState, str]] = ..., reason: _Optional[str] = ..., priority: _Optional[int] = ..., summary: _Optional[str] = ..., language: _Optional[str] = ..., created_at_unix_ms: _Optional[int] = ..., agent_name: _Optional[str] = ..., claimed_at_unix_ms: _Optional[int] = ..., ended_at_unix_ms: _Optional[int] = ..., waited_ms: _Optional[int] = ..., user_id: _Optional[str] = ...) -> None: ...

class GetHandOffRequest(_message.Message):
    __slots__ = ("hand_off_id", "after_sequence")
    HAND_OFF_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    hand_off_id: str
    after_sequence: int
    def __init__(self, hand_off_id: _Optional[str] = ..., after_sequence: _Optional[int] = ...) -> None: ...

class GetHandOffResponse(_message.Message):
    __slots__ = ("hand_off", "turns")
    HAND_OFF_FIELD_NUMBER: _ClassVar[int]
    TURNS_FIELD_NUMBER: _ClassVar[int]
    hand_off: HandOff
    turns: _containers.RepeatedCompositeFieldContainer[_chat_service_pb2.Turn]
    def __init__(self, hand_off: _Optional[_Union[HandOff, _Mapping]] = ..., turns: _Optional[_Iterable[_Union[_chat_service_pb2.Turn, _Mapping]]] = ...) -> None: ...

class SetPresenceRequest(_message.Message):
    __slots__ = ("agent_name", "present")
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    PRESENT_FIELD_NUMBER: _ClassVar[int]
    agent_name: str
    present: bool
    def __init__(self, agent_name: _Optional[str] = ..., present: bool = ...) -> None: ...

class SetPresenceResponse(_message.Message):
    __slots__ = ("present_agents", "waiting")
    PRESENT_AGENTS_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    present_agents: _containers.RepeatedScalarFieldContainer[str]
    waiting: int
    def __init__(self, present_agents: _Optional[_Iterable[str]] = ..., waiting: _Optional[int] = ...) -> None: ...

class ListHandOffsRequest(_message.Message):
    __slots__ = ("states", "page_size", "page_token")
    STATES_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    states: _containers.RepeatedScalarFieldContainer[HandOffState]
    page_size: int
    page_token: str
    def __init__(self, states: _Optional[_Iterable[_Union[HandOffState, str]]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListHandOffsResponse(_message.Message):
    __slots__ = ("hand_offs", "next_page_token")
    HAND_OFFS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    hand_offs: _containers.RepeatedCompositeFieldContainer[HandOff]
    next_page_token: str
    def __init__(self, hand_offs: _Optional[_Iterable[_Union[HandOff, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ClaimHandOffRequest(_message.Message):
    __slots__ = ("hand_off_id", "agent_name")
    HAND_OFF_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    hand_off_id: str
    agent_name: str
    def __init__(self, hand_off_id: _Optional[str] = ..., agent_name: _Optional[str] = ...) -> None: ...

class ClaimHandOffResponse(_message.Message):
    __slots__ = ("hand_off",)
    HAND_OFF_FIELD_NUMBER: _ClassVar[int]
    hand_off: HandOff
    def __init__(self, hand_off: _Optional[_Union[HandOff, _Mapping]] = ...) -> None: ...

class SendAgentMessageRequest(_message.Message):
    __slots__ = ("hand_off_id", "text", "message_id")
    HAND_OFF_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    hand_off_id: str
    text: str
    message_id: str
    def __init__(self, hand_off_id: _Optional[str] = ..., text: _Optional[str] = ..., message_id: _Optional[str] = ...) -> None: ...

class SendAgentMessageResponse(_message.Message):
    __slots__ = ("turn",)
    TURN_FIELD_NUMBER: _ClassVar[int]
    turn: _chat_service_pb2.Turn
    def __init__(self, turn: _Optional[_Union[_chat_service_pb2.Turn, _Mapping]] = ...) -> None: ...

class SuggestRepliesRequest(_message.Message):
    __slots__ = ("hand_off_id",)
    HAND_OFF_ID_FIELD_NUMBER: _ClassVar[int]
    hand_off_id: str
    def __init__(self, hand_off_id: _Optional[str] = ...) -> None: ...

class SuggestRepliesResponse(_message.Message):
    __slots__ = ("suggestions",)
    SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    suggestions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, suggestions: _Optional[_Iterable[str]] = ...) -> None: ...

class ReturnToBotRequest(_message.Message):
    __slots__ = ("hand_off_id",)
    HAND_OFF_ID_FIELD_NUMBER: _ClassVar[int]
    hand_off_id: str
    def __init__(self, hand_off_id: _Optional[str] = ...) -> None: ...

class ReturnToBotResponse(_message.Message):
    __slots__ = ("hand_off",)
    HAND_OFF_FIELD_NUMBER: _ClassVar[int]
    hand_off: HandOff
    def __init__(self, hand_off: _Optional[_Union[HandOff, _Mapping]] = ...) -> None: ...

class CloseHandOffRequest(_message.Message):
    __slots__ = ("hand_off_id",)
    HAND_OFF_ID_FIELD_NUMBER: _ClassVar[int]
    hand_off_id: str
    def __init__(self, hand_off_id: _Optional[str] = ...) -> None: ...

class CloseHandOffResponse(_message.Message):
    __slots__ = ("hand_off",)
    HAND_OFF_FIELD_NUMBER: _ClassVar[int]
    hand_off: HandOff
    def __init__(self, hand_off: _Optional[_Union[HandOff, _Mapping]] = ...) -> None: ...
