// SPDX-License-Identifier: Apache-2.0
package dev.proffer.client;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.ChatServiceGrpc;
import dev.proffer.proto.chatbot.v1.StreamChatRequest;
import dev.proffer.proto.chatbot.v1.StreamChatResponse;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesResponse;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.featurestore.v1.IngestResult;
import dev.proffer.proto.featurestore.v1.WriteFeaturesRequest;
import dev.proffer.proto.featurestore.v1.WriteResult;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.ListOffersResponse;
import dev.proffer.proto.promotion.v1.ListPromotionsRequest;
import dev.proffer.proto.promotion.v1.ListPromotionsResponse;
import dev.proffer.proto.promotion.v1.Offer;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.ranker.v1.CatalogueServiceGrpc;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.ListItemsRequest;
import dev.proffer.proto.ranker.v1.ListItemsResponse;
import dev.proffer.proto.ranker.v1.RankResponse;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.proto.ranker.v1.SearchItemsResponse;
import dev.proffer.proto.ranker.v1.SimilarItemsResponse;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Access to Proffer. One serves a whole program; it is safe to share between threads.
///
/// Every call has a deadline, calls that are safe to repeat are repeated when the server cannot be
/// reached, and every failure is a [ProfferException]. Methods block: call them from virtual
/// threads, or use [#stub] with the stubs for futures.
public final class Proffer implements AutoCloseable {
  // The server takes 5,000 events or rows, and 4 MiB, in one request.
  private static final int BATCH_SIZE = 1_000;
  // How many batches of a stream may wait for their answer.
  private static final int BATCHES_UNDER_WAY_MAX = 4;
  // A matrix of 10,000 rows is larger than the 4 MiB that gRPC takes by default.
  private static final int RECEIVED_BYTES_MAX = 64 << 20;
  private static final String USER_AGENT = "proffer-java/0.1.0";

  private final ManagedChannel connection;
  private final Channel channel;

  private Proffer(ManagedChannel connection, Channel channel) {
    this.connection = connection;
    this.channel = channel;
  }

  /// Access to the server at an address such as `http://127.0.0.1:9090`, or `https://…` with TLS.
  /// All addresses of the host are used in turn. It does not connect yet: the first call does.
  public static Proffer connect(String address) {
    return at(address).connect();
  }

  /// Like [#connect], with something to say about it.
  public static Builder at(String address) {
    return new Builder(Address.parse(address));
  }

  /// How to connect.
  public static final class Builder {
    private final Address address;
    private Duration timeout = Duration.ofSeconds(5);
    private Duration streamTimeout = Duration.ofSeconds(60);
    private @Nullable Supplier<String> token;
    private @Nullable ChannelCredentials credentials;
    private UnaryOperator<NettyChannelBuilder> tuning = UnaryOperator.identity();

    private Builder(Address address) {
      this.address = address;
    }

    /// How long a call may take, its repetitions included; 5 s unless it is given.
    public Builder timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /// How long a stream may take; 60 s unless it is given.
    public Builder streamTimeout(Duration timeout) {
      this.streamTimeout = timeout;
      return this;
    }

    /// Sent as bearer token with each call. It is never sent in clear over a network.
    public Builder token(String token) {
      return token(() -> token);
    }

    /// Asked for a bearer token before each call. It may block.
    public Builder token(Supplier<String> source) {
      this.token = source;
      return this;
    }

    /// Authorities and certificates of TLS, instead of those of Java.
    public Builder credentials(ChannelCredentials credentials) {
      this.credentials = credentials;
      return this;
    }

    /// Changes what gRPC offers beyond this.
    public Builder tuned(UnaryOperator<NettyChannelBuilder> tuning) {
      this.tuning = tuning;
      return this;
    }

    /// Makes it.
    public Proffer connect() {
      if (token != null && !address.mayCarryToken()) {
        throw new IllegalArgumentException(
            "token: would travel in clear to "
                + address.host()
                + " (expected https:// or a loopback address)");
      }
      ChannelCredentials chosen =
          !address.tls()
              ? InsecureChannelCredentials.create()
              : credentials == null ? TlsChannelCredentials.create() : credentials;
      ManagedChannel connection =
          tuning
              .apply(
                  NettyChannelBuilder.forTarget(address.target(), chosen)
                      .defaultServiceConfig(serviceConfig())
                      .enableRetry()
                      .maxInboundMessageSize(RECEIVED_BYTES_MAX)
                      .userAgent(USER_AGENT))
              .build();
      return new Proffer(
          connection,
          ClientInterceptors.intercept(
              connection,
              new Defaults(timeout, streamTimeout, token == null ? null : new Bearer(token))));
    }
  }

  /// The same connection with another time for each call.
  public Proffer withTimeout(Duration timeout) {
    return new Proffer(
        connection, ClientInterceptors.intercept(channel, new Defaults(timeout, timeout, null)));
  }

  /// Ends the connection; calls under way are cancelled.
  @Override
  public void close() {
    connection.shutdownNow();
  }

