// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import dev.proffer.ranker.catalogue.Catalogue;
import dev.proffer.runtime.sql.Database;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes over catalogue changes of other replicas. An embedded database has one process, so there
/// is nothing to look for.
final class CatalogueRefresher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CatalogueRefresher.class);
  private static final long POLL_MILLIS = 1_000;

  private final CountDownLatch closing = new CountDownLatch(1);

  CatalogueRefresher(Catalogue catalogue, Database.Engine engine) {
    if (engine == Database.Engine.POSTGRESQL) {
      Thread.ofVirtual().name("catalogue-refresh").start(() -> run(catalogue));
    }
  }

  @Override
  public void close() {
    closing.countDown();
  }

  private void run(Catalogue catalogue) {
    try {
      while (!closing.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        try {
          catalogue.refresh();
        } catch (RuntimeException e) {
          log.warn("the catalogue could not be refreshed; the snapshot before stays", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
