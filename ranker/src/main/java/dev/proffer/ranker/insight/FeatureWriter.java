// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import com.google.common.primitives.Floats;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.FloatVector;
import dev.proffer.proto.featurestore.v1.StringList;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.WriteFeaturesRequest;
import dev.proffer.proto.featurestore.v1.WriteOutcome;
import dev.proffer.proto.featurestore.v1.WriteResult;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Writes portraits to the views `user_insight` and `user_interest` of the feature store.
final class FeatureWriter {
  static final String VIEW = "user_insight";

  /// What few readers need and is long: interest in texts.
  static final String INTEREST_VIEW = "user_interest";

  /// The facts that are features; the others serve inside this part only.
  static final Set<PersonFact> WRITTEN =
      Set.of(
          PersonFact.RECENCY_DAYS,
          PersonFact.FREQUENCY,
          PersonFact.MONETARY_MINOR_UNITS,
          PersonFact.AVERAGE_BASKET_MINOR_UNITS,
          PersonFact.DISCOUNT_AFFINITY,
          PersonFact.PRICE_BAND,
          PersonFact.CONVERSION,
          PersonFact.CHURN_PROBABILITY,
          PersonFact.EXPECTED_VALUE_MINOR_UNITS,
          PersonFact.BUYS_IN_7_DAYS,
          PersonFact.BUYS_IN_VISIT);

  private static final int ROWS_MAX = 1_000;

  private final FeatureStoreServiceGrpc.FeatureStoreServiceBlockingStub store;

  FeatureWriter(Channel featureStore) {
    this.store = FeatureStoreServiceGrpc.newBlockingStub(featureStore);
  }

  /// Writes portraits and returns the reason of the first row that was refused, or an empty text.
  String write(List<Portrait> portraits, long atMillis) {
    String refused = "";
    List<FeatureRow> rows = new ArrayList<>(ROWS_MAX);
    for (int i = 0; i < portraits.size(); i++) {
      rows.add(row(portraits.get(i), atMillis));
      if (portraits.get(i).interest().length > 0) {
        rows.add(interest(portraits.get(i), atMillis));
      }
      if (rows.size() >= ROWS_MAX || i == portraits.size() - 1) {
        for (WriteResult result :
            store
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .writeFeatures(WriteFeaturesRequest.newBuilder().addAllRows(rows).build())
                .getResultsList()) {
          if (refused.isEmpty() && result.getOutcome() == WriteOutcome.WRITE_OUTCOME_REJECTED) {
            refused = result.getReason();
          }
        }
        rows.clear();
      }
    }
    return refused;
  }

  private static FeatureRow row(Portrait portrait, long atMillis) {
    FeatureRow.Builder row =
        FeatureRow.newBuilder()
            .setFeatureView(VIEW)
            .setEntityId(portrait.userId())
            .setEventTimeUnixMs(atMillis);
    portrait
        .facts()
        .forEach((fact, value) -> {
          if (WRITTEN.contains(fact)) {
            row.putValues(fact.key(), Value.newBuilder().setDoubleValue(value).build());
          }
        });
    row.putValues(
        "segment_ids",
        Value.newBuilder()
            .setStringList(StringList.newBuilder().addAllValues(portrait.segmentIds()))
            .build());
    row.putValues(
        "interest_tags",
        Value.newBuilder()
            .setStringList(StringList.newBuilder().addAllValues(portrait.tags("en")))
            .build());
    row.putValues(
        "top_category",
        Value.newBuilder()
            .setStringValue(portrait.categories().keySet().stream().findFirst().orElse(""))
            .build());
    return row.build();
  }

  private static FeatureRow interest(Portrait portrait, long atMillis) {
    return FeatureRow.newBuilder()
        .setFeatureView(INTEREST_VIEW)
        .setEntityId(portrait.userId())
        .setEventTimeUnixMs(atMillis)
        .putValues(
            "interest_vector",
            Value.newBuilder()
                .setFloatVector(
                    FloatVector.newBuilder().addAllValues(Floats.asList(portrait.interest())))
                .build())
        .putValues(
            "interest_vector_version",
            Value.newBuilder().setStringValue(InterestVector.VERSION).build())
        .putValues("tags_en", tags(portrait, "en"))
        .putValues("tags_zh", tags(portrait, "zh"))
        .build();
  }

  private static Value tags(Portrait portrait, String language) {
    return Value.newBuilder()
        .setStringList(StringList.newBuilder().addAllValues(portrait.tags(language)))
        .build();
  }
}
