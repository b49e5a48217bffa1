// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.decision;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.proto.ranker.v1.Decision;
import dev.proffer.proto.ranker.v1.DecisionArm;
import dev.proffer.proto.ranker.v1.DecisionChoice;
import dev.proffer.proto.ranker.v1.DecisionReward;
import io.grpc.Channel;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/// Writes the decision log to a Parquet file: a row for each place of a reply (slot `place`, where
/// the option is the item) and for each choice of a policy, with what they earned by each rule.
public final class DecisionExport {
  private static final String COLUMNS =
      "{request_id: 'VARCHAR', decided_at_unix_ms: 'BIGINT', user_id: 'VARCHAR', session_id:"
          + " 'VARCHAR', context_hash: 'VARCHAR', candidate_count: 'INTEGER', candidates:"
          + " 'VARCHAR[]', model_version: 'VARCHAR', feature_set_hash: 'VARCHAR', variants:"
          + " 'VARCHAR[]', held_out: 'BOOLEAN', slot: 'VARCHAR', item_id: 'VARCHAR', position:"
          + " 'INTEGER', policy: 'VARCHAR', policy_version: 'BIGINT', decision_id: 'VARCHAR',"
          + " options: 'VARCHAR[]', option: 'VARCHAR', propensity: 'DOUBLE', propensities:"
          + " 'DOUBLE[]', context: 'DOUBLE[]', promotion_id: 'VARCHAR', legal_promotions:"
          + " 'VARCHAR[]', ranker: 'VARCHAR', clicks_last: 'DOUBLE', clicks_first: 'DOUBLE',"
          + " clicks_linear: 'DOUBLE', purchases_last: 'DOUBLE', purchases_first: 'DOUBLE',"
          + " purchases_linear: 'DOUBLE', revenue_last: 'DOUBLE', revenue_first: 'DOUBLE',"
          + " revenue_linear: 'DOUBLE', margin_last: 'DOUBLE', margin_first: 'DOUBLE',"
          + " margin_linear: 'DOUBLE'}";

  private static final ObjectMapper JSON = new ObjectMapper();

  private DecisionExport() {}

  /// Writes all decisions that the ranker has, and returns the number of rows.
  public static long write(Channel ranker, Path file) throws IOException, SQLException {
    Path parent = file.toAbsolutePath().getParent();
    Path lines = Files.createTempFile(parent, "decisions-", ".ndjson");
    try {
      long rows = 0;
      try (BufferedWriter out = Files.newBufferedWriter(lines)) {
        for (Decision decision : DecisionPages.of(ranker)) {
          rows += write(decision, out);
        }
      }
      if (rows == 0) {
        throw new IOException("the decision log is empty");
      }
      try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
          Statement statement = connection.createStatement()) {
        statement.execute(
            "COPY (SELECT * FROM read_json('"
                + quoted(lines)
                + "', format = 'newline_delimited', columns = "
                + COLUMNS
                + ") ORDER BY decided_at_unix_ms, request_id) TO '"
                + quoted(file)
                + "' (FORMAT PARQUET)");
      }
      return rows;
    } finally {
      Files.deleteIfExists(lines);
    }
  }

  private static String quoted(Path path) {
    return path.toAbsolutePath().toString().replace("'", "''");
  }

  private static int write(Decision decision, BufferedWriter out) throws IOException {
    int rows = 0;
    for (DecisionChoice choice : decision.getChoicesList()) {
      ObjectNode row = row(decision, "place", choice.getItemId());
      row.put("position", choice.getPosition());
      row.put("policy", decision.getPolicy());
      strings(row, "options", decision.getCandidateItemIdsList());
      row.put("option", choice.getItemId());
      row.put("propensity", choice.getPropensity());
      row.put("promotion_id", choice.getPromotionId());
      strings(row, "legal_promotions", choice.getLegalPromotionIdsList());
      row.put("ranker", choice.getRanker());
      rewards(row, decision, reward -> reward.getItemId().equals(choice.getItemId()));
      out.write(row.toString());
      out.newLine();
      rows++;
    }
    for (DecisionArm arm : decision.getArmsList()) {
      ObjectNode row = row(decision, arm.getSlot(), arm.getItemId());
      row.put("policy", arm.getPolicy());
      row.put("policy_version", arm.getPolicyVersion());
      row.put("decision_id", arm.getDecisionId());
      strings(row, "options", arm.getOptionsList());
      row.put("option", arm.getOption());
      row.put("propensity", arm.getPropensity());
      numbers(row, "propensities", arm.getPropensitiesList());
      numbers(row, "context", arm.getContextList());
      rewards(
          row,
          decision,
          reward -> arm.getItemId().isEmpty() || reward.getItemId().equals(arm.getItemId()));
      out.write(row.toString());
      out.newLine();
      rows++;
    }
    return rows;
  }

  private static ObjectNode row(Decision decision, String slot, String itemId) {
    ObjectNode row = JSON.createObjectNode();
    row.put("request_id", decision.getRequestId());
    row.put("decided_at_unix_ms", decision.getDecidedAtUnixMs());
    row.put("user_id", decision.getUserId());
    row.put("session_id", decision.getSessionId());
    row.put("context_hash", decision.getContextHash());
    row.put("candidate_count", decision.getCandidateCount());
    strings(row, "candidates", decision.getCandidateItemIdsList());
    row.put("model_version", decision.getModelVersion());
    row.put("feature_set_hash", decision.getFeatureSetHash());
    strings(
        row,
        "variants",
        decision.getVariantsMap().entrySet().stream()
            .map(variant -> variant.getKey() + "=" + variant.getValue())
            .sorted()
            .toList());
    row.put("held_out", decision.getHeldOut());
    row.put("slot", slot);
    row.put("item_id", itemId);
    return row;
  }

  private static void rewards(ObjectNode row, Decision decision, Predicate<DecisionReward> mine) {
    List<DecisionReward> rewards = decision.getRewardsList().stream().filter(mine).toList();
    metric(row, "clicks", rewards, "click", _ -> 1);
    metric(row, "purchases", rewards, "purchase", _ -> 1);
    metric(row, "revenue", rewards, "purchase", DecisionReward::getRevenueMinorUnits);
    metric(row, "margin", rewards, "purchase", DecisionReward::getMarginMinorUnits);
  }

  private static void metric(
      ObjectNode row,
      String name,
      List<DecisionReward> rewards,
      String type,
      ToDoubleFunction<DecisionReward> worth) {
    double last = 0;
    double first = 0;
    double linear = 0;
    for (DecisionReward reward : rewards) {
      if (reward.getEventType().equals(type)) {
        DoubleUnaryOperator share = part -> part * worth.applyAsDouble(reward);
        last += share.applyAsDouble(reward.getLastTouch());
        first += share.applyAsDouble(reward.getFirstTouch());
        linear += share.applyAsDouble(reward.getLinear());
      }
    }
    row.put(name + "_last", last).put(name + "_first", first).put(name + "_linear", linear);
  }

  private static void strings(ObjectNode row, String name, List<String> values) {
    ArrayNode array = row.putArray(name);
    values.forEach(array::add);
  }

  private static void numbers(ObjectNode row, String name, List<Double> values) {
    ArrayNode array = row.putArray(name);
    values.forEach(array::add);
  }
}
