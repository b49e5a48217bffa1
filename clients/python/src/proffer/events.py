# SPDX-License-Identifier: Apache-2.0
"""What people did, ready for `Client.record`. Ids and times are filled in; give them yourself to record the past."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from proffer.featurestore.v1.event_pb2 import Event, EventType

from ._requests import unix_ms


def _event(
    type: EventType,
    *,
    user_id: str = "",
    session_id: str = "",
    item_id: str = "",
    promotion_id: str = "",
    event_id: str = "",
    at: datetime | None = None,
    request_id: str = "",
    position: int = 0,
    channel: str = "",
    region: str = "",
    attributes: Mapping[str, str] | None = None,
    quantity: int = 0,
    unit_price_minor_units: int = 0,
    currency: str = "",
    order_id: str = "",
    rating: float = 0.0,
    text: str = "",
    query: str = "",
) -> Event:
    return Event(
        event_id=event_id or str(uuid.uuid4()),
        type=type,
        event_time_unix_ms=unix_ms(at) or unix_ms(datetime.now().astimezone()),
        user_id=user_id,
        session_id=session_id,
        item_id=item_id,
        promotion_id=promotion_id,
        request_id=request_id,
        position=position,
        channel=channel,
        region=region,
        attributes=attributes,
        quantity=quantity,
        unit_price_minor_units=unit_price_minor_units,
        currency=currency,
        order_id=order_id,
        rating=rating,
        text=text,
        query=query,
    )


def impression(
    item_id: str = "",
    *,
    user_id: str = "",
    session_id: str = "",
    promotion_id: str = "",
    request_id: str = "",
    position: int = 0,
    channel: str = "",
    region: str = "",
    attributes: Mapping[str, str] | None = None,
    event_id: str = "",
    at: datetime | None = None,
) -> Event:
    """An item or promotion was shown; `request_id` and `position` are those of the recommendation."""
    return _event(
        EventType.EVENT_TYPE_IMPRESSION,
        item_id=item_id,
        user_id=user_id,
        session_id=session_id,
        promotion_id=promotion_id,
        request_id=request_id,
        position=position,
        channel=channel,
        region=region,
        attributes=attributes,
        event_id=event_id,
        at=at,
    )


def click(
    item_id: str = "",
    *,
    user_id: str = "",
    session_id: str = "",
    promotion_id: str = "",
    request_id: str = "",
    position: int = 0,
    channel: str = "",
    region: str = "",
    attributes: Mapping[str, str] | None = None,
    event_id: str = "",
    at: datetime | None = None,
) -> Event:
    """An item or promotion was opened."""
    return _event(
        EventType.EVENT_TYPE_CLICK,
        item_id=item_id,
        user_id=user_id,
        session_id=session_id,
        promotion_id=promotion_id,
        request_id=request_id,
        position=position,
        channel=channel,
        region=region,
        attributes=attributes,
        event_id=event_id,
        at=at,
    )


def add_to_cart(
    item_id: str,
    *,
    quantity: int = 1,
    user_id: str = "",
    session_id: str = "",
    request_id: str = "",
    position: int = 0,
    channel: str = "",
    region: str = "",
    attributes: Mapping[str, str] | None = None,
    event_id: str = "",
    at: datetime | None = None,
) -> Event:
    """An item was put into the cart."""
    return _event(
        EventType.EVENT_TYPE_ADD_TO_CART,
        item_id=item_id,
        quantity=quantity,
        user_id=user_id,
        session_id=session_id,
        request_id=request_id,
        position=position,
        channel=channel,
        region=region,
        attributes=attributes,
        event_id=event_id,
        at=at,
    )


def purchase(
    item_id: str,
    *,
    unit_price_minor_units: int,
    currency: str,
    quantity: int = 1,
    order_id: str = "",
    user_id: str = "",
    session_id: str = "",
    promotion_id: str = "",
    request_id: str = "",
    channel: str = "",
    region: str = "",
    attributes: Mapping[str, str] | None = None,
    event_id: str = "",
    at: datetime | None = None,
) -> Event:
    """An item was bought, at this price for one unit."""
    return _event(
        EventType.EVENT_TYPE_PURCHASE,
        item_id=item_id,
        unit_price_minor_units=unit_price_minor_units,
        currency=currency,
        quantity=quantity,
        order_id=order_id,
        user_id=user_id,
        session_id=session_id,
        promotion_id=promotion_id,
        request_id=request_id,
        channel=channel,
        region=region,
        attributes=attributes,
        event_id=event_id,
        at=at,
    )


def review(
    item_id: str,
    *,
    rating: float,
    text: str = "",
    user_id: str = "",
    session_id: str = "",
    event_id: str = "",
    at: datetime | None = None,
) -> Event:
    """An item was rated from 1 to 5."""
    return _event(
        EventType.EVENT_TYPE_REVIEW,
        item_id=item_id,
        rating=rating,
        text=text,
        user_id=user_id,
        session_id=session_id,
        event_id=event_id,
        at=at,
    )


def search(
    query: str, *, user_id: str = "", session_id: str = "", event_id: str = "", at: datetime | None = None
) -> Event:
    """A text was searched for."""
    return _event(
        EventType.EVENT_TYPE_SEARCH, query=query, user_id=user_id, session_id=session_id, event_id=event_id, at=at
    )


def redemption(
    promotion_id: str,
    *,
    order_id: str = "",
    user_id: str = "",
    session_id: str = "",
    event_id: str = "",
    at: datetime | None = None,
) -> Event:
    """A promotion was used."""
    return _event(
        EventType.EVENT_TYPE_REDEMPTION,
        promotion_id=promotion_id,
        order_id=order_id,
        user_id=user_id,
        session_id=session_id,
        event_id=event_id,
        at=at,
    )
