// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// The votes of interleaved lists in an exported decision log.
public final class InterleavedDecisions {
  /// Two rankers and what the votes say.
  public record Duel(String first, String second, Interleaving.Outcome outcome) {}

  private InterleavedDecisions() {}

  /// Counts, for each pair of rankers that shared lists, the lists in which one of them brought
  /// more of what was clicked.
  public static List<Duel> read(Path file) throws SQLException {
    List<Duel> duels = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        PreparedStatement select =
            connection.prepareStatement(
                "WITH lists AS (SELECT request_id, min(ranker) AS a, max(ranker) AS b FROM"
                    + " read_parquet(?) WHERE slot = 'place' AND ranker <> '' GROUP BY request_id"
                    + " HAVING a <> b), leads AS (SELECT l.a, l.b, l.request_id, sum(CASE WHEN"
                    + " p.ranker = l.a THEN p.clicks_last ELSE -p.clicks_last END) AS lead FROM"
                    + " lists l JOIN read_parquet(?) p ON p.request_id = l.request_id AND p.slot ="
                    + " 'place' GROUP BY ALL) SELECT a, b, count(*) FILTER (lead > 0), count(*)"
                    + " FILTER (lead < 0), count(*) FILTER (lead = 0) FROM leads GROUP BY a, b"
                    + " ORDER BY a, b")) {
      select.setString(1, file.toString());
      select.setString(2, file.toString());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          duels.add(
              new Duel(
                  rows.getString(1),
                  rows.getString(2),
                  Interleaving.outcome(rows.getLong(3), rows.getLong(4), rows.getLong(5))));
        }
      }
    }
    return duels;
  }
}
