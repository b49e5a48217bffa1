// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker;

import com.google.protobuf.ByteString;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.ExportTrainingRowsRequest;
import dev.proffer.proto.featurestore.v1.ExportTrainingRowsResponse;
import dev.proffer.proto.featurestore.v1.FeatureBlock;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.FeatureVector;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.GetIngestStatusRequest;
import dev.proffer.proto.featurestore.v1.GetIngestStatusResponse;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesRequest;
import dev.proffer.proto.featurestore.v1.GetOnlineFeaturesResponse;
import dev.proffer.proto.featurestore.v1.IngestEventsRequest;
import dev.proffer.proto.featurestore.v1.IngestEventsResponse;
import dev.proffer.proto.featurestore.v1.Label;
import dev.proffer.proto.featurestore.v1.ReadEventsRequest;
import dev.proffer.proto.featurestore.v1.ReadEventsResponse;
import dev.proffer.proto.featurestore.v1.RowStatus;
import dev.proffer.proto.featurestore.v1.StringList;
import dev.proffer.proto.featurestore.v1.TrainingRow;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.ValueColumn;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// A feature store in memory: an event log, and the histories that follow from it. It can be told
/// to be slow or lost.
final class MemoryFeatureStore extends FeatureStoreServiceGrpc.FeatureStoreServiceImplBase {
  private final List<Event> events = new ArrayList<>();
  volatile boolean lost;
  volatile long delayMillis;
  volatile String featureSetHash = "memory";
  // Whether what it knows of items is not a number.
  volatile boolean odd;
  // Of how many items features were asked for.
  final AtomicInteger itemsAsked = new AtomicInteger();

  synchronized void add(Event event) {
    events.add(event);
    notifyAll();
  }

  void add(EventType type, String user, String item, long time, String order) {
    add(
        Event.newBuilder()
            .setEventId("e" + events.size())
            .setType(type)
            .setUserId(user)
            .setItemId(item)
            .setEventTimeUnixMs(time)
            .setOrderId(order)
            .build());
  }

  @Override
  public void ingestEvents(
      IngestEventsRequest request, StreamObserver<IngestEventsResponse> observer) {
    request.getEventsList().forEach(this::add);
    observer.onNext(IngestEventsResponse.getDefaultInstance());
    observer.onCompleted();
  }

  @Override
  public void getFeatureMatrix(
      GetFeatureMatrixRequest request, StreamObserver<GetFeatureMatrixResponse> observer) {
    behave();
    if (!request.getFeatureSetHash().isEmpty()
        && !request.getFeatureSetHash().equals(featureSetHash)) {
      throw Status.FAILED_PRECONDITION
          .withDescription("feature_set_hash: the live feature set 'ranker' has another hash")
          .asRuntimeException();
    }
    itemsAsked.addAndGet(request.getCandidateIdsCount());
    String user = request.getContextEntityId();
    FeatureBlock.Builder items =
        FeatureBlock.newBuilder()
            .setFeatureView("item_activity")
            .addFeatures("events")
            .setRows(request.getCandidateIdsCount());
    ByteBuffer counts =
        ByteBuffer.allocate(4 * request.getCandidateIdsCount()).order(ByteOrder.LITTLE_ENDIAN);
    if (request.getCandidateIdsCount() > 0) {
      Map<String, Integer> events = counts();
      for (String item : request.getCandidateIdsList()) {
        counts.putFloat(odd ? Float.NaN : events.getOrDefault(item, 0));
      }
    }
    items.setValuesF32Le(ByteString.copyFrom(counts.flip()));
    Set<String> orders = new LinkedHashSet<>();
    for (Event event : copy()) {
      if (event.getUserId().equals(user) && event.getType() == EventType.EVENT_TYPE_PURCHASE) {
        orders.add(event.getOrderId());
      }
    }
    observer.onNext(
        GetFeatureMatrixResponse.newBuilder()
            .setFeatureSetHash(featureSetHash)
            .addCandidates(items)
            .addContext(
                FeatureBlock.newBuilder()
                    .setFeatureView("user_history")
                    .setRows(1)
                    .setRowStatuses(status())
                    .addEventTimesUnixMs(1)
                    .addColumns(column("recent_items", history(user, "", false)))
                    .addColumns(column("purchased_items", history(user, "", true))))
            .addContext(
                FeatureBlock.newBuilder()
                    .setFeatureView("user_activity")
                    .setRows(1)
                    .setRowStatuses(status())
                    .addFeatures("orders")
                    .setValuesF32Le(
                        ByteString.copyFrom(
                            ByteBuffer.allocate(4)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putFloat(orders.size())
                                .flip())))
            .build());
    observer.onCompleted();
  }

