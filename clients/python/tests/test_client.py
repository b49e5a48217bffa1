# SPDX-License-Identifier: Apache-2.0
"""Both clients against a real gRPC server whose handlers the tests give."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import grpc
import numpy as np
import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import error_details_pb2, status_pb2

from proffer import AsyncClient, Cart, Client, FeatureMatrix, errors, events, feature_row, methods
from proffer._settings import Address, service_config
from proffer.featurestore.v1.feature_store_service_pb2 import (
    FeatureBlock,
    GetFeatureMatrixResponse,
    IngestEventsRequest,
    IngestEventsResponse,
    IngestResult,
    StreamFeaturesResponse,
    WriteResult,
)
from proffer.promotion.v1.promotion_pb2 import Promotion
from proffer.promotion.v1.promotion_service_pb2 import ListPromotionsRequest, ListPromotionsResponse
from proffer.ranker.v1.catalogue_service_pb2 import UpsertItemsRequest
from proffer.ranker.v1.recommender_service_pb2 import RecommendRequest, RecommendResponse

Handler = Callable[[Any, grpc.ServicerContext], Any]


@contextmanager
def server(handlers: dict[Any, Handler]) -> Iterator[str]:
    """A server of these methods; gives its address."""

    class Router(grpc.GenericRpcHandler):
        def service(self, call: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
            for method, handler in handlers.items():
                if method.path == call.method:
                    kind = {
                        "UnaryUnary": grpc.unary_unary_rpc_method_handler,
                        "UnaryStream": grpc.unary_stream_rpc_method_handler,
                        "StreamStream": grpc.stream_stream_rpc_method_handler,
                    }[type(method).__name__]
                    made: grpc.RpcMethodHandler[Any, Any] = kind(
                        handler, method.request.FromString, method.response.SerializeToString
                    )
                    return made
            return None

    running = grpc.server(ThreadPoolExecutor(4))
    running.add_generic_rpc_handlers((Router(),))
    port = running.add_insecure_port("127.0.0.1:0")
    running.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.stop(None)


def recommended(request: RecommendRequest, context: grpc.ServicerContext) -> RecommendResponse:
    return RecommendResponse(request_id=request.request_id)


def test_the_service_config_names_methods_of_the_contract() -> None:
    known = {
        method.path
        for service in vars(methods).values()
        if inspect.isclass(service)
        for method in vars(service).values()
        if hasattr(method, "path")
    }
    named = [
        f"/{name['service']}/{name['method']}"
        for config in json.loads(service_config())["methodConfig"]
        for name in config["name"]
    ]
    assert len(named) == len(set(named)) > 20
    assert set(named) <= known


def test_a_call_that_is_safe_to_repeat_is_repeated_as_the_same_call() -> None:
    seen: list[str] = []

    def unavailable_at_first(request: RecommendRequest, context: grpc.ServicerContext) -> RecommendResponse:
        seen.append(request.request_id)
        if len(seen) < 3:
            context.abort(grpc.StatusCode.UNAVAILABLE, "not yet")
        return recommended(request, context)

    with server({methods.RecommenderService.Recommend: unavailable_at_first}) as address, Client(address) as client:
        assert client.recommend("u-1").request_id == seen[0]
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_a_call_that_changes_something_is_not_repeated() -> None:
    seen: list[UpsertItemsRequest] = []

    def unavailable(request: UpsertItemsRequest, context: grpc.ServicerContext) -> None:
        seen.append(request)
        context.abort(grpc.StatusCode.UNAVAILABLE, "not yet")

    with server({methods.CatalogueService.UpsertItems: unavailable}) as address, Client(address) as client:
        with pytest.raises(errors.Unavailable):
            client.call(methods.CatalogueService.UpsertItems, UpsertItemsRequest())
    assert len(seen) == 1


def test_every_call_has_a_deadline_and_the_token_of_the_moment() -> None:
    seen: list[tuple[float, str]] = []
    tokens = iter(("one", "two"))

    def remember(request: RecommendRequest, context: grpc.ServicerContext) -> RecommendResponse:
        metadata = dict(context.invocation_metadata())
        seen.append((context.time_remaining(), str(metadata["authorization"])))
        return recommended(request, context)

    with server({methods.RecommenderService.Recommend: remember}) as address:
        with Client(address, token=lambda: next(tokens)) as client:
            client.recommend("u-1")
            client.recommend("u-1", timeout=30)
    assert [token for _, token in seen] == ["Bearer one", "Bearer two"]
    # The server counts from when it got the timeout, which the client has rounded up.
    assert seen[0][0] < 6 < seen[1][0] < 31


def test_a_token_does_not_travel_in_clear() -> None:
    for address in ("http://shop.example:9090", "http://10.0.0.1:9090"):
        for client in (Client, AsyncClient):
            with pytest.raises(ValueError, match="token: would travel in clear"):
                client(address, token="secret")


@pytest.mark.parametrize(
    "address", ["127.0.0.1:9090", "ftp://host:1", "http://", "http://host:port", "http://host/path"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address: "):
        Address.parse(address)


def test_an_address_has_the_port_of_its_scheme() -> None:
    assert Address.parse("https://shop.example") == Address("dns:///shop.example:443", True, False)
    assert Address.parse("http://[::1]:9090") == Address("dns:///[::1]:9090", False, True)


def test_errors_say_why_and_which_fields() -> None:
    def refuse(request: RecommendRequest, context: grpc.ServicerContext) -> None:
        status = status_pb2.Status(code=3, message="k: too small")
        for detail in (
            error_details_pb2.ErrorInfo(reason="INVALID_FIELD", domain="proffer.dev", metadata={"field": "k"}),
            error_details_pb2.BadRequest(
                field_violations=[error_details_pb2.BadRequest.FieldViolation(field="k", description="too small")]
            ),
            error_details_pb2.RetryInfo(retry_delay=timedelta(seconds=2)),
        ):
            packed = AnyMessage()
            packed.Pack(detail)
            status.details.append(packed)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, status.message)

    with server({methods.RecommenderService.Recommend: refuse}) as address, Client(address) as client:
        with pytest.raises(errors.InvalidArgument) as caught:
            client.recommend("u-1", k=0)
    error = caught.value
    assert (error.code, error.reason, error.metadata) == ("INVALID_ARGUMENT", "INVALID_FIELD", {"field": "k"})
    assert error.fields == (errors.FieldViolation("k", "too small"),)
    assert error.retry_after == timedelta(seconds=2)


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with Client("http://127.0.0.1:1") as client, pytest.raises(errors.Unavailable) as caught:
        client.recommend("u-1")
    assert caught.value.reason == ""


def test_events_are_sent_in_batches_and_answered_one_by_one() -> None:
    sizes: list[int] = []

    def ingest(request: IngestEventsRequest, context: grpc.ServicerContext) -> IngestEventsResponse:
        sizes.append(len(request.events))
        return IngestEventsResponse(results=[IngestResult(offset=len(each.item_id)) for each in request.events])

    with server({methods.FeatureStoreService.IngestEvents: ingest}) as address, Client(address) as client:
        results = client.record(*(events.click("x" * (1 + i % 7), user_id="u-1") for i in range(1_500)))
    assert sizes == [1_000, 500]
    assert [result.offset for result in results] == [1 + i % 7 for i in range(1_500)]


def test_pages_are_fetched_as_they_are_needed() -> None:
    asked: list[str] = []

    def page(request: ListPromotionsRequest, context: grpc.ServicerContext) -> ListPromotionsResponse:
        asked.append(request.page_token)
        number = int(request.page_token or "0")
        return ListPromotionsResponse(
            promotions=[Promotion(promotion_id=f"p-{number}")], next_page_token=str(number + 1) if number < 2 else ""
        )

    with server({methods.PromotionService.ListPromotions: page}) as address, Client(address) as client:
        first = next(iter(client.list_promotions()))
        assert (first.promotion_id, asked) == ("p-0", [""])
        assert [each.promotion_id for each in client.list_promotions()] == ["p-0", "p-1", "p-2"]


def test_rows_are_streamed_while_results_are_read() -> None:
    def write(requests: Iterator[Any], context: grpc.ServicerContext) -> Iterator[StreamFeaturesResponse]:
        for request in requests:
            yield StreamFeaturesResponse(
                sequence=request.sequence, results=[WriteResult(reason=r.entity_id) for r in request.rows]
            )

    def rows() -> Iterator[Any]:
        return (feature_row("v", str(i), {"f": 1.0}) for i in range(5))

    async def asynchronously(address: str) -> list[str]:
        async with AsyncClient(address) as client:
            return [result.reason async for result in client.stream_features(rows(), batch_size=2)]

    with server({methods.FeatureStoreService.StreamFeatures: write}) as address:
        with Client(address) as client:
            assert [result.reason for result in client.stream_features(rows(), batch_size=2)] == list("01234")
        assert asyncio.run(asynchronously(address)) == list("01234")


def test_a_matrix_is_a_view_of_the_bytes_that_were_received() -> None:
    numbers = np.array([[1.5, np.nan], [3.0, -4.0]], dtype="<f4")
    block = FeatureBlock(
        feature_view="item",
        features=["a", "b"],
        rows=2,
        values_f32_le=numbers.tobytes(),
        row_statuses=b"\x01\x01",
        null_bitmap=b"\x02",
    )
    context = FeatureBlock(feature_view="user", features=["c"], rows=1, values_f32_le=np.float32(7).tobytes())
    matrix = FeatureMatrix.of(GetFeatureMatrixResponse(context=[context], candidates=[block]))
    received = matrix.candidates[0]
    assert np.shares_memory(received.array(), received.array())
    assert not received.array().flags.owndata
    assert list(received.values())[2:] == [3.0, -4.0]
    assert received.nulls().tolist() == [[False, True], [False, False]]
    assert matrix.features == ["user:c", "item:a", "item:b"]
    np.testing.assert_array_equal(matrix.array(), np.array([[7, 1.5, np.nan], [7, 3, -4]], dtype=np.float32))


def test_values_that_no_feature_can_have_are_refused() -> None:
    with pytest.raises(TypeError, match=r"values\['f'\]"):
        feature_row("v", "e", {"f": object()})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="user_id"):
        Client("http://127.0.0.1:1").evaluate_cart(Cart(), user_id="u", person=methods_person())


def methods_person() -> Any:
    from proffer import Person

    return Person(user_id="u")


def test_both_clients_offer_the_same() -> None:
    def offered(client: type) -> dict[str, list[str]]:
        return {
            name: list(inspect.signature(member).parameters)
            for name, member in vars(client).items()
            if not name.startswith("_")
        }

    assert offered(Client) == offered(AsyncClient)
