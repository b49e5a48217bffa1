// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What a store of leases does, in memory and in Redis.
abstract class LeaseStoreContract {
  private static final LeaseStore.Lease FIRST = new LeaseStore.Lease("p", 0, "lease-1", 1);
  private static final LeaseStore.Lease SECOND = new LeaseStore.Lease("p", 0, "lease-2", 2);

  abstract LeaseStore store();

  @Test
  void aLeaseIsDebitedUntilTooLittleIsLeft() {
    LeaseStore store = store();
    store.put(FIRST, 250, 10, 60_000);

    assertThat(store.take("p", 0, 100)).isEqualTo(FIRST);
    assertThat(store.take("p", 0, 100)).isEqualTo(FIRST);
    assertThat(store.take("p", 0, 100)).isNull();
    assertThat(store.take("p", 0, 50)).isEqualTo(FIRST);
    assertThat(store.take("p", 1, 1)).isNull();
    store.give(FIRST, 50);
    assertThat(store.take("p", 0, 50)).isEqualTo(FIRST);
  }

  @Test
  void redemptionsAreLimitedToo() {
    LeaseStore store = store();
    store.put(FIRST, 1_000, 2, 60_000);

    assertThat(store.take("p", 0, 1)).isNotNull();
    assertThat(store.take("p", 0, 1)).isNotNull();
    assertThat(store.take("p", 0, 1)).isNull();
  }

  @Test
  void anOlderFenceChangesNothing() {
    LeaseStore store = store();
    store.put(SECOND, 100, 10, 60_000);
    store.put(FIRST, 900, 10, 60_000);
    store.give(FIRST, 900);
    store.drop(FIRST);

    assertThat(store.take("p", 0, 100)).isEqualTo(SECOND);
    assertThat(store.take("p", 0, 1)).isNull();
  }

  @Test
  void aDroppedLeaseStaysDroppedWhateverComesLate() {
    LeaseStore store = store();
    store.put(FIRST, 100, 10, 60_000);
    store.drop(FIRST);
    store.put(FIRST, 100, 10, 60_000);

    assertThat(store.take("p", 0, 1)).isNull();
    store.put(SECOND, 100, 10, 60_000);
    assertThat(store.take("p", 0, 1)).isEqualTo(SECOND);
  }

  @Test
  void manyThreadsTakeNoMoreThanThereIs() {
    LeaseStore store = store();
    store.put(FIRST, 500, 1_000, 60_000);
    AtomicInteger taken = new AtomicInteger();
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 800; i++) {
        pool.submit(() -> {
          if (store.take("p", 0, 1) != null) {
            taken.incrementAndGet();
          }
        });
      }
    }
    assertThat(taken.get()).isEqualTo(500);
  }
}
