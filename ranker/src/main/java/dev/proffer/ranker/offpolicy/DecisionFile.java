// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

import dev.proffer.ranker.policy.LinearModel;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/// Our own decision log, as it was exported to Parquet: the choices of one slot with what they
/// earned.
///
/// @param options all options, in the order of their numbers
/// @param log the decisions
/// @param legal for each decision the options that it chose from
@SuppressWarnings("ArrayRecordComponent") // Columns of a log; never compared, never changed.
public record DecisionFile(List<String> options, LoggedDecisions log, boolean[][] legal) {
  private static final int ROWS_MAX = 2_000_000;

  /// Reads a file.
  ///
  /// @param slot "personal-offer", "offer", "ranker" or "layout"
  /// @param reward "clicks", "purchases", "revenue" or "margin"
  /// @param rule "last", "first" or "linear"
  public static DecisionFile read(Path file, String slot, String reward, String rule)
      throws SQLException {
    require("slot", slot, List.of("personal-offer", "offer", "ranker", "layout"));
    require("reward", reward, List.of("clicks", "purchases", "revenue", "margin"));
    require("rule", rule, List.of("last", "first", "linear"));
    List<String> chosen = new ArrayList<>();
    List<List<String>> among = new ArrayList<>();
    List<double[]> contexts = new ArrayList<>();
    List<Double> rewards = new ArrayList<>();
    List<Double> propensities = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT option, options, context, propensity, "
                    + reward
                    + "_"
                    + rule
                    + " FROM read_parquet(?) WHERE slot = ? ORDER BY decided_at_unix_ms, request_id,"
                    + " item_id LIMIT "
                    + ROWS_MAX)) {
      select.setString(1, file.toString());
      select.setString(2, slot);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          chosen.add(rows.getString(1));
          among.add(Arrays.stream(values(rows.getArray(2))).map(String::valueOf).toList());
          contexts.add(
              Arrays.stream(values(rows.getArray(3)))
                  .mapToDouble(v -> v instanceof Number number ? number.doubleValue() : Double.NaN)
                  .toArray());
          double propensity = rows.getDouble(4);
          propensities.add(rows.wasNull() ? Double.NaN : propensity);
          rewards.add(rows.getDouble(5));
        }
      }
    }
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException(
          file + ": there is no decision of the slot '" + slot + "' in it");
    }
    TreeSet<String> names = new TreeSet<>();
    among.forEach(names::addAll);
    List<String> options = List.copyOf(names);
    int n = chosen.size();
    int[] action = new int[n];
    boolean[][] legal = new boolean[n][options.size()];
    for (int i = 0; i < n; i++) {
      action[i] = options.indexOf(chosen.get(i));
      for (String option : among.get(i)) {
        legal[i][options.indexOf(option)] = true;
      }
    }
    return new DecisionFile(
        options,
        new LoggedDecisions(
            options.size(),
            1,
            action,
            new int[n],
            rewards.stream().mapToDouble(r -> r).toArray(),
            propensities.stream().mapToDouble(p -> p).toArray(),
            contexts.toArray(double[][]::new)),
        legal);
  }

  /// A target by its name: `uniform`, `always:OPTION`, or `greedy`, which fits a linear model of
  /// each option to one half of the log and chooses the best by it in the other half, but for a
  /// tenth of the decisions.
  public TargetPolicy target(String name) {
    if (name.equals("uniform")) {
      return (decision, option) -> legal[decision][option] ? 1.0 / count(decision) : 0;
    }
    if (name.startsWith("always:")) {
      int wanted = options.indexOf(name.substring("always:".length()));
      if (wanted < 0) {
        throw new IllegalArgumentException(
            "target: '" + name + "' (expected: always: and one of " + options + ")");
      }
      return (decision, option) ->
          legal[decision][wanted]
              ? option == wanted ? 1 : 0
              : legal[decision][option] ? 1.0 / count(decision) : 0;
    }
    if (name.equals("greedy")) {
      return greedy(.1);
    }
    throw new IllegalArgumentException(
        "target: '" + name + "' (expected: uniform, greedy or always:OPTION)");
  }

  private TargetPolicy greedy(double epsilon) {
    int n = log.size();
    int features = log.context()[0].length;
    LinearModel[][] models = new LinearModel[2][options.size()];
    double scale = 1e-12;
    for (double reward : log.reward()) {
      scale = Math.max(scale, Math.abs(reward));
    }
    for (int half = 0; half < 2; half++) {
      for (int a = 0; a < options.size(); a++) {
        models[half][a] = new LinearModel(features + 1, 1);
      }
    }
    for (int i = 0; i < n; i++) {
      LinearModel model = models[i % 2][log.action()[i]];
      double[] context = withOne(log.context()[i]);
      model.meet(context, 1);
      model.reward(context, log.reward()[i] / scale);
    }
    int[] best = new int[n];
    for (int i = 0; i < n; i++) {
      double[] context = withOne(log.context()[i]);
      double most = Double.NEGATIVE_INFINITY;
      for (int a = 0; a < options.size(); a++) {
        // The half that did not see this decision.
        double predicted = legal[i][a] ? models[1 - i % 2][a].predict(context) : most;
        if (legal[i][a] && predicted > most) {
          most = predicted;
          best[i] = a;
        }
      }
    }
    return (decision, option) ->
        legal[decision][option]
            ? (option == best[decision] ? 1 - epsilon : 0) + epsilon / count(decision)
            : 0;
  }

  private int count(int decision) {
    int count = 0;
    for (boolean each : legal[decision]) {
      count += each ? 1 : 0;
    }
    return count;
  }

  private static double[] withOne(double[] context) {
    double[] more = Arrays.copyOf(context, context.length + 1);
    more[context.length] = 1;
    return more;
  }

  private static Object[] values(Array array) throws SQLException {
    return array == null || !(array.getArray() instanceof Object[] values) ? new Object[0] : values;
  }

  private static void require(String field, String value, List<String> among) {
    if (!among.contains(value)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s: '%s' (expected: one of %s)", field, value, among));
    }
  }
}
