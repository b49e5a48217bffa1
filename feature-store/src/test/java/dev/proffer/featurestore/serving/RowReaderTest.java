// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.featurestore.online.InMemoryOnlineStore;
import dev.proffer.featurestore.online.NearCache;
import dev.proffer.featurestore.online.OnlineStore;
import dev.proffer.featurestore.online.OnlineStore.NewRow;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.registry.RegistryBuilder;
import dev.proffer.featurestore.registry.RegistryYaml;
import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.featurestore.row.RowLayout;
import dev.proffer.featurestore.serving.RowReader.Wanted;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.runtime.degraded.Degradation;
import io.lettuce.core.RedisCommandTimeoutException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Copies, coalescing and partial answers, with a store that can be held up.
class RowReaderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String VIEWS =
      """
      entities:
        item: {event_field: item_id, buckets: 16}
      views:
        - {name: hot, entity: item, near_cache: 5s, max_age: 1m, features: [{name: price, type: float}]}
        - {name: cold, entity: item, features: [{name: price, type: float, default: 1.0}]}
      sets:
        - {name: hot, candidate: ["hot:*"]}
        - {name: cold, candidate: ["cold:*"]}
      """;

  private final AtomicLong nanos = new AtomicLong();
  private final SimpleMeterRegistry meterRegistry = new SimpleMeterRegistry();
  private final ReadMeters meters = new ReadMeters(meterRegistry);
  private final LiveRegistry live =
      new LiveRegistry(RegistryBuilder.first(RegistryYaml.read(VIEWS)));
  private final HeldStore store = new HeldStore();
  private final NearCache near = new NearCache(1 << 20, Duration.ofMinutes(10), nanos::get);
  private final RowReader reader = new RowReader(store, near, meters);
  private final MatrixReader matrix = new MatrixReader(live, reader, meters, Clock.systemUTC());

  @Test
  void aHotItemThatManyWantAtOnceIsFetchedOnce() throws Exception {
    put("hot", "i1", System.currentTimeMillis(), 3);
    store.hold();
    List<Thread> callers = new ArrayList<>();
    AtomicInteger right = new AtomicInteger();
    for (int i = 0; i < 20; i++) {
      callers.add(
          Thread.ofVirtual()
              .start(() -> {
                if (price("hot", "i1") == 3) {
                  right.incrementAndGet();
                }
              }));
    }
    store.entered.await();
    while (waiting(callers) < 20) {
      Thread.onSpinWait();
    }
    store.release();
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(right).hasValue(20);
    assertThat(store.keysFetched).hasValue(1);
    assertThat(meterRegistry.counter("proffer.features.coalesced.rows").count()).isEqualTo(19);
  }

  private static long waiting(List<Thread> callers) {
    return callers.stream()
        .filter(caller ->
            caller.getState() == Thread.State.WAITING
                || caller.getState() == Thread.State.TIMED_WAITING)
        .count();
  }

  @Test
  void whoWaitedForAFetchThatFailedAsksForItself() throws Exception {
    put("hot", "i1", System.currentTimeMillis(), 3);
    store.hold();
    store.failNext = true;
    AtomicInteger unavailable = new AtomicInteger();
    AtomicInteger right = new AtomicInteger();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      callers.add(
          Thread.ofVirtual()
              .start(() -> {
                if (status("hot", "i1") == RowStatus.ROW_STATUS_UNAVAILABLE) {
                  unavailable.incrementAndGet();
                } else {
                  right.incrementAndGet();
                }
              }));
    }
    store.entered.await();
    while (waiting(callers) < 2) {
      Thread.onSpinWait();
    }
    store.release();
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(unavailable).hasValue(1);
    assertThat(right).hasValue(1);
  }

  @Test
  void aCopyIsServedForItsTimeAndNotLongerAndItsOwnAgeStillCounts() {
    put("hot", "i1", System.currentTimeMillis(), 3);
    assertThat(price("hot", "i1")).isEqualTo(3);
    put("hot", "i1", System.currentTimeMillis(), 4);
    nanos.addAndGet(Duration.ofSeconds(5).toNanos());
    assertThat(price("hot", "i1")).isEqualTo(3);
    nanos.addAndGet(1);
    assertThat(price("hot", "i1")).isEqualTo(4);
    // Too old when it was stored: the copy says so as well.
    put("hot", "old", System.currentTimeMillis() - 61_000, 3);
    assertThat(status("hot", "old")).isEqualTo(RowStatus.ROW_STATUS_OUTSIDE_MAX_AGE);
    int fetched = store.keysFetched.get();
    assertThat(status("hot", "old")).isEqualTo(RowStatus.ROW_STATUS_OUTSIDE_MAX_AGE);
    assertThat(store.keysFetched).hasValue(fetched);
  }

  @Test
  void whatCameIsServedAndWhatDidNotIsUnavailable() {
    put("cold", "a", System.currentTimeMillis(), 3);
    put("cold", "b", System.currentTimeMillis(), 4);
    store.answerOnly = 1;
    Degradation degradation = new Degradation();
    var block =
        matrix
            .read(
                GetFeatureMatrixRequest.newBuilder()
                    .setFeatureSet("cold")
                    .addCandidateIds("a")
                    .addCandidateIds("b")
                    .build(),
                PATIENCE,
                degradation)
            .getCandidates(0);
    assertThat(block.getRowStatuses().toByteArray())
        .containsExactly(
            RowStatus.ROW_STATUS_PRESENT_VALUE, RowStatus.ROW_STATUS_UNAVAILABLE_VALUE);
    assertThat(degradation.toProto()).isNotNull();
    assertThat(rows("cold", "present")).isEqualTo(1);
    assertThat(rows("cold", "unavailable")).isEqualTo(1);
    // Nothing is known of b: not even its default stands in.
    assertThat(block.getNullBitmap().byteAt(0)).isEqualTo((byte) 0b10);
  }

  @Test
  void duplicatesAreFetchedOnceAndAnsweredEach() {
    put("cold", "a", System.currentTimeMillis(), 3);
    Wanted wanted =
        new Wanted(live.snapshot().decoder(view("cold")), List.of("a", "x", "a", "a", "x"));
    reader.read(List.of(wanted), PATIENCE, new Degradation());
    assertThat(store.keysFetched).hasValue(2);
    assertThat(wanted.row(0)).isNotNull().isSameAs(wanted.row(2)).isSameAs(wanted.row(3));
    assertThat(wanted.row(1)).isNull();
  }

  @Test
  void copiesStayWithinTheirBytes() {
    NearCache small = new NearCache(100_000, Duration.ofMinutes(1), nanos::get);
    for (int i = 0; i < 10_000; i++) {
      small.view("v").put("item" + i, new byte[i % 700]);
      assertThat(small.view("v").bytes()).isBetween(0L, 100_000L);
    }
    small.view("v").put("x", new byte[] {1});
    assertThat(small.view("v").get("x")).isNotNull();
    small.view("v").forget("x");
    assertThat(small.view("v").get("x")).isNull();
    small.view("v").put("x", new byte[] {2}, nanos.get() + 1);
    small.view("v").put("x", new byte[] {1}, nanos.get());
    assertThat(small.view("v").get("x"))
        .isNotNull()
        .satisfies(copy -> assertThat(copy.row()).containsExactly(2));
    nanos.addAndGet(Duration.ofMinutes(1).toNanos() + 2);
    assertThat(small.view("v").get("x")).isNull();
  }

  private double rows(String view, String status) {
    return meterRegistry.counter("proffer.features.rows", "view", view, "status", status).count();
  }

  private FeatureView view(String name) {
    FeatureView view = live.registry().view(name);
    assertThat(view).isNotNull();
    return view;
  }

  private void put(String view, String item, long time, float price) {
    RowLayout layout = new RowLayout(List.of(FeatureType.FLOAT));
    store.put(
        List.of(
            new NewRow(
                view(view).entity().key(view, item),
                layout.pack(1, time, new Value[] {Value.newBuilder().setFloatValue(price).build()}),
                0)));
  }

  private float price(String set, String item) {
    return Float.intBitsToFloat(
        Integer.reverseBytes(
            matrix
                .read(request(set, item), PATIENCE, new Degradation())
                .getCandidates(0)
                .getValuesF32Le()
                .asReadOnlyByteBuffer()
                .getInt()));
  }

  private RowStatus status(String set, String item) {
    return RowStatus.forNumber(
        matrix
            .read(request(set, item), PATIENCE, new Degradation())
            .getCandidates(0)
            .getRowStatuses()
            .byteAt(0));
  }

  private static GetFeatureMatrixRequest request(String set, String item) {
    return GetFeatureMatrixRequest.newBuilder().setFeatureSet(set).addCandidateIds(item).build();
  }

  /// A store in memory whose fetches can be held up, cut short, or made to fail.
  private static final class HeldStore implements OnlineStore {
    private final InMemoryOnlineStore rows = new InMemoryOnlineStore(Clock.systemUTC());
    private final AtomicInteger keysFetched = new AtomicInteger();
    private final CountDownLatch entered = new CountDownLatch(1);
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile boolean failNext;
    private volatile int answerOnly = Integer.MAX_VALUE;

    void hold() {
      gate = new CountDownLatch(1);
    }

    void release() {
      gate.countDown();
    }

    @Override
    public Fetched fetch(List<byte[]> keys, Duration timeout) {
      if (keys.isEmpty()) {
        return rows.fetch(keys, timeout);
      }
      keysFetched.addAndGet(keys.size());
      entered.countDown();
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      Fetched all = rows.fetch(keys, timeout);
      int most = failNext ? 0 : answerOnly;
      failNext = false;
      if (most >= keys.size()) {
        return all;
      }
      BitSet answered = new BitSet();
      answered.set(0, most);
      byte[] @Nullable [] some = new byte[keys.size()][];
      System.arraycopy(all.rows(), 0, some, 0, most);
      return new Fetched(some, answered, new RedisCommandTimeoutException("held up"));
    }

    @Override
    public List<PutOutcome> putNewer(List<NewRow> news) {
      return rows.putNewer(news);
    }

    @Override
    public void put(List<NewRow> news) {
      rows.put(news);
    }

    @Override
    public int delete(List<byte[]> keys) {
      return rows.delete(keys);
    }

    @Override
    public boolean compareAndSet(List<byte[]> keys, List<Content> expected, byte[] value) {
      return rows.compareAndSet(keys, expected, value);
    }

    @Override
    public int checkpoints() {
      return 1;
    }

    @Override
    public String shortcoming() {
      return "";
    }

    @Override
    public void close() {}
  }
}
