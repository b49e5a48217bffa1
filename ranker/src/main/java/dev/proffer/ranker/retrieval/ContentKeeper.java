// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.catalogue.Catalogue;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the content source up to date with the catalogue, beside the request path.
public final class ContentKeeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ContentKeeper.class);

  private final Catalogue catalogue;
  private final Supplier<TextVectors> encoder;
  private final Consumer<CatalogueSnapshot> others;
  private final Duration poll;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable ContentSource current;

  /// Starts looking for changes.
  ///
  /// @param others what else is to follow the catalogue
  public ContentKeeper(Catalogue catalogue, Duration poll, Consumer<CatalogueSnapshot> others) {
    this(catalogue, TextVectors::none, poll, others);
  }

  /// @param encoder is asked once, on the thread that builds: loading a model takes a while
  public ContentKeeper(
      Catalogue catalogue,
      Supplier<TextVectors> encoder,
      Duration poll,
      Consumer<CatalogueSnapshot> others) {
    this.catalogue = catalogue;
    this.encoder = encoder;
    this.others = others;
    this.poll = poll;
    this.thread = Thread.ofPlatform().daemon().name("content-index").start(this::run);
  }

  /// The source for the catalogue as it was a moment ago; null until the first one is built.
  public @Nullable ContentSource current() {
    return current;
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    TextVectors vectors = encoder.get();
    try {
      do {
        try {
          ContentSource before = current;
          current =
              before == null
                  ? new ContentSource(catalogue.snapshot(), vectors)
                  : before.updated(catalogue.snapshot());
          others.accept(catalogue.snapshot());
        } catch (RuntimeException e) {
          log.error("the content index could not be built; the one before stays", e);
        }
      } while (!closing.await(poll.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
