from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EntryFlag(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENTRY_FLAG_UNSPECIFIED: _ClassVar[EntryFlag]
    ENTRY_FLAG_NEAR_DUPLICATE: _ClassVar[EntryFlag]
    ENTRY_FLAG_CONTRADICTION: _ClassVar[EntryFlag]
    ENTRY_FLAG_STALE: _ClassVar[EntryFlag]
    ENTRY_FLAG_EXPIRED: _ClassVar[EntryFlag]
    ENTRY_FLAG_UNHELPFUL: _ClassVar[EntryFlag]
ENTRY_FLAG_UNSPECIFIED: EntryFlag
ENTRY_FLAG_NEAR_DUPLICATE: EntryFlag
ENTRY_FLAG_CONTRADICTION: EntryFlag
ENTRY_FLAG_STALE: EntryFlag
ENTRY_FLAG_EXPIRED: EntryFlag
ENTRY_FLAG_UNHELPFUL: EntryFlag

class KnowledgeEntry(_message.Message):
    __slots__ = ("entry_id", "question", "answer", "language", "source", "reviewed_at_unix_ms", "expires_at_unix_ms")
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REVIEWED_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    entry_id: str
    question: str
    answer: str
    language: str
    source: str
    reviewed_at_unix_ms: int
    expires_at_unix_ms: int
    def __init__(self, entry_id: _Optional[str] = ..., question: _Optional[str] = ..., answer: _Optional[str] = ..., language: _Optional[str] = ..., source: _Optional[str] = ..., reviewed_at_unix_ms: _Optional[int] = ..., expires_at_unix_ms: _Optional[int] = ...) -> None: ...

class WriteEntriesRequest(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[KnowledgeEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[KnowledgeEntry, _Mapping]]] = ...) -> None: ...

class WriteEntriesResponse(_message.Message):
    __slots__ = ("written", "unchanged")
    WRITTEN_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    written: int
    unchanged: int
    def __init__(self, written: _Optional[int] = ..., unchanged: _Optional[int] = ...) -> None: ...

class ListEntriesRequest(_message.Message):
    __slots__ = ("flagged_only", "page_size", "page_token")
    FLAGGED_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    flagged_only: bool
    page_size: int
    page_token: str
    def __init__(self, flagged_only: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListedEntry(_message.Message):
    __slots__ = ("entry", "flags", "similar_entry_ids", "helpful", "unhelpful")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    SIMILAR_ENTRY_IDS_FIELD_NUMBER: _ClassVar[int]
    HELPFUL_FIELD_NUMBER: _ClassVar[int]
    UNHELPFUL_FIELD_NUMBER: _ClassVar[int]
    entry: KnowledgeEntry
    flags: _containers.RepeatedScalarFieldContainer[EntryFlag]
    similar_entry_ids: _containers.RepeatedScalarFieldContainer[str]
    helpful: int
    unhelpful: int
    def __init__(self, entry: _Optional[_Union[KnowledgeEntry, _Mapping]] = ..., flags: _Optional[_Iterable[_Union[EntryFlag, str]]] = ..., similar_entry_ids: _Optional[_Iterable[str]] = ..., helpful: _Optional[int] = ..., unhelpful: _Optional[int] = ...) -> None: ...

class ListEntriesResponse(_message.Message):
    __slots__ = ("entries", "next_page_token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[ListedEntry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[ListedEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteEntriesRequest(_message.Message):
    __slots__ = ("entry_ids",)
    ENTRY_IDS_FIELD_NUMBER: _ClassVar[int]
    entry_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, entry_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class DeleteEntriesResponse(_message.Message):
    __slots__ = ("deleted",)
    DELETED_FIELD_NUMBER: _ClassVar[int]
    deleted: int
    def __init__(self, deleted: _Optional[int] = ...) -> None: ...

class SearchEntriesRequest(_message.Message):
    __slots__ = ("text", "limit")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    text: str
    limit: int
    def __init__(self, text: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class FoundEntry(_message.Message):
    __slots__ = ("entry", "confidence", "quoted")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    QUOTED_FIELD_NUMBER: _ClassVar[int]
    entry: KnowledgeEntry
    confidence: float
    quoted: bool
    def __init__(self, entry: _Optional[_Union[KnowledgeEntry, _Mapping]] = ..., confidence: _Optional[float] = ..., quoted: bool = ...) -> None: ...

class SearchEntriesResponse(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[FoundEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[FoundEntry, _Mapping]]] = ...) -> None: ...
