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

class Speaker(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SPEAKER_UNSPECIFIED: _ClassVar[Speaker]
    SPEAKER_SHOPPER: _ClassVar[Speaker]
    SPEAKER_BOT: _ClassVar[Speaker]
    SPEAKER_AGENT: _ClassVar[Speaker]
SPEAKER_UNSPECIFIED: Speaker
SPEAKER_SHOPPER: Speaker
SPEAKER_BOT: Speaker
SPEAKER_AGENT: Speaker

class ChatRequest(_message.Message):
    __slots__ = ("conversation_id", "turn_id", "user_id", "session_id", "text", "language", "cart", "channel", "region")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CART_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    turn_id: str
    user_id: str
    session_id: str
    text: str
    language: str
    cart: _promotion_service_pb2.Cart
    channel: str
    region: str
    def __init__(self, conversation_id: _Optional[str] = ..., turn_id: _Optional[str] = ..., user_id: _Optional[str] = ..., session_id: _Optional[str] = ..., text: _Optional[str] = ..., language: _Optional[str] = ..., cart: _Optional[_Union[_promotion_service_pb2.Cart, _Mapping]] = ..., channel: _Optional[str] = ..., region: _Optional[str] = ...) -> None: ...

class ChatResponse(_message.Message):
    __slots__ = ("conversation_id", "turn_id", "text", "language", "cards", "quick_replies", "intents", "entities", "hand_off", "degraded", "grounded", "knowledge", "replaced")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CARDS_FIELD_NUMBER: _ClassVar[int]
    QUICK_REPLIES_FIELD_NUMBER: _ClassVar[int]
    INTENTS_FIELD_NUMBER: _ClassVar[int]
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    HAND_OFF_FIELD_NUMBER: _ClassVar[int]
    DEGRADED_FIELD_NUMBER: _ClassVar[int]
    GROUNDED_FIELD_NUMBER: _ClassVar[int]
    KNOWLEDGE_FIELD_NUMBER: _ClassVar[int]
    REPLACED_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    turn_id: str
    text: str
    language: str
    cards: _containers.RepeatedCompositeFieldContainer[Card]
    quick_replies: _containers.RepeatedScalarFieldContainer[str]
    intents: _containers.RepeatedCompositeFieldContainer[IntentScore]
    entities: _containers.RepeatedCompositeFieldContainer[Entity]
    hand_off: HandOffNotice
    degraded: _degraded_pb2.Degraded
    grounded: bool
    knowledge: KnowledgeSource
    replaced: bool
    def __init__(self, conversation_id: _Optional[str] = ..., turn_id: _Optional[str] = ..., text: _Optional[str] = ..., language: _Optional[str] = ..., cards: _Optional[_Iterable[_Union[Card, _Mapping]]] = ..., quick_replies: _Optional[_Iterable[str]] = ..., intents: _Optional[_Iterable[_Union[IntentScore, _Mapping]]] = ..., entities: _Optional[_Iterable[_Union[Entity, _Mapping]]] = ..., hand_off: _Optional[_Union[HandOffNotice, _Mapping]] = ..., degraded: _Optional[_Union[_degraded_pb2.Degraded, _Mapping]] = ..., grounded: bool = ..., knowledge: _Optional[_Union[KnowledgeSource, _Mapping]] = ..., replaced: bool = ...) -> None: ...

class KnowledgeSource(_message.Message):
    __slots__ = ("entry_id", "question", "source", "confidence")
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    entry_id: str
    question: str
    source: str
    confidence: float
    def __init__(self, entry_id: _Optional[str] = ..., question: _Optional[str] = ..., source: _Optional[str] = ..., confidence: _Optional[float] = ...) -> None: ...

class Card(_message.Message):
    __slots__ = ("item", "promotion", "cart")
    ITEM_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_FIELD_NUMBER: _ClassVar[int]
    CART_FIELD_NUMBER: _ClassVar[int]
    item: ItemCard
    promotion: _promotion_pb2.Offer
    cart: _promotion_service_pb2.EvaluateCartResponse
    def __init__(self, item: _Optional[_Union[ItemCard, _Mapping]] = ..., promotion: _Optional[_Union[_promotion_pb2.Offer, _Mapping]] = ..., cart: _Optional[_Union[_promotion_service_pb2.EvaluateCartResponse, _Mapping]] = ...) -> None: ...

class ItemCard(_message.Message):
    __slots__ = ("item_id", "title", "list_price_minor_units", "price_minor_units", "currency", "offer", "reason", "image_url")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    LIST_PRICE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    PRICE_MINOR_UNITS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IMAGE_URL_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    title: str
    list_price_minor_units: int
    price_minor_units: int
    currency: str
    offer: _promotion_pb2.Offer
    reason: str
    image_url: str
    def __init__(self, item_id: _Optional[str] = ..., title: _Optional[str] = ..., list_price_minor_units: _Optional[int] = ..., price_minor_units: _Optional[int] = ..., currency: _Optional[str] = ..., offer: _Optional[_Union[_promotion_pb2.Offer, _Mapping]] = ..., reason: _Optional[str] = ..., image_url: _Optional[str] = ...) -> None: ...

class IntentScore(_message.Message):
    __slots__ = ("intent", "confidence")
    INTENT_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    intent: str
    confidence: float
    def __init__(self, intent: _Optional[str] = ..., confidence: _Optional[float] = ...) -> None: ...

class Entity(_message.Message):
    __slots__ = ("type", "text", "value", "start", "end")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    type: str
    text: str
    value: str
    start: int
    end: int
    def __init__(self, type: _Optional[str] = ..., text: _Optional[str] = ..., value: _Optional[str] = ..., start: _Optional[int] = ..., end: _Optional[int] = ...) -> None: ...

class HandOffNotice(_message.Message):
    __slots__ = ("hand_off_id", "reason", "queue_position", "agent_name", "estimated_wait_seconds", "opens_at_unix_ms")
    HAND_OFF_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    QUEUE_POSITION_FIELD_NUMBER: _ClassVar[int]
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_WAIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    OPENS_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    hand_off_id: str
    reason: str
    queue_position: int
    agent_name: str
    estimated_wait_seconds: int
    opens_at_unix_ms: int
    def __init__(self, hand_off_id: _Optional[str] = ..., reason: _Optional[str] = ..., queue_position: _Optional[int] = ..., agent_name: _Optional[str] = ..., estimated_wait_seconds: _Optional[int] = ..., opens_at_unix_ms: _Optional[int] = ...) -> None: ...

class StreamChatRequest(_message.Message):
    __slots__ = ("turn",)
    TURN_FIELD_NUMBER: _ClassVar[int]
    turn: ChatRequest
    def __init__(self, turn: _Optional[_Union[ChatRequest, _Mapping]] = ...) -> None: ...

class StreamChatResponse(_message.Message):
    __slots__ = ("typing", "text", "card", "done")
    TYPING_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CARD_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    typing: bool
    text: str
    card: Card
    done: ChatResponse
    def __init__(self, typing: bool = ..., text: _Optional[str] = ..., card: _Optional[_Union[Card, _Mapping]] = ..., done: _Optional[_Union[ChatResponse, _Mapping]] = ...) -> None: ...

class GetConversationRequest(_message.Message):
    __slots__ = ("conversation_id", "user_id", "after_sequence")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    user_id: str
    after_sequence: int
    def __init__(self, conversation_id: _Optional[str] = ..., user_id: _Optional[str] = ..., after_sequence: _Optional[int] = ...) -> None: ...

class GetConversationResponse(_message.Message):
    __slots__ = ("turns",)
    TURNS_FIELD_NUMBER: _ClassVar[int]
    turns: _containers.RepeatedCompositeFieldContainer[Turn]
    def __init__(self, turns: _Optional[_Iterable[_Union[Turn, _Mapping]]] = ...) -> None: ...

class Turn(_message.Message):
    __slots__ = ("sequence", "speaker", "text", "sent_at_unix_ms", "cards", "agent_name")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SPEAKER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    CARDS_FIELD_NUMBER: _ClassVar[int]
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    speaker: Speaker
    text: str
    sent_at_unix_ms: int
    cards: _containers.RepeatedCompositeFieldContainer[Card]
    agent_name: str
    def __init__(self, sequence: _Optional[int] = ..., speaker: _Optional[_Union[Speaker, str]] = ..., text: _Optional[str] = ..., sent_at_unix_ms: _Optional[int] = ..., cards: _Optional[_Iterable[_Union[Card, _Mapping]]] = ..., agent_name: _Optional[str] = ...) -> None: ...

class WatchConversationRequest(_message.Message):
    __slots__ = ("conversation_id", "user_id", "after_sequence")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    user_id: str
    after_sequence: int
    def __init__(self, conversation_id: _Optional[str] = ..., user_id: _Optional[str] = ..., after_sequence: _Optional[int] = ...) -> None: ...

class WatchConversationResponse(_message.Message):
    __slots__ = ("turn", "hand_off", "hand_off_ended", "heartbeat")
    TURN_FIELD_NUMBER: _ClassVar[int]
    HAND_OFF_FIELD_NUMBER: _ClassVar[int]
    HAND_OFF_ENDED_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    turn: Turn
    hand_off: HandOffNotice
    hand_off_ended: bool
    heartbeat: bool
    def __init__(self, turn: _Optional[_Union[Turn, _Mapping]] = ..., hand_off: _Optional[_Union[HandOffNotice, _Mapping]] = ..., hand_off_ended: bool = ..., heartbeat: bool = ...) -> None: ...

class SendFeedbackRequest(_message.Message):
    __slots__ = ("conversation_id", "turn_id", "helpful", "comment", "user_id")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    TURN_ID_FIELD_NUMBER: _ClassVar[int]
    HELPFUL_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    turn_id: str
    helpful: bool
    comment: str
    user_id: str
    def __init__(self, conversation_id: _Optional[str] = ..., turn_id: _Optional[str] = ..., helpful: bool = ..., comment: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class SendFeedbackResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class EraseConversationsRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class EraseConversationsResponse(_message.Message):
    __slots__ = ("erased_conversations",)
    ERASED_CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    erased_conversations: int
    def __init__(self, erased_conversations: _Optional[int] = ...) -> None: ...
