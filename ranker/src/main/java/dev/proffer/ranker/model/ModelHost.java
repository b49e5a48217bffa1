// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.model;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.FeatureRegistryServiceGrpc;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.proto.featurestore.v1.RegisterModelRequest;
import dev.proffer.proto.featurestore.v1.RegisterModelResponse;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.index.WarmingIndex;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the current model serving and learning: it notices when another bundle becomes current and
/// swaps in one step, and follows the event log so that a click changes the next reply.
public final class ModelHost implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ModelHost.class);
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);
  private static final Duration REGISTER_MAX = Duration.ofSeconds(2);
  private static final String FEATURE_SET = "ranker";
  private static final int SHOPPERS_MAX = 200_000;

  // Steps just before the end of the training data are read again, to be remembered but not
  // counted, so that the first new step of a person is linked to the one before.
  private static final long REMEMBERED_EVENTS = 20_000;

  private final ModelStore store;
  private final ItemNumbers numbers;
  private final Channel featureStore;
  private final Duration poll;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Follower follower;
  private volatile String refused = "";
  private volatile String problem = "";
  private volatile @Nullable Follower canary;
  private volatile String wantedCanary = "";
  private volatile String refusedCanary = "";
  private String registered = "";

  /// Starts serving with what is current.
  ///
  /// @param learning whether to follow the event log between trainings
  public ModelHost(
      ModelStore store,
      ItemNumbers numbers,
      Channel featureStore,
      Duration poll,
      boolean learning) {
    this.store = store;
    this.numbers = numbers;
    this.featureStore = featureStore;
    this.poll = poll;
    this.follower = follow(TrainedModel.untrained());
    reload();
    Thread.ofVirtual().name("model-watch").start(this::watch);
    if (learning) {
      follower.start();
    }
  }

  public ServingModel serving() {
    return follower.model;
  }

  /// The model of a bundle that an experiment tries out beside the current one; null while it is
  /// not loaded. One such bundle is kept besides the current one.
  public @Nullable ServingModel canary(String version) {
    Follower current = follower;
    if (version.equals(current.model.trained().version())) {
      return current.model;
    }
    Follower known = canary;
    if (known != null && version.equals(known.model.trained().version())) {
      return known.model;
    }
    wantedCanary = version;
    return null;
  }

  /// Lets the models that serve take in the new items of a catalogue. One thread calls this.
  public void follow(CatalogueSnapshot snapshot) {
    follower.model.trained().sources().follow(snapshot);
    Follower tried = canary;
    if (tried != null) {
      tried.model.trained().sources().follow(snapshot);
    }
  }

  private TrainedModel load(String version) throws BundleException {
    return store.load(
        version,
        numbers,
        table ->
            new WarmingIndex(
                table, build -> Thread.ofPlatform().daemon().name("index-builder").start(build)));
  }

  private void loadCanary() {
    String wanted = wantedCanary;
    if (wanted.isEmpty() || wanted.equals(refusedCanary)) {
      return;
    }
    Follower known = canary;
    if (known != null && wanted.equals(known.model.trained().version())) {
      return;
    }
    try {
      TrainedModel model = load(wanted);
      checkFeatures(model);
      Follower next = follow(model);
      canary = next;
      if (follower.started) {
        next.start();
      }
      if (known != null) {
        known.stop();
      }
      log.info("trying out model bundle {} beside the current one", wanted);
    } catch (BundleException | RuntimeException e) {
      refusedCanary = wanted;
      log.error("not trying out model bundle {}: {}", wanted, e.getMessage());
    }
  }

  /// Why the current bundle does not serve; empty when it does, or when there is none.
  public String problem() {
    return problem;
  }

  /// Serves with whatever is current now, also when it was refused before. Requests under way
  /// finish with what they have.
  public synchronized void reload() {
    refused = "";
    reloadUnlessRefused();
  }

  private synchronized void reloadUnlessRefused() {
    String current = store.current();
    if (current.equals(follower.model.trained().version()) || current.equals(refused)) {
      return;
    }
    try {
      TrainedModel model = load(current);
      checkFeatures(model);
      Follower next = follow(model);
      Follower before = follower;
      boolean running = before.started;
      follower = next;
      refused = "";
      problem = "";
      if (running) {
        before.stop();
        next.start();
      }
      log.info("serving with model bundle {}", current);
    } catch (BundleException | RuntimeException e) {
      refused = current;
      problem = String.valueOf(e.getMessage());
      log.error("not serving with model bundle {}: {}", current, e.getMessage());
    }
  }

  @Override
  public void close() {
    closing.countDown();
    follower.stop();
    Follower tried = canary;
    if (tried != null) {
      tried.stop();
    }
  }

  private Follower follow(TrainedModel model) {
    return new Follower(
        new ServingModel(
            model, new Shoppers(numbers, model.seqKnn(), model.popularity(), SHOPPERS_MAX)));
  }

  private void watch() {
    try {
      while (!closing.await(poll.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          reloadUnlessRefused();
          loadCanary();
          register();
        } catch (RuntimeException e) {
          log.warn("could not look for a new model bundle", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Refuses a model whose ranker was trained on features other than those that are served now. A
  /// feature store that does not answer refuses nothing: requests check again.
  private void checkFeatures(TrainedModel model) throws BundleException {
    if (model.featureSetHash().isEmpty()) {
      return;
    }
    try {
      GetFeatureMatrixResponse _ =
          FeatureStoreServiceGrpc.newBlockingStub(featureStore)
              .withDeadlineAfter(REGISTER_MAX.toMillis(), TimeUnit.MILLISECONDS)
              .getFeatureMatrix(
                  GetFeatureMatrixRequest.newBuilder()
                      .setFeatureSet(FEATURE_SET)
                      .setFeatureSetHash(model.featureSetHash())
                      .setContextEntityId("-")
                      .build());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION
          || e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        throw new BundleException(
            "model bundle "
                + model.version()
                + ": its ranker was trained on feature set "
                + model.featureSetHash()
                + ", which is not the one that is served: "
                + e.getStatus().getDescription(),
            e);
      }
      log.debug("the features of model bundle {} could not be checked", model.version(), e);
    }
  }

  /// Tells the feature store which feature set the model pins, so that a plan there can name it. It
  /// is tried again at the next look when the feature store does not answer.
  private void register() {
    TrainedModel model = follower.model.trained();
    if (model.featureSetHash().isEmpty() || model.version().equals(registered)) {
      return;
    }
    try {
      RegisterModelResponse _ =
          FeatureRegistryServiceGrpc.newBlockingStub(featureStore)
              .withDeadlineAfter(REGISTER_MAX.toMillis(), TimeUnit.MILLISECONDS)
              .registerModel(
                  RegisterModelRequest.newBuilder()
                      .setModel(model.version())
                      .addFeatureSetHashes(model.featureSetHash())
                      .build());
      registered = model.version();
    } catch (StatusRuntimeException e) {
      log.debug("the model is not registered with the feature store yet", e);
    }
  }

  /// Reads the event log into one model until it is stopped.
  private final class Follower {
    final ServingModel model;
    volatile boolean started;
    private volatile boolean stopped;
    private volatile Context.@Nullable CancellableContext reading;

    Follower(ServingModel model) {
      this.model = model;
    }

    void start() {
      started = true;
      Thread.ofVirtual().name("event-follower").start(this::run);
    }

    void stop() {
      stopped = true;
      Context.CancellableContext context = reading;
      if (context != null) {
        context.cancel(null);
      }
    }

    private void run() {
      long counted = model.trained().eventOffset();
      long next = Math.max(0, counted - REMEMBERED_EVENTS);
      while (!stopped) {
        Context.CancellableContext context = Context.ROOT.withCancellation();
        reading = context;
        Context before = context.attach();
        try {
          Iterator<ReadEventsResponse> batches =
              FeatureStoreServiceGrpc.newBlockingStub(featureStore)
                  .readEvents(
                      ReadEventsRequest.newBuilder().setFromOffset(next).setFollow(true).build());
          while (!stopped && batches.hasNext()) {
            ReadEventsResponse batch = batches.next();
            for (int i = 0; i < batch.getEventsCount(); i++) {
              Event event = batch.getEvents(i);
              model.shoppers().learn(event, batch.getFirstOffset() + i >= counted);
            }
            next = batch.getFirstOffset() + batch.getEventsCount();
          }
        } catch (StatusRuntimeException e) {
          if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
            log.info("the feature store offers no event log to follow");
          }
        } catch (RuntimeException e) {
          log.warn("the event log could not be followed from offset {}", next, e);
        } finally {
          context.detach(before);
          context.cancel(null);
        }
        pause();
      }
    }

    private void pause() {
      try {
        if (!stopped && closing.await(RETRY_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
          stopped = true;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        stopped = true;
      }
    }
  }
}
