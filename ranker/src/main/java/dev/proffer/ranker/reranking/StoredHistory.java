// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.reranking;

import dev.proffer.proto.featurestore.v1.ExportTrainingRowsRequest;
import dev.proffer.proto.featurestore.v1.ExportTrainingRowsResponse;
import dev.proffer.proto.featurestore.v1.FeatureBlock;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixRequest;
import dev.proffer.proto.featurestore.v1.GetFeatureMatrixResponse;
import dev.proffer.proto.featurestore.v1.Label;
import dev.proffer.proto.featurestore.v1.TrainingRow;
import dev.proffer.proto.featurestore.v1.Value;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// What the feature store knew at moments of the past: the point-in-time join, as a learned ranker
/// reads it. Where the store offers none, nothing is known of anything.
public final class StoredHistory {
  private static final int LABELS_MAX = 10_000;

  private final Channel featureStore;
  private final String featureSet;
  private final String hash;
  private final List<String> context;
  private final List<String> items;

  /// One person and some items at a moment.
  public record Moment(String who, List<String> itemIds, long atMillis) {}

  private StoredHistory(
      Channel featureStore,
      String featureSet,
      String hash,
      List<String> context,
      List<String> items) {
    this.featureStore = featureStore;
    this.featureSet = featureSet;
    this.hash = hash;
    this.context = context;
    this.items = items;
  }

  /// Asks the store which numbers a feature set holds.
  ///
  /// @param someItem any item
  /// @throws StatusRuntimeException when the store is lost
  public static StoredHistory of(Channel featureStore, String featureSet, String someItem) {
    try {
      GetFeatureMatrixResponse reply =
          FeatureStoreServiceGrpc.newBlockingStub(featureStore)
              .getFeatureMatrix(
                  GetFeatureMatrixRequest.newBuilder()
                      .setFeatureSet(featureSet)
                      .setContextEntityId("-")
                      .addCandidateIds(someItem)
                      .build());
      List<String> context = names(reply.getContextList());
      List<String> items = names(reply.getCandidatesList());
      return context.isEmpty() && items.isEmpty()
          ? nothing(featureStore)
          : new StoredHistory(featureStore, featureSet, reply.getFeatureSetHash(), context, items);
    } catch (StatusRuntimeException e) {
      if (isUnoffered(e)) {
        return nothing(featureStore);
      }
      throw e;
    }
  }

  /// A store that knows nothing.
  public static StoredHistory nothing(Channel featureStore) {
    return new StoredHistory(featureStore, "", "", List.of(), List.of());
  }

  private static boolean isUnoffered(StatusRuntimeException e) {
    Status.Code code = e.getStatus().getCode();
    return code == Status.Code.UNIMPLEMENTED || code == Status.Code.NOT_FOUND;
  }

  private static List<String> names(List<FeatureBlock> blocks) {
    List<String> names = new ArrayList<>();
    for (FeatureBlock block : blocks) {
      block.getFeaturesList().forEach(name -> names.add(block.getFeatureView() + ":" + name));
    }
    return List.copyOf(names);
  }

  /// The hash of the feature set; empty when nothing is read.
  public String hash() {
    return hash;
  }

  public List<String> context() {
    return context;
  }

  public List<String> items() {
    return items;
  }

  /// What was known just before each moment, in their order.
  ///
  /// @throws StatusRuntimeException when the store is lost or has no past
  public List<StoredFeatures> at(RankColumns columns, List<Moment> moments) {
    List<StoredFeatures> all = new ArrayList<>(moments.size());
    for (Moment moment : moments) {
      all.add(StoredFeatures.nothing(columns, moment.itemIds().size()));
    }
    if (hash.isEmpty()) {
      return all;
    }
    List<Label> labels = new ArrayList<>();
    List<int[]> places = new ArrayList<>();
    for (int m = 0; m < moments.size(); m++) {
      Moment moment = moments.get(m);
      for (int i = 0; i < moment.itemIds().size(); i++) {
        labels.add(
            Label.newBuilder()
                .setContextEntityId(moment.who())
                .setCandidateId(moment.itemIds().get(i))
                .setEventTimeUnixMs(Math.max(1, moment.atMillis()))
                .build());
        places.add(new int[] {m, i});
        if (labels.size() == LABELS_MAX) {
          read(labels, places, all);
          labels.clear();
          places.clear();
        }
      }
    }
    if (!labels.isEmpty()) {
      read(labels, places, all);
    }
    return all;
  }

  private void read(List<Label> labels, List<int[]> places, List<StoredFeatures> all) {
    Iterator<ExportTrainingRowsResponse> replies =
        FeatureStoreServiceGrpc.newBlockingStub(featureStore)
            .exportTrainingRows(
                ExportTrainingRowsRequest.newBuilder()
                    .setFeatureSet(featureSet)
                    .addAllLabels(labels)
                    .build());
    int next = 0;
    int[] contextColumns = {};
    int[] itemColumns = {};
    while (replies.hasNext()) {
      ExportTrainingRowsResponse reply = replies.next();
      if (reply.getFeaturesCount() > 0) {
        contextColumns = columns(reply.getFeaturesList(), context);
        itemColumns = columns(reply.getFeaturesList(), items);
      }
      for (TrainingRow row : reply.getRowsList()) {
        int[] place = places.get(next++);
        StoredFeatures into = all.get(place[0]);
        for (int c = 0; c < contextColumns.length; c++) {
          into.context()[c] = number(row, contextColumns[c]);
        }
        for (int c = 0; c < itemColumns.length; c++) {
          into.items()[place[1] * itemColumns.length + c] = number(row, itemColumns[c]);
        }
      }
    }
  }

  /// Where each name is among the columns of a reply, or -1.
  private static int[] columns(List<String> all, List<String> wanted) {
    Map<String, Integer> byName = new HashMap<>();
    for (int i = 0; i < all.size(); i++) {
      byName.put(all.get(i), i);
    }
    int[] places = new int[wanted.size()];
    Arrays.setAll(places, i -> byName.getOrDefault(wanted.get(i), -1));
    return places;
  }

  private static float number(TrainingRow row, int column) {
    if (column < 0 || column >= row.getValuesCount()) {
      return Float.NaN;
    }
    Value value = row.getValues(column);
    return switch (value.getKindCase()) {
      case FLOAT_VALUE -> value.getFloatValue();
      case DOUBLE_VALUE -> (float) value.getDoubleValue();
      case INT64_VALUE -> value.getInt64Value();
      case BOOL_VALUE -> value.getBoolValue() ? 1 : 0;
      case STRING_VALUE, FLOAT_VECTOR, STRING_LIST, INT64_LIST, DOUBLE_MAP, KIND_NOT_SET ->
          Float.NaN;
    };
  }
}
