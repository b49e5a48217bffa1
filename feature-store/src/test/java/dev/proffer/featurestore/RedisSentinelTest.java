// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import static dev.proffer.featurestore.RunningStore.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesResponse;
import dev.proffer.proto.featurestore.v1.IngestOutcome;
import dev.proffer.proto.featurestore.v1.IngestResult;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.WriteFeaturesRequest;
import dev.proffer.proto.featurestore.v1.WriteOutcome;
import dev.proffer.proto.featurestore.v1.WriteResult;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real master and replica under three sentinels: the master is killed while it is read and
/// written.
class RedisSentinelTest {
  private static final int USERS = 100;
  private static final String VIEWS =
      """
      entities:
        user: {event_field: user_id}
      views:
        - {name: profile, entity: user, features: [{name: x, type: int64}]}
        - name: counted
          entity: user
          features:
            - {name: clicks, type: int64, aggregate: {function: count, events: [click]}}
      """;

  @TempDir Path folder;

  @Test
  void readsAndWritesDegradeWhileTheMasterIsReplacedAndNothingAcknowledgedIsLost()
      throws Exception {
    Files.createDirectories(folder.resolve("store"));
    Files.writeString(folder.resolve("store/views.yaml"), VIEWS);
    try (RedisSentinel redis = RedisSentinel.start(folder.resolve("redis"));
        RunningStore store =
            RunningStore.start(
                folder.resolve("store"),
                redis.uri(),
                Map.of(
                    "redis.command-timeout",
                    "300ms",
                    "features.write-timeout",
                    "500ms",
                    "features.file",
                    "views.yaml"))) {
      ingest(store, 0);
      store.awaitAggregated();
      Map<String, Long> written = new HashMap<>();
      write(store, 1, written);
      assertThat(written).hasSize(USERS);
      redis.awaitReplicated();
      assertThat(read(store, "counted:clicks").hasDegraded()).isFalse();

      long killedNanos = System.nanoTime();
      redis.killMaster();
      boolean degraded = false;
      boolean refused = false;
      int rounds = 1;
      while (true) {
        GetOnlineFeaturesResponse read = read(store, "counted:clicks");
        degraded |= read.hasDegraded();
        for (int user = 0; user < USERS; user++) {
          // Either it is known, or it is said that it is not; never a wrong or missing row.
          RowStatus status = read.getResults(0).getStatuses(user);
          assertThat(status).isIn(RowStatus.ROW_STATUS_PRESENT, RowStatus.ROW_STATUS_UNAVAILABLE);
        }
        if (degraded && refused && redis.hasFailedOver() && !read.hasDegraded()) {
          break;
        }
        if (degraded) {
          ingest(store, rounds++);
          refused |= !write(store, 1 + rounds, written);
        }
        assertThat(System.nanoTime() - killedNanos)
            .as(
                "nanoseconds until all is well; degraded %s, refused %s, failed over %s, %s",
                degraded, refused, redis.hasFailedOver(), store.shortcomings())
            .isLessThan(TimeUnit.SECONDS.toNanos(60));
        Thread.sleep(20);
      }
      System.out.println(
          "failover took " + (System.nanoTime() - killedNanos) / 1_000_000 + " ms in all");
      store.awaitAggregated();
      assertThat(values(read(store, "counted:clicks"))).containsOnly((long) rounds);
      // What was written before, or acknowledged by the new master, is there.
      List<Long> profiles = values(read(store, "profile:x"));
      for (int user = 0; user < USERS; user++) {
        assertThat(profiles.get(user)).isEqualTo(written.get("u" + user));
      }
      assertThat(write(store, 1000, written)).isTrue();
      assertThat(values(read(store, "profile:x"))).containsOnly(1000L);
    }
  }

  private static void ingest(RunningStore store, int round) {
    List<Event> events = new ArrayList<>();
    for (int user = 0; user < USERS; user++) {
      events.add(
          event(
              "e" + round + "-" + user,
              EventType.EVENT_TYPE_CLICK,
              System.currentTimeMillis(),
              "u" + user,
              "i"));
    }
    assertThat(store.ingest(events).getResultsList().stream().map(IngestResult::getOutcome))
        .containsOnly(IngestOutcome.INGEST_OUTCOME_ACCEPTED);
  }

  /// Writes a number for everybody and notes what was acknowledged. Returns whether all was.
  private static boolean write(RunningStore store, long number, Map<String, Long> acknowledged) {
    WriteFeaturesRequest.Builder request = WriteFeaturesRequest.newBuilder();
    for (int user = 0; user < USERS; user++) {
      request.addRows(
          FeatureRow.newBuilder()
              .setFeatureView("profile")
              .setEntityId("u" + user)
              .setEventTimeUnixMs(System.currentTimeMillis())
              .putValues("x", Value.newBuilder().setInt64Value(number).build()));
    }
    List<WriteResult> results;
    try {
      results = store.stub.writeFeatures(request.build()).getResultsList();
    } catch (StatusRuntimeException e) {
      assertThat(e.getMessage()).startsWith("UNAVAILABLE");
      return false;
    }
    boolean all = true;
    for (int user = 0; user < USERS; user++) {
      if (results.get(user).getOutcome() == WriteOutcome.WRITE_OUTCOME_APPLIED) {
        acknowledged.put("u" + user, number);
      } else {
        all = false;
      }
    }
    return all;
  }

  private static List<Long> values(GetOnlineFeaturesResponse read) {
    return read.getResults(0).getValuesList().stream().map(Value::getInt64Value).toList();
  }

  private static GetOnlineFeaturesResponse read(RunningStore store, String feature) {
    return store.stub.getOnlineFeatures(
        GetOnlineFeaturesRequest.newBuilder()
            .addFeatures(feature)
            .addAllEntityIds(IntStream.range(0, USERS).mapToObj(user -> "u" + user).toList())
            .build());
  }
}