  private Map<String, Integer> counts() {
    Map<String, Integer> counts = new HashMap<>();
    copy().forEach(event -> counts.merge(event.getItemId(), 1, Integer::sum));
    return counts;
  }

  @Override
  public void exportTrainingRows(
      ExportTrainingRowsRequest request, StreamObserver<ExportTrainingRowsResponse> observer) {
    // One pass over events and labels in the order of time.
    List<Event> inTime = new ArrayList<>(copy());
    inTime.sort(Comparator.comparingLong(Event::getEventTimeUnixMs));
    Integer[] order = new Integer[request.getLabelsCount()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingLong(i -> request.getLabels(i).getEventTimeUnixMs()));
    int[] counts = new int[order.length];
    Map<String, Integer> events = new HashMap<>();
    int next = 0;
    for (int i : order) {
      Label label = request.getLabels(i);
      while (next < inTime.size()
          && inTime.get(next).getEventTimeUnixMs() < label.getEventTimeUnixMs()) {
        events.merge(inTime.get(next++).getItemId(), 1, Integer::sum);
      }
      counts[i] = events.getOrDefault(label.getCandidateId(), 0);
    }
    ExportTrainingRowsResponse.Builder reply =
        ExportTrainingRowsResponse.newBuilder()
            .setFeatureSetHash(featureSetHash)
            .addFeatures("user_history:recent_items")
            .addFeatures("item_activity:events");
    for (int i = 0; i < counts.length; i++) {
      reply.addRows(
          TrainingRow.newBuilder()
              .setLabel(request.getLabels(i))
              .addValues(Value.getDefaultInstance())
              .addValues(Value.newBuilder().setInt64Value(counts[i])));
    }
    observer.onNext(reply.build());
    observer.onCompleted();
  }

  @Override
  public void getOnlineFeatures(
      GetOnlineFeaturesRequest request, StreamObserver<GetOnlineFeaturesResponse> observer) {
    behave();
    observer.onNext(
        GetOnlineFeaturesResponse.newBuilder()
            .addFeatureNames("recent_items")
            .addResults(
                FeatureVector.newBuilder()
                    .addValues(value(history("", request.getEntityIds(0), false)))
                    .addStatuses(RowStatus.ROW_STATUS_PRESENT))
            .build());
    observer.onCompleted();
  }

  @Override
  public void getIngestStatus(
      GetIngestStatusRequest request, StreamObserver<GetIngestStatusResponse> observer) {
    observer.onNext(GetIngestStatusResponse.newBuilder().setLogEndOffset(copy().size()).build());
    observer.onCompleted();
  }

  @Override
  public void readEvents(ReadEventsRequest request, StreamObserver<ReadEventsResponse> observer) {
    ServerCallStreamObserver<ReadEventsResponse> call =
        (ServerCallStreamObserver<ReadEventsResponse>) observer;
    long next = request.getFromOffset();
    try {
      while (!call.isCancelled()) {
        List<Event> batch;
        synchronized (this) {
          if (next >= events.size()) {
            if (!request.getFollow()) {
              break;
            }
            wait(20);
            continue;
          }
          batch =
              List.copyOf(events.subList((int) next, (int) Math.min(events.size(), next + 1_000)));
        }
        observer.onNext(
            ReadEventsResponse.newBuilder().setFirstOffset(next).addAllEvents(batch).build());
        next += batch.size();
      }
      observer.onCompleted();
    } catch (InterruptedException e) {
      observer.onError(Status.CANCELLED.asRuntimeException());
    }
  }

  private synchronized List<Event> copy() {
    return List.copyOf(events);
  }

  private List<String> history(String user, String session, boolean purchases) {
    LinkedHashSet<String> items = new LinkedHashSet<>();
    for (Event event : copy().reversed()) {
      boolean own =
          user.isEmpty() ? event.getSessionId().equals(session) : event.getUserId().equals(user);
      if (own && (!purchases || event.getType() == EventType.EVENT_TYPE_PURCHASE)) {
        items.add(event.getItemId());
      }
    }
    return items.stream().limit(50).toList();
  }

  private void behave() {
    if (lost) {
      throw Status.UNAVAILABLE.withDescription("lost").asRuntimeException();
    }
    try {
      Thread.sleep(delayMillis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ByteString status() {
    return ByteString.copyFrom(new byte[] {RowStatus.ROW_STATUS_PRESENT_VALUE});
  }

  private static ValueColumn column(String name, List<String> items) {
    return ValueColumn.newBuilder().setFeature(name).addValues(value(items)).build();
  }

  private static Value value(List<String> items) {
    return Value.newBuilder().setStringList(StringList.newBuilder().addAllValues(items)).build();
  }
}
