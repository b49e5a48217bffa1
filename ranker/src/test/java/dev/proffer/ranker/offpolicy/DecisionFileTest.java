// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Exported decision logs with propensities that cannot be.
class DecisionFileTest {
  @TempDir private Path folder;

  private Path file(String propensityOfTheThird) throws SQLException {
    Path file = folder.resolve("decisions.parquet");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "COPY (SELECT i AS decided_at_unix_ms, 'r' || i AS request_id, '' AS item_id,"
              + " 'personal-offer' AS slot, CASE WHEN i % 2 = 0 THEN 'none' ELSE 'ten' END AS"
              + " option, ['none', 'ten'] AS options, [1.0, 2.0] AS context, CASE WHEN i = 2 THEN "
              + propensityOfTheThird
              + " ELSE 0.5 END AS propensity, CAST(i % 3 AS DOUBLE) AS margin_last FROM range(600)"
              + " t(i)) TO '"
              + file
              + "' (FORMAT PARQUET)");
    }
    return file;
  }

  @Test
  void readsChoicesWithTheirRewards() throws SQLException {
    DecisionFile decisions = DecisionFile.read(file("0.5"), "personal-offer", "margin", "last");
    assertThat(decisions.options()).containsExactly("none", "ten");
    assertThat(decisions.log().size()).isEqualTo(600);
    assertThat(decisions.target("uniform").probability(0, 1)).isEqualTo(.5);
    assertThat(decisions.target("always:ten").probability(0, 0)).isZero();
  }

  @Test
  void missingZeroAndImpossiblePropensitiesAreNamedWithTheirDecision() {
    for (String bad : new String[] {"NULL", "0", "-0.1", "1.5", "'nan'::DOUBLE"}) {
      assertThatThrownBy(() -> DecisionFile.read(file(bad), "personal-offer", "margin", "last"))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("decision 2, propensity")
          .hasMessageContaining("expected: above 0, at most 1");
    }
  }
}
