# SPDX-License-Identifier: Apache-2.0
"""The blocking client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

import grpc

from proffer import _requests, methods
from proffer._method import Request, Response, UnaryStream, UnaryUnary
from proffer._requests import BATCH_SIZE, Cart, FeatureValue, batches, unix_ms
from proffer._settings import (
    STREAM_TIMEOUT_SECONDS,
    TIMEOUT_SECONDS,
    Address,
    channel_options,
    check_token_way,
)
from proffer.chatbot.v1.chat_service_pb2 import ChatResponse, StreamChatRequest, StreamChatResponse
from proffer.errors import from_rpc
from proffer.featurestore.v1.event_pb2 import Event
from proffer.featurestore.v1.feature_store_service_pb2 import (
    FeatureRow,
    GetOnlineFeaturesRequest,
    GetOnlineFeaturesResponse,
    IngestEventsRequest,
    IngestResult,
    StreamFeaturesRequest,
    WriteFeaturesRequest,
    WriteResult,
)
from proffer.matrix import FeatureMatrix
from proffer.promotion.v1.promotion_pb2 import ItemSelector, Offer, Promotion, PromotionType
from proffer.promotion.v1.promotion_service_pb2 import (
    EvaluateCartResponse,
    ListOffersRequest,
    ListPromotionsRequest,
    Person,
)
from proffer.ranker.v1.catalogue_service_pb2 import Item, ListItemsRequest
from proffer.ranker.v1.recommender_service_pb2 import (
    ItemFilter,
    RankResponse,
    RecommendResponse,
    SearchItemsResponse,
    SimilarItemsResponse,
)

T = TypeVar("T")


# A request of a list, which can be continued.
Paged = TypeVar("Paged", bound=Any)


class Client:
    """Blocking access to Proffer: `with Client("http://127.0.0.1:9090") as client: ...`.

    Every call has a deadline, calls that are safe to repeat are repeated when the server cannot be reached, and every
    failure is a `ProfferError`. One client serves a whole program; it is safe to share between threads.

    Args:
        address: `http://host:port`, or `https://host:port` with TLS. All addresses of the host are used in turn.
        token: sent as bearer token with each call: a text, or a function that is asked before each call.
            It is never sent in clear over a network.
        timeout: seconds that a call may take, its repetitions included.
        stream_timeout: seconds that a stream may take.
        root_certificates: PEM of the authorities to trust, instead of those that gRPC brings.

    Raises:
        ValueError: the address is not one, or a token would travel in clear.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str | Callable[[], str] | None = None,
        timeout: float = TIMEOUT_SECONDS,
        stream_timeout: float = STREAM_TIMEOUT_SECONDS,
        root_certificates: bytes | None = None,
    ) -> None:
        where = Address.parse(address)
        check_token_way(where, token is not None)
        self._token = token
        self._timeout = timeout
        self._stream_timeout = stream_timeout
        self._channel: grpc.Channel
        if where.tls:
            self._channel = grpc.secure_channel(
                where.target, grpc.ssl_channel_credentials(root_certificates), options=channel_options()
            )
        else:
            self._channel = grpc.insecure_channel(where.target, options=channel_options())

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; calls under way are cancelled."""
        self._channel.close()

    # What shops need every day.

    def recommend(
        self,
        user_id: str = "",
        *,
        k: int = 10,
        session_id: str = "",
        recent_item_ids: Iterable[str] = (),
        filter: ItemFilter | None = None,
        explain: bool = False,
        request_id: str = "",
        person: Person | None = None,
        channel: str = "",
        region: str = "",
        language: str = "",
        page: str = "",
        cart_item_ids: Iterable[str] = (),
        at: datetime | None = None,
        timeout: float | None = None,
    ) -> RecommendResponse:
        """Chooses k items for a person or a session, priced after the best promotion that is legal for them.

        Send `request_id` of the reply with the events that follow, so that the choice finds its reward.
        """
        request = _requests.recommend(
            user_id,
            session_id=session_id,
            k=k,
            recent_item_ids=recent_item_ids,
            filter=filter,
            explain=explain,
            request_id=request_id,
            person=person,
            channel=channel,
            region=region,
            language=language,
            page=page,
            cart_item_ids=cart_item_ids,
            at=at,
        )
        return self.call(methods.RecommenderService.Recommend, request, timeout=timeout)

    def rank(
        self,
        candidate_ids: Iterable[str],
        *,
        user_id: str = "",
        session_id: str = "",
        recent_item_ids: Iterable[str] = (),
        k: int = 0,
        explain: bool = False,
        request_id: str = "",
        channel: str = "",
        region: str = "",
        language: str = "",
        page: str = "",
        cart_item_ids: Iterable[str] = (),
        at: datetime | None = None,
        timeout: float | None = None,
    ) -> RankResponse:
        """Orders candidates that the caller brings; k cuts the reply, 0 returns all."""
        request = _requests.rank(
            candidate_ids,
            user_id=user_id,
            session_id=session_id,
            recent_item_ids=recent_item_ids,
            k=k,
            explain=explain,
            request_id=request_id,
            channel=channel,
            region=region,
            language=language,
            page=page,
            cart_item_ids=cart_item_ids,
            at=at,
        )
        return self.call(methods.RecommenderService.Rank, request, timeout=timeout)

    def similar_items(
        self,
        item_id: str,
        *,
        k: int = 10,
        user_id: str = "",
        filter: ItemFilter | None = None,
        channel: str = "",
        region: str = "",
        at: datetime | None = None,
        timeout: float | None = None,
    ) -> SimilarItemsResponse:
        """Items like an item."""
        request = _requests.similar(item_id, k, user_id, filter, channel, region, at)
        return self.call(methods.RecommenderService.SimilarItems, request, timeout=timeout)

    def search_items(
        self,
        query: str = "",
        *,
        k: int = 10,
        user_id: str = "",
        filter: ItemFilter | None = None,
        channel: str = "",
        region: str = "",
        at: datetime | None = None,
        timeout: float | None = None,
    ) -> SearchItemsResponse:
        """Items by text, in English and Chinese; an empty query lists what the filter allows."""
        request = _requests.search(query, k, user_id, filter, channel, region, at)
        return self.call(methods.RecommenderService.SearchItems, request, timeout=timeout)

    def record(self, *what: Event, timeout: float | None = None) -> list[IngestResult]:
        """Makes events durable; see `proffer.events`. Sends up to 1,000 at a time.

        There is one result for each, in order: a bad event does not stop the others.
        """
        results: list[IngestResult] = []
        for batch in batches(what):
            reply = self.call(
                methods.FeatureStoreService.IngestEvents, IngestEventsRequest(events=batch), timeout=timeout
            )
            results.extend(reply.results)
        return results

    def evaluate_cart(
        self,
        cart: Cart,
        *,
        user_id: str = "",
        person: Person | None = None,
        explain: bool = False,
        at: datetime | None = None,
        timeout: float | None = None,
    ) -> EvaluateCartResponse:
        """The best legal price of a cart; with `explain` also what does not apply, and what would make it apply."""
        request = _requests.evaluate(cart, user_id, person, explain, at)
        return self.call(methods.PromotionService.EvaluateCart, request, timeout=timeout)

    def chat(
        self,
        text: str,
        *,
        conversation_id: str = "",
        turn_id: str = "",
        user_id: str = "",
        session_id: str = "",
        language: str = "",
        cart: Cart | None = None,
        channel: str = "",
        region: str = "",
        timeout: float | None = None,
    ) -> ChatResponse:
        """Answers one turn of a shopper."""
        request = _requests.chat(
            text,
            conversation_id=conversation_id,
            turn_id=turn_id,
            user_id=user_id,
            session_id=session_id,
            language=language,
            cart=cart,
            channel=channel,
            region=region,
        )
        return self.call(methods.ChatService.Chat, request, timeout=timeout)

    def chat_stream(
        self,
        text: str,
        *,
        conversation_id: str = "",
        turn_id: str = "",
        user_id: str = "",
        session_id: str = "",
        language: str = "",
        cart: Cart | None = None,
        channel: str = "",
        region: str = "",
        timeout: float | None = None,
    ) -> Iterator[StreamChatResponse]:
        """Answers one turn piece by piece; the last piece is the whole answer. Leaving the loop ends the call."""
        turn = _requests.chat(
            text,
            conversation_id=conversation_id,
            turn_id=turn_id,
            user_id=user_id,
            session_id=session_id,
            language=language,
            cart=cart,
            channel=channel,
            region=region,
        )
        return self.stream(methods.ChatService.StreamChat, StreamChatRequest(turn=turn), timeout=timeout)

    # Features.

    def feature_matrix(
        self,
        feature_set: str,
        candidate_ids: Iterable[str],
        *,
        context_entity_id: str = "",
        feature_set_hash: str = "",
        max_age_ms: int = 0,
        request_features: Mapping[str, FeatureValue] | None = None,
        timeout: float | None = None,
    ) -> FeatureMatrix:
        """The features of one context and up to 10,000 candidates, as dense blocks."""
        request = _requests.matrix(
            feature_set, candidate_ids, context_entity_id, feature_set_hash, max_age_ms, request_features
        )
        return FeatureMatrix.of(self.call(methods.FeatureStoreService.GetFeatureMatrix, request, timeout=timeout))

    def online_features(
        self,
        features: Iterable[str],
        entity_ids: Iterable[str],
        *,
        full_feature_names: bool = False,
        timeout: float | None = None,
    ) -> GetOnlineFeaturesResponse:
        """Typed values of features named "view:feature" for a list of entities."""
        request = GetOnlineFeaturesRequest(
            features=features, entity_ids=entity_ids, full_feature_names=full_feature_names
        )
        return self.call(methods.FeatureStoreService.GetOnlineFeatures, request, timeout=timeout)

    def write_features(self, *rows: FeatureRow, timeout: float | None = None) -> list[WriteResult]:
        """Stores rows; see `feature_row`. Sends up to 1,000 at a time.

        There is one result for each, in order: a bad row does not stop the others.
        """
        results: list[WriteResult] = []
        for batch in batches(rows):
            reply = self.call(
                methods.FeatureStoreService.WriteFeatures, WriteFeaturesRequest(rows=batch), timeout=timeout
            )
            results.extend(reply.results)
        return results

    def stream_features(
        self, rows: Iterable[FeatureRow], *, batch_size: int = BATCH_SIZE, timeout: float | None = None
    ) -> Iterator[WriteResult]:
        """Stores any number of rows over one stream: a result for each, in order, while rows are still being sent.

        Rows are taken from the iterator as the server keeps up.
        """

        def requests() -> Iterator[StreamFeaturesRequest]:
            for sequence, batch in enumerate(batches(rows, batch_size), start=1):
                yield StreamFeaturesRequest(sequence=sequence, rows=batch)

        method = methods.FeatureStoreService.StreamFeatures
        rpc: Callable[..., Any] = self._channel.stream_stream(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        replies = rpc(
            requests(), timeout=self._stream_timeout if timeout is None else timeout, metadata=self._metadata()
        )
        try:
            for reply in replies:
                yield from reply.results
        except grpc.RpcError as error:
            raise from_rpc(error) from error
        finally:
            replies.cancel()

    # Lists, page by page behind the scenes.

    def list_offers(
        self,
        *,
        user_id: str = "",
        person: Person | None = None,
        filter: ItemSelector | None = None,
        types: Iterable[PromotionType] = (),
        upcoming_within_ms: int = 0,
        channel: str = "",
        region: str = "",
        at: datetime | None = None,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> Iterator[Offer]:
        """Every promotion that a person can use now or will be able to use, best first."""
        request = ListOffersRequest(
            person=person or Person(user_id=user_id),
            filter=filter,
            types=types,
            upcoming_within_ms=upcoming_within_ms,
            channel=channel,
            region=region,
            at_unix_ms=unix_ms(at),
            page_size=page_size,
        )
        return self.pages(methods.PromotionService.ListOffers, request, lambda page: page.offers, timeout=timeout)

    def list_promotions(
        self,
        *,
        types: Iterable[PromotionType] = (),
        live_only: bool = False,
        page_size: int = 0,
        timeout: float | None = None,
    ) -> Iterator[Promotion]:
        """Every promotion of the shop, by id."""
        request = ListPromotionsRequest(types=types, live_only=live_only, page_size=page_size)
        return self.pages(
            methods.PromotionService.ListPromotions, request, lambda page: page.promotions, timeout=timeout
        )

    def list_items(self, *, page_size: int = 0, timeout: float | None = None) -> Iterator[Item]:
        """Every item of the catalogue, by id."""
        return self.pages(
            methods.CatalogueService.ListItems,
            ListItemsRequest(page_size=page_size),
            lambda page: page.items,
            timeout=timeout,
        )

    # Every other rpc of the contract: see `proffer.methods`.

    def call(
        self, method: UnaryUnary[Request, Response], request: Request, *, timeout: float | None = None
    ) -> Response:
        """Calls any rpc with one request and one reply, such as `methods.ModelService.ListModels`."""
        rpc: Callable[..., Response] = self._channel.unary_unary(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        try:
            return rpc(request, timeout=self._timeout if timeout is None else timeout, metadata=self._metadata())
        except grpc.RpcError as error:
            raise from_rpc(error) from error

    def stream(
        self, method: UnaryStream[Request, Response], request: Request, *, timeout: float | None = None
    ) -> Iterator[Response]:
        """Calls any rpc that streams replies, such as `methods.FeatureStoreService.ReadEvents`."""
        rpc: Callable[..., Any] = self._channel.unary_stream(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        replies = rpc(request, timeout=self._stream_timeout if timeout is None else timeout, metadata=self._metadata())
        try:
            yield from replies
        except grpc.RpcError as error:
            raise from_rpc(error) from error
        finally:
            replies.cancel()

    def pages(
        self,
        method: UnaryUnary[Paged, Response],
        request: Paged,
        of: Callable[[Response], Iterable[T]],
        *,
        timeout: float | None = None,
    ) -> Iterator[T]:
        """The entries of all pages of any rpc that has `page_token`, fetched as they are needed."""
        next_request = type(request)()
        next_request.CopyFrom(request)
        while True:
            page = self.call(method, next_request, timeout=timeout)
            yield from of(page)
            token: str = getattr(page, "next_page_token", "")
            if not token:
                return
            next_request.page_token = token

    def _metadata(self) -> list[tuple[str, str]]:
        if self._token is None:
            return []
        token = self._token() if callable(self._token) else self._token
        return [("authorization", f"Bearer {token}")]
