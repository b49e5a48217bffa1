// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.served;

import com.google.protobuf.ByteString;
import dev.proffer.featurestore.quality.FeatureProfiles;
import dev.proffer.proto.featurestore.v1.FeatureBlock;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.ServedRow;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.ValueColumn;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes a sample of what is served to the log of served rows and to the profiles of features.
///
/// An entity is in the sample always or never, by the hash of its id, so that its history can be
/// followed. A request only picks its rows; the work is done by a thread of its own, and when that
/// falls behind, samples are dropped and counted.
public final class ServedSampler implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServedSampler.class);
  private static final int QUEUE_MAX = 1024;
  private static final int BATCH_MAX = 64;

  private final int below;
  private final ServedLog served;
  private final FeatureProfiles profiles;
  private final Counter dropped;
  private final BlockingQueue<Sample> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final Thread thread;
  private volatile boolean closing;

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Sample(
      GetFeatureMatrixRequest request, GetFeatureMatrixResponse response, long now, int[] rows) {}

  /// @param share of the entities, from 0 to 1
  public ServedSampler(
      double share, ServedLog served, FeatureProfiles profiles, MeterRegistry meters) {
    this.below = (int) Math.round(share * (1 << 24));
    this.served = served;
    this.profiles = profiles;
    this.dropped = meters.counter("proffer.features.served.dropped");
    this.thread = Thread.ofPlatform().daemon().name("served-sampler").unstarted(this::run);
  }

  public void start() {
    if (below > 0) {
      thread.start();
    }
  }

  /// Picks the sampled rows of a reply. It never blocks.
  public void offer(GetFeatureMatrixRequest request, GetFeatureMatrixResponse response, long now) {
    if (below == 0) {
      return;
    }
    int candidates = request.getCandidateIdsCount();
    int[] picked = null;
    int size = 0;
    for (int i = 0; i < candidates; i++) {
      if (isSampled(request.getCandidateIds(i))) {
        picked = picked == null ? new int[8] : size == picked.length ? grown(picked) : picked;
        picked[size++] = i;
      }
    }
    if (candidates == 0 && isSampled(request.getContextEntityId())) {
      picked = new int[] {-1};
      size = 1;
    }
    if (picked != null
        && !queue.offer(new Sample(request, response, now, Arrays.copyOf(picked, size)))) {
      dropped.increment();
    }
  }

  private static int[] grown(int[] picked) {
    return Arrays.copyOf(picked, picked.length * 2);
  }

  private boolean isSampled(String id) {
    int hash = id.hashCode() * 0x9E3779B1;
    int mixed = (hash ^ (hash >>> 15)) * 0x85EBCA6B;
    return (mixed >>> 8) < below;
  }

  private void run() {
    List<Sample> batch = new ArrayList<>();
    while (!closing || !queue.isEmpty()) {
      try {
        Sample first = queue.poll(200, TimeUnit.MILLISECONDS);
        if (first == null) {
          continue;
        }
        batch.add(first);
        queue.drainTo(batch, BATCH_MAX);
        List<ServedRow> rows = new ArrayList<>();
        for (Sample sample : batch) {
          take(sample, rows);
        }
        served.append(rows);
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        log.warn("a sample of served rows is lost: {}", e.toString());
        dropped.increment(batch.size());
      }
      batch.clear();
    }
  }

  private void take(Sample sample, List<ServedRow> rows) {
    for (FeatureBlock block : sample.response.getContextList()) {
      profiles.add(block, 0, sample.now);
    }
    for (int row : sample.rows) {
      ServedRow.Builder one =
          ServedRow.newBuilder()
              .setFeatureSet(sample.request.getFeatureSet())
              .setFeatureSetHash(sample.response.getFeatureSetHash())
              .setServedAtUnixMs(sample.now)
              .setContextEntityId(sample.request.getContextEntityId())
              .putAllRequestFeatures(sample.request.getRequestFeaturesMap());
      if (row >= 0) {
        one.setCandidateId(sample.request.getCandidateIds(row));
      }
      boolean known = true;
      for (FeatureBlock block : sample.response.getContextList()) {
        known &= add(block, 0, one);
      }
      for (FeatureBlock block : sample.response.getCandidatesList()) {
        if (row >= 0) {
          known &= add(block, row, one);
          profiles.add(block, row, sample.now);
        } else {
          addNone(block, one);
        }
      }
      // Of a row that could not be read nothing is known, so there is nothing to compare.
      if (known) {
        rows.add(one.build());
      }
    }
  }

  private static boolean add(FeatureBlock block, int row, ServedRow.Builder to) {
    int width = block.getFeaturesCount();
    ByteString values = block.getValuesF32Le();
    for (int i = 0; i < width; i++) {
      float value = FeatureProfiles.floatAt(values, (row * width + i) * 4);
      to.addValues(
          Float.isNaN(value)
              ? Value.getDefaultInstance()
              : Value.newBuilder().setFloatValue(value).build());
    }
    for (ValueColumn column : block.getColumnsList()) {
      to.addValues(column.getValues(row));
    }
    return block.getRowStatuses().byteAt(row) != RowStatus.ROW_STATUS_UNAVAILABLE_VALUE;
  }

  private static void addNone(FeatureBlock block, ServedRow.Builder to) {
    for (int i = 0; i < block.getFeaturesCount() + block.getColumnsCount(); i++) {
      to.addValues(Value.getDefaultInstance());
    }
  }

  /// Whether all that was offered was taken.
  public boolean isIdle() {
    return queue.isEmpty() && thread.getState() == Thread.State.TIMED_WAITING;
  }

  @Override
  public void close() {
    closing = true;
    if (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    served.close();
  }
}
