// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.catalogue.Catalogue;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps what is built from the whole catalogue up to date with it, beside the request path: the
/// content source, the new arrivals and the index of meanings.
public final class ContentKeeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ContentKeeper.class);
  private static final int QUERIES_REMEMBERED = 10_000;
  private static final double ARRIVALS_HALF_LIFE_MILLIS = 10 * 86_400_000.0;
  private static final long ARRIVALS_WINDOW_MILLIS = 45L * 86_400_000;

  private final Catalogue catalogue;
  private final Encoders encoders;
  private final Consumer<CatalogueSnapshot> others;
  private final Duration poll;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  // Builds graphs while scans answer.
  private final ExecutorService graphs =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("content-graph").factory());
  private @Nullable Future<Graphed> graph;
  private volatile @Nullable Kept kept;

  /// What was built for one catalogue, which belongs together.
  public record Kept(
      CatalogueSnapshot snapshot,
      ContentSource content,
      NewArrivals arrivals,
      MeaningIndex meanings) {}

  /// What is searched by graphs once they are built.
  private record Graphed(ContentSource content, MeaningIndex meanings) {}

  /// What titles are compared by besides their words. Each is asked once, on the thread that
  /// builds: loading a model takes a while.
  public record Encoders(Supplier<TextVectors> english, Supplier<TextVectors> chinese) {
    /// Words alone.
    public static final Encoders NONE = new Encoders(TextVectors::none, TextVectors::none);
  }

  /// Starts looking for changes.
  ///
  /// @param others what else is to follow the catalogue
  public ContentKeeper(
      Catalogue catalogue, Encoders encoders, Duration poll, Consumer<CatalogueSnapshot> others) {
    this.catalogue = catalogue;
    this.encoders = encoders;
    this.others = others;
    this.poll = poll;
    this.thread = Thread.ofPlatform().daemon().name("content-index").start(this::run);
  }

  /// The source for the catalogue as it was a moment ago; null until the first one is built.
  public @Nullable ContentSource current() {
    Kept now = kept;
    return now == null ? null : now.content();
  }

  /// All that is built of the catalogue as it was a moment ago; null until the first is.
  public @Nullable Kept kept() {
    return kept;
  }

  /// Whether titles are to be compared by meaning.
  public boolean encodes() {
    return !encoders.equals(Encoders.NONE);
  }

  @Override
  public void close() {
    closing.countDown();
    graphs.shutdownNow();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    TextVectors english = encoders.english().get();
    TextVectors chinese = encoders.chinese().get();
    try {
      do {
        try {
          CatalogueSnapshot snapshot = catalogue.snapshot();
          Kept before = kept;
          boolean graphed = graph != null && graph.isDone();
          if (before == null) {
            ContentSource content = new ContentSource(snapshot, english);
            MeaningIndex meanings =
                new MeaningIndex(
                    snapshot,
                    MeaningIndex.Encoder.english(
                        content.texts(), new RememberedTexts(english, QUERIES_REMEMBERED)),
                    MeaningIndex.Encoder.chinese(
                        chinese, new RememberedTexts(chinese, QUERIES_REMEMBERED)));
            keep(snapshot, content, meanings);
          } else if (graphed) {
            // Of the catalogue as it was when the graphs were begun.
            Future<Graphed> built = Objects.requireNonNull(graph);
            graph = null;
            Graphed done = built.resultNow();
            int[] changed = done.content().changed(snapshot);
            keep(
                snapshot,
                done.content().updated(snapshot, changed),
                done.meanings().updated(snapshot, changed));
          } else if (before.snapshot() != snapshot) {
            int[] changed = before.content().changed(snapshot);
            keep(
                snapshot,
                before.content().updated(snapshot, changed),
                before.meanings().updated(snapshot, changed));
          }
          others.accept(snapshot);
        } catch (RuntimeException e) {
          log.error("the content index could not be built; the one before stays", e);
        }
      } while (!closing.await(poll.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void keep(CatalogueSnapshot snapshot, ContentSource content, MeaningIndex meanings) {
    kept = new Kept(snapshot, content, arrivals(snapshot, content), meanings);
    if (graph == null && (content.wantsGraph() || meanings.wantsGraph())) {
      graph =
          graphs.submit(() ->
              new Graphed(content.wantsGraph() ? content.graphed() : content, meanings.graphed()));
    }
  }

  private static NewArrivals arrivals(CatalogueSnapshot snapshot, ContentSource taste) {
    return new NewArrivals(
        new NewArrivals.Arrivals() {
          @Override
          public int capacity() {
            return snapshot.capacity();
          }

          @Override
          public long arrivedMillis(int item) {
            CatalogueItem found = snapshot.item(item);
            return found == null ? 0 : found.item().getAvailableFromUnixMs();
          }
        },
        ARRIVALS_HALF_LIFE_MILLIS,
        ARRIVALS_WINDOW_MILLIS,
        taste);
  }
}