  /// Stubs for every rpc of the contract, such as `stub(ModelServiceGrpc::newBlockingStub)`, with
  /// the same deadlines, repetitions and token. They throw exceptions of gRPC;
  /// [ProfferException#from] makes typed ones of them.
  public <S extends AbstractStub<S>> S stub(Function<Channel, S> stub) {
    return stub.apply(channel);
  }

  // What shops need every day.

  /// Chooses items for a person or a session, priced after the best promotion that is legal for
  /// them. Send the request id of the reply with the events that follow, so that the choice finds
  /// its reward.
  public RecommendResponse recommend(Recommend what) {
    return call(() -> recommender().recommend(what.toRequest()));
  }

  /// Orders candidates that the caller brings.
  public RankResponse rank(Rank what) {
    return call(() -> recommender().rank(what.toRequest()));
  }

  /// Items like an item.
  public SimilarItemsResponse similarItems(String itemId, Find how) {
    return call(() -> recommender().similarItems(how.like(itemId)));
  }

  /// Items by text, in English and Chinese; an empty query lists what the filter allows.
  public SearchItemsResponse searchItems(String query, Find how) {
    return call(() -> recommender().searchItems(how.by(query)));
  }

  /// Makes an event durable.
  public IngestResult record(Events event) {
    return record(List.of(event.toEvent())).get(0);
  }

  /// Makes events durable, up to 1,000 in one request. There is one result for each, in order: a
  /// bad event does not stop the others.
  public List<IngestResult> record(List<Event> events) {
    List<IngestResult> results = new ArrayList<>(events.size());
    for (int start = 0; start < events.size(); start += BATCH_SIZE) {
      IngestEventsRequest request =
          IngestEventsRequest.newBuilder()
              .addAllEvents(events.subList(start, Math.min(start + BATCH_SIZE, events.size())))
              .build();
      results.addAll(call(() -> featureStore().ingestEvents(request)).getResultsList());
    }
    return results;
  }

  /// The best legal price of a cart; explained, also what does not apply, and what would make it
  /// apply.
  public EvaluateCartResponse evaluateCart(Carts cart) {
    return call(() -> promotions().evaluateCart(cart.toRequest()));
  }

  /// Answers one turn of a shopper.
  public ChatResponse chat(Say turn) {
    return call(() -> ChatServiceGrpc.newBlockingStub(channel).chat(turn.toRequest()));
  }

  /// Answers one turn piece by piece; the last piece is the whole answer. Close the stream to end
  /// the call early.
  public Stream<StreamChatResponse> chatStream(Say turn) {
    StreamChatRequest request = StreamChatRequest.newBuilder().setTurn(turn.toRequest()).build();
    return replies(() -> ChatServiceGrpc.newBlockingStub(channel).streamChat(request));
  }

  /// Every promotion that a person can use now or will be able to use, best first, page by page
  /// behind the scenes.
  public Stream<Offer> listOffers(ListOffersRequest request) {
    return pages(
        token -> promotions().listOffers(request.toBuilder().setPageToken(token).build()),
        ListOffersResponse::getOffersList,
        ListOffersResponse::getNextPageToken);
  }

  /// Every promotion of the shop that the request asks for, by id.
  public Stream<Promotion> listPromotions(ListPromotionsRequest request) {
    return pages(
        token -> promotions().listPromotions(request.toBuilder().setPageToken(token).build()),
        ListPromotionsResponse::getPromotionsList,
        ListPromotionsResponse::getNextPageToken);
  }

  /// Every item of the catalogue, by id; a page size of 0 leaves it to the server.
  public Stream<Item> listItems(int pageSize) {
    CatalogueServiceGrpc.CatalogueServiceBlockingStub catalogue =
        CatalogueServiceGrpc.newBlockingStub(channel);
    return pages(
        token ->
            catalogue.listItems(
                ListItemsRequest.newBuilder().setPageSize(pageSize).setPageToken(token).build()),
        ListItemsResponse::getItemsList,
        ListItemsResponse::getNextPageToken);
  }

  /// The entries of all pages of any list, fetched as they are needed.
  ///
  /// @param fetch fetches the page with this token, the first one with an empty token
  public <P, E> Stream<E> pages(
      Function<String, P> fetch, Function<P, List<E>> entries, Function<P, String> nextToken) {
    return Stream.iterate(
            new Page<P>(call(() -> fetch.apply("")), true),
            Page::isThere,
            page -> {
              String token = nextToken.apply(page.reply());
              return token.isEmpty()
                  ? new Page<P>(page.reply(), false)
                  : new Page<P>(call(() -> fetch.apply(token)), true);
            })
        .flatMap(page -> entries.apply(page.reply()).stream());
  }

  private record Page<P>(P reply, boolean isThere) {}

  // Features.

  /// The features of one context and up to 10,000 candidates, as dense blocks.
  ///
  /// @param contextEntityId the one entity whose features are the same for all rows; may be empty
  public FeatureMatrix featureMatrix(
      String featureSet, String contextEntityId, List<String> candidateIds) {
    return featureMatrix(
        GetFeatureMatrixRequest.newBuilder()
            .setFeatureSet(featureSet)
            .setContextEntityId(contextEntityId)
            .addAllCandidateIds(candidateIds)
            .build());
  }

