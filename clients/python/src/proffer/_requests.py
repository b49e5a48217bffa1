# SPDX-License-Identifier: Apache-2.0
"""How the arguments of calls become requests; the blocking and the asyncio client share it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import TypeVar

from proffer.chatbot.v1.chat_service_pb2 import ChatRequest
from proffer.featurestore.v1.feature_store_service_pb2 import FeatureRow, GetFeatureMatrixRequest
from proffer.featurestore.v1.value_pb2 import FloatVector, Int64List, StringList, Value
from proffer.promotion.v1.promotion_service_pb2 import Cart as CartMessage
from proffer.promotion.v1.promotion_service_pb2 import CartLine, EvaluateCartRequest, Person
from proffer.ranker.v1.recommender_service_pb2 import (
    ItemFilter,
    RankRequest,
    RecommendRequest,
    RequestContext,
    SearchItemsRequest,
    SimilarItemsRequest,
)

# The server takes 5,000 events or rows, and 4 MiB, in one request.
BATCH_SIZE = 1_000

T = TypeVar("T")

# What a feature may be given as.
FeatureValue = float | int | bool | str | list[float] | list[int] | list[str] | Value | None


def unix_ms(at: datetime | None) -> int:
    """Milliseconds since 1970, rounded down; 0 for None. A time without zone is local, as everywhere in Python."""
    if at is None:
        return 0
    return int(at.timestamp() * 1_000_000 + 0.5) // 1_000


def batches(each: Iterable[T], size: int = BATCH_SIZE) -> Iterator[list[T]]:
    iterator = iter(each)
    while batch := list(islice(iterator, size)):
        yield batch


class Cart:
    """What a person is about to buy: `Cart().add("sku-1", 2).code("SAVE10")`.

    Amounts are in minor units of the currency; an empty currency is that of the catalogue.
    """

    def __init__(
        self,
        *,
        currency: str = "",
        shipping_minor_units: int = 0,
        channel: str = "",
        region: str = "",
        payment_method: str = "",
        points: int = 0,
    ) -> None:
        self.message = CartMessage(
            currency=currency,
            shipping_minor_units=shipping_minor_units,
            channel=channel,
            region=region,
            payment_method=payment_method,
            points=points,
        )

    def add(self, item_id: str, quantity: int = 1, *, unit_price_minor_units: int | None = None) -> Cart:
        """Puts an item in; a price overrides that of the catalogue."""
        self.message.lines.append(
            CartLine(item_id=item_id, quantity=quantity, unit_price_minor_units=unit_price_minor_units)
        )
        return self

    def code(self, *codes: str) -> Cart:
        """Enters promotion codes."""
        self.message.codes.extend(codes)
        return self


def feature_row(
    feature_view: str, entity_id: str, values: Mapping[str, FeatureValue], *, at: datetime | None = None
) -> FeatureRow:
    """A row for `Client.write_features`. `int` becomes INT64, `float` becomes DOUBLE, lists by their first element.

    For FLOAT features and for empty lists give a `Value`.
    """
    return FeatureRow(
        feature_view=feature_view,
        entity_id=entity_id,
        event_time_unix_ms=unix_ms(at) or unix_ms(datetime.now().astimezone()),
        values={name: _value(name, value) for name, value in values.items()},
    )


def _value(name: str, value: FeatureValue) -> Value:
    if value is None:
        return Value()
    if isinstance(value, Value):
        return value
    if isinstance(value, bool):
        return Value(bool_value=value)
    if isinstance(value, int):
        return Value(int64_value=value)
    if isinstance(value, float):
        return Value(double_value=value)
    if isinstance(value, str):
        return Value(string_value=value)
    if isinstance(value, list) and value:
        if all(isinstance(each, str) for each in value):
            return Value(string_list=StringList(values=[str(each) for each in value]))
        if all(isinstance(each, int) for each in value):
            return Value(int64_list=Int64List(values=[int(each) for each in value]))
        if all(isinstance(each, (int, float)) for each in value):
            return Value(float_vector=FloatVector(values=[float(each) for each in value]))
    raise TypeError(f"values[{name!r}]: {value!r} (expected a number, a text, a list of one of them, or a Value)")


def _context(
    channel: str, region: str, language: str, page: str, cart_item_ids: Iterable[str], at: datetime | None
) -> RequestContext:
    return RequestContext(
        channel=channel,
        region=region,
        language=language,
        page=page,
        cart_item_ids=cart_item_ids,
        at_unix_ms=unix_ms(at),
    )


def recommend(
    user_id: str,
    *,
    session_id: str,
    k: int,
    recent_item_ids: Iterable[str],
    filter: ItemFilter | None,
    explain: bool,
    request_id: str,
    person: Person | None,
    channel: str,
    region: str,
    language: str,
    page: str,
    cart_item_ids: Iterable[str],
    at: datetime | None,
) -> RecommendRequest:
    return RecommendRequest(
        user_id=user_id,
        session_id=session_id,
        k=k,
        recent_item_ids=recent_item_ids,
        filter=filter,
        explain=explain,
        # Repeated after a broken connection, it is still one decision.
        request_id=request_id or str(uuid.uuid4()),
        person=person,
        context=_context(channel, region, language, page, cart_item_ids, at),
    )


def rank(
    candidate_ids: Iterable[str],
    *,
    user_id: str,
    session_id: str,
    recent_item_ids: Iterable[str],
    k: int,
    explain: bool,
    request_id: str,
    channel: str,
    region: str,
    language: str,
    page: str,
    cart_item_ids: Iterable[str],
    at: datetime | None,
) -> RankRequest:
    return RankRequest(
        candidate_ids=candidate_ids,
        user_id=user_id,
        session_id=session_id,
        recent_item_ids=recent_item_ids,
        k=k,
        explain=explain,
        request_id=request_id or str(uuid.uuid4()),
        context=_context(channel, region, language, page, cart_item_ids, at),
    )


def similar(
    item_id: str, k: int, user_id: str, filter: ItemFilter | None, channel: str, region: str, at: datetime | None
) -> SimilarItemsRequest:
    return SimilarItemsRequest(
        item_id=item_id, k=k, user_id=user_id, filter=filter, context=_context(channel, region, "", "", (), at)
    )


def search(
    query: str, k: int, user_id: str, filter: ItemFilter | None, channel: str, region: str, at: datetime | None
) -> SearchItemsRequest:
    return SearchItemsRequest(
        query=query, k=k, user_id=user_id, filter=filter, context=_context(channel, region, "", "", (), at)
    )


def evaluate(
    cart: Cart, user_id: str, person: Person | None, explain: bool, at: datetime | None
) -> EvaluateCartRequest:
    if person is not None and user_id:
        raise ValueError("user_id: give it in person, not beside it")
    return EvaluateCartRequest(
        cart=cart.message, person=person or Person(user_id=user_id), explain=explain, at_unix_ms=unix_ms(at)
    )


def chat(
    text: str,
    *,
    conversation_id: str,
    turn_id: str,
    user_id: str,
    session_id: str,
    language: str,
    cart: Cart | None,
    channel: str,
    region: str,
) -> ChatRequest:
    return ChatRequest(
        text=text,
        conversation_id=conversation_id,
        # Repeated after a broken connection, it is still one turn.
        turn_id=turn_id or str(uuid.uuid4()),
        user_id=user_id,
        session_id=session_id,
        language=language,
        cart=cart.message if cart else None,
        channel=channel,
        region=region,
    )


def matrix(
    feature_set: str,
    candidate_ids: Iterable[str],
    context_entity_id: str,
    feature_set_hash: str,
    max_age_ms: int,
    request_features: Mapping[str, FeatureValue] | None,
) -> GetFeatureMatrixRequest:
    return GetFeatureMatrixRequest(
        feature_set=feature_set,
        candidate_ids=candidate_ids,
        context_entity_id=context_entity_id,
        feature_set_hash=feature_set_hash,
        max_age_ms=max_age_ms,
        request_features={name: _value(name, value) for name, value in (request_features or {}).items()},
    )
