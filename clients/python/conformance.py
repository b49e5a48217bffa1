# SPDX-License-Identifier: Apache-2.0
"""Runs the conformance scenario with the blocking or the asyncio client and writes what it got."""

from __future__ import annotations

import asyncio
import json
import math
import sys
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message

from proffer import AsyncClient, Cart, Client, FeatureMatrix, ItemFilter, ProfferError, events, feature_row
from proffer.featurestore.v1.event_pb2 import Event
from proffer.featurestore.v1.feature_store_service_pb2 import FeatureRow
from proffer.featurestore.v1.value_pb2 import Value

Json = dict[str, Any]

# Of a machine that does much else.
TIMEOUT = 30.0

_EVENTS = {
    "impression": events.impression,
    "click": events.click,
    "addToCart": events.add_to_cart,
    "purchase": events.purchase,
    "review": events.review,
    "search": events.search,
    "redemption": events.redemption,
}


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, timezone.utc)


def arguments(given: Json) -> Json:
    named = {snake(name): value for name, value in given.items()}
    if "filter" in named:
        named["filter"] = ParseDict(named["filter"], ItemFilter())
    if "at" in named:
        named["at"] = time(named["at"])
    if "timeout_ms" in named:
        named["timeout"] = named.pop("timeout_ms") / 1000
    return named


def event(given: Json) -> Event:
    named = arguments(given)
    make: Any = _EVENTS[named.pop("type")]
    return make(**named)  # type: ignore[no-any-return]


def row(given: Json) -> FeatureRow:
    def value(tagged: Json) -> Any:
        ((kind, plain),) = tagged.items()
        return {"null": None, "float": Value(float_value=plain) if kind == "float" else None}.get(kind, plain)

    values = {name: value(tagged) for name, tagged in given["values"].items()}
    return feature_row(given["featureView"], given["entityId"], values, at=time(given["at"]))


def cart(given: Json) -> Cart:
    filled = Cart(shipping_minor_units=given.pop("shippingMinorUnits", 0)).code(*given.pop("codes", []))
    for line in given.pop("lines"):
        filled.add(line["itemId"], line["quantity"], unit_price_minor_units=line.get("unitPriceMinorUnits"))
    return filled


def plain(message: Message) -> Json:
    return MessageToDict(message)


def all_plain(messages: Iterable[Message]) -> list[Json]:
    return [plain(message) for message in messages]


def matrix(found: FeatureMatrix) -> Json:
    array = found.array()
    return {
        "features": found.features,
        "rows": array.shape[0],
        "values": [None if math.isnan(value) else float(value) for value in array.ravel()],
        "nulls": [bool(cell) for block in found.candidates for cell in block.nulls().ravel()],
        "statuses": [list(block.statuses()) for block in found.candidates],
        "texts": {
            column.feature: all_plain(block.column(column.feature))
            for block in found.candidates
            for column in block.message.columns
        },
        "featureSetHash": found.feature_set_hash,
    }


def pieces(found: list[Json]) -> Json:
    last = found[-1]
    text = "".join(piece.get("text", "") for piece in found)
    return {"pieces": found, "last": last, "textIsWhole": text == last["done"]["text"]}


def failure(error: ProfferError) -> Json:
    return {
        "error": {
            "code": error.code,
            "reason": error.reason,
            "fields": [{"field": each.field, "description": each.description} for each in error.fields],
            "metadata": {key: value for key, value in error.metadata.items() if key != "request_id"},
        }
    }


def blocking(client: Client, call: str, given: Json) -> Json:
    match call:
        case "recommend":
            return plain(client.recommend(**arguments(given)))
        case "rank":
            return plain(client.rank(**arguments(given)))
        case "similarItems":
            return plain(client.similar_items(**arguments(given)))
        case "searchItems":
            return plain(client.search_items(**arguments(given)))
        case "evaluateCart":
            return plain(client.evaluate_cart(cart(given), **arguments(given)))
        case "record":
            return {"results": all_plain(client.record(*map(event, given["events"])))}
        case "writeFeatures":
            return {"results": all_plain(client.write_features(*map(row, given["rows"])))}
        case "streamFeatures":
            return {"results": all_plain(client.stream_features(map(row, given["rows"]), batch_size=2))}
        case "featureMatrix":
            return matrix(client.feature_matrix(**arguments(given)))
        case "onlineFeatures":
            return plain(client.online_features(**arguments(given)))
        case "listOffers":
            return {"entries": all_plain(client.list_offers(**arguments(given)))}
        case "listPromotions":
            return {"entries": all_plain(client.list_promotions(**arguments(given)))}
        case "listItems":
            return {"entries": all_plain(client.list_items(**arguments(given)))}
        case "chat":
            return plain(client.chat(**arguments(given)))
        case "chatStream":
            return pieces(all_plain(client.chat_stream(**arguments(given))))
        case _:
            raise ValueError(f"call: {call!r}")


async def asynchronous(client: AsyncClient, call: str, given: Json) -> Json:
    match call:
        case "recommend":
            return plain(await client.recommend(**arguments(given)))
        case "rank":
            return plain(await client.rank(**arguments(given)))
        case "similarItems":
            return plain(await client.similar_items(**arguments(given)))
        case "searchItems":
            return plain(await client.search_items(**arguments(given)))
        case "evaluateCart":
            return plain(await client.evaluate_cart(cart(given), **arguments(given)))
        case "record":
            return {"results": all_plain(await client.record(*map(event, given["events"])))}
        case "writeFeatures":
            return {"results": all_plain(await client.write_features(*map(row, given["rows"])))}
        case "streamFeatures":
            return {"results": [plain(each) async for each in client.stream_features(map(row, given["rows"]))]}
        case "featureMatrix":
            return matrix(await client.feature_matrix(**arguments(given)))
        case "onlineFeatures":
            return plain(await client.online_features(**arguments(given)))
        case "listOffers":
            return {"entries": [plain(each) async for each in client.list_offers(**arguments(given))]}
        case "listPromotions":
            return {"entries": [plain(each) async for each in client.list_promotions(**arguments(given))]}
        case "listItems":
            return {"entries": [plain(each) async for each in client.list_items(**arguments(given))]}
        case "chat":
            return plain(await client.chat(**arguments(given)))
        case "chatStream":
            return pieces([plain(each) async for each in client.chat_stream(**arguments(given))])
        case _:
            raise ValueError(f"call: {call!r}")


def run_blocking(address: str, steps: list[Json]) -> list[Json]:
    results = []
    with Client(address, timeout=TIMEOUT) as client:
        for step in steps:
            try:
                results.append(blocking(client, step["call"], step["with"]))
            except ProfferError as error:
                results.append(failure(error))
    return results


async def run_asynchronous(address: str, steps: list[Json]) -> list[Json]:
    results = []
    async with AsyncClient(address, timeout=TIMEOUT) as client:
        for step in steps:
            try:
                results.append(await asynchronous(client, step["call"], step["with"]))
            except ProfferError as error:
                results.append(failure(error))
    return results


def main(kind: str, address: str, _web: str, scenario: str, run: str, out: str) -> None:
    steps = json.loads(Path(scenario).read_text("utf-8").replace("${run}", run))["steps"]
    results = asyncio.run(run_asynchronous(address, steps)) if kind == "asyncio" else run_blocking(address, steps)
    Path(out).write_text(json.dumps(results, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