  /// Like the other, with all that a request can say.
  public FeatureMatrix featureMatrix(GetFeatureMatrixRequest request) {
    return FeatureMatrix.of(call(() -> featureStore().getFeatureMatrix(request)));
  }

  /// Typed values of features named "view:feature" for a list of entities.
  public GetOnlineFeaturesResponse onlineFeatures(List<String> features, List<String> entityIds) {
    GetOnlineFeaturesRequest request =
        GetOnlineFeaturesRequest.newBuilder()
            .addAllFeatures(features)
            .addAllEntityIds(entityIds)
            .build();
    return call(() -> featureStore().getOnlineFeatures(request));
  }

  /// Stores rows, up to 1,000 in one request. There is one result for each, in order: a bad row
  /// does not stop the others.
  public List<WriteResult> writeFeatures(List<FeatureRow> rows) {
    List<WriteResult> results = new ArrayList<>(rows.size());
    for (int start = 0; start < rows.size(); start += BATCH_SIZE) {
      WriteFeaturesRequest request =
          WriteFeaturesRequest.newBuilder()
              .addAllRows(rows.subList(start, Math.min(start + BATCH_SIZE, rows.size())))
              .build();
      results.addAll(call(() -> featureStore().writeFeatures(request)).getResultsList());
    }
    return results;
  }

  /// Stores any number of rows over one stream: a result for each, in order, while rows are still
  /// being sent. Rows are taken as the server keeps up and the results are read. Close the stream
  /// to end the call early.
  public Stream<WriteResult> streamFeatures(Iterator<FeatureRow> rows) {
    BlockingClientCall<
            dev.proffer.proto.featurestore.v1.StreamFeaturesRequest,
            dev.proffer.proto.featurestore.v1.StreamFeaturesResponse>
        call = FeatureStoreServiceGrpc.newBlockingV2Stub(channel).streamFeatures();
    return Streams.of(new RowSender(call, rows, BATCH_SIZE, BATCHES_UNDER_WAY_MAX))
        .onClose(() -> call.cancel("the reader left", null));
  }

  private RecommenderServiceGrpc.RecommenderServiceBlockingStub recommender() {
    return RecommenderServiceGrpc.newBlockingStub(channel);
  }

  private PromotionServiceGrpc.PromotionServiceBlockingStub promotions() {
    return PromotionServiceGrpc.newBlockingStub(channel);
  }

  private FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub featureStore() {
    return FeatureStoreServiceGrpc.newBlockingStub(channel);
  }

  private static <R> R call(Supplier<R> call) {
    try {
      return call.get();
    } catch (io.grpc.StatusRuntimeException e) {
      throw ProfferException.from(e);
    }
  }

  private static <R> Stream<R> replies(Supplier<Iterator<R>> call) {
    Context.CancellableContext context = Context.current().withCancellation();
    Context before = context.attach();
    try {
      Iterator<R> replies = call(call);
      return Streams.of(
              new Iterator<R>() {
                @Override
                public boolean hasNext() {
                  return call(replies::hasNext);
                }

                @Override
                public R next() {
                  return call(replies::next);
                }
              })
          .onClose(() -> context.cancel(null));
    } finally {
      context.detach(before);
    }
  }

  /// Which calls are repeated, and when: the same file for the clients of all languages.
  static Map<String, ?> serviceConfig() {
    try (InputStream file =
            Objects.requireNonNull(Proffer.class.getResourceAsStream("service-config.json"));
        Reader reader = new InputStreamReader(file, StandardCharsets.UTF_8)) {
      return new Gson().fromJson(reader, new TypeToken<Map<String, ?>>() {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Gives each call a deadline and a token, where it has none.
  private record Defaults(
      Duration timeout, Duration streamTimeout, @Nullable CallCredentials credentials)
      implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      CallOptions chosen = options;
      if (options.getDeadline() == null) {
        Duration time =
            method.getType() == MethodDescriptor.MethodType.UNARY ? timeout : streamTimeout;
        chosen = chosen.withDeadlineAfter(time.toNanos(), TimeUnit.NANOSECONDS);
      }
      if (credentials != null && options.getCredentials() == null) {
        chosen = chosen.withCallCredentials(credentials);
      }
      return next.newCall(method, chosen);
    }
  }

  private static final class Bearer extends CallCredentials {
    private static final Metadata.Key<String> AUTHORIZATION =
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Supplier<String> token;

    Bearer(Supplier<String> token) {
      this.token = token;
    }

    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
      executor.execute(() -> {
        try {
          Metadata metadata = new Metadata();
          metadata.put(AUTHORIZATION, "Bearer " + token.get());
          applier.apply(metadata);
        } catch (RuntimeException e) {
          applier.fail(
              Status.UNAUTHENTICATED.withDescription("the token source failed").withCause(e));
        }
      });
    }
  }
}
