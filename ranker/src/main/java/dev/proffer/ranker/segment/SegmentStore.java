// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import com.google.gson.Gson;
import dev.proffer.ranker.insight.PersonFact;
import dev.proffer.runtime.sql.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import java.util.Map;

/// Keeps segmentations, so that segments stay themselves over restarts, and the secret of
/// pseudonyms.
public final class SegmentStore {
  private static final int KEPT_MAX = 50;

  private final Database database;
  private final Gson json = new Gson();

  public SegmentStore(Database database) {
    this.database = database;
    database.migrate("insight");
  }

  /// What is written; field names are the format.
  private record Stored(
      List<Scaling.Rule> rules,
      List<StoredSegment> segments,
      List<Segmentation.Tried> tried,
      double outlierDistance) {}

  private record StoredSegment(
      String id,
      Map<String, String> names,
      Map<String, String> descriptions,
      int size,
      double sizeChange,
      Map<PersonFact, Double> profile,
      List<Double> centre,
      List<String> earlierNames) {}

  public void save(Segmentation segmentation, long madeAtMillis) {
    String content =
        json.toJson(
            new Stored(
                segmentation.scaling().rules(),
                segmentation.segments().stream()
                    .map(s ->
                        new StoredSegment(
                            s.id(),
                            s.names(),
                            s.descriptions(),
                            s.size(),
                            s.sizeChange(),
                            s.profile(),
                            s.centre(),
                            s.earlierNames()))
                    .toList(),
                segmentation.tried(),
                segmentation.outlierDistance()));
    database.<Boolean>write(connection -> {
      try (PreparedStatement insert =
          connection.prepareStatement(
              """
              INSERT INTO segmentation (made_at_unix_ms, content) VALUES (?, ?)
              ON CONFLICT (made_at_unix_ms) DO UPDATE SET content = excluded.content
              """)) {
        insert.setLong(1, madeAtMillis);
        insert.setString(2, content);
        insert.executeUpdate();
      }
      try (PreparedStatement delete =
          connection.prepareStatement(
              """
              DELETE FROM segmentation WHERE made_at_unix_ms NOT IN (
                SELECT made_at_unix_ms FROM segmentation ORDER BY made_at_unix_ms DESC LIMIT ?)
              """)) {
        delete.setInt(1, KEPT_MAX);
        delete.executeUpdate();
      }
      return true;
    });
  }

  /// The newest segmentation, or one of nobody.
  public Segmentation latest() {
    String content =
        database.read(connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement(
                      "SELECT content FROM segmentation ORDER BY made_at_unix_ms DESC LIMIT 1");
              ResultSet row = select.executeQuery()) {
            return row.next() ? row.getString(1) : "";
          }
        });
    if (content.isEmpty()) {
      return Segmentation.none();
    }
    Stored stored = json.fromJson(content, Stored.class);
    return new Segmentation(
        Scaling.of(stored.rules()),
        stored.segments().stream()
            .map(s ->
                new Segment(
                    s.id(),
                    s.names(),
                    s.descriptions(),
                    s.size(),
                    s.sizeChange(),
                    s.profile(),
                    s.centre(),
                    s.earlierNames()))
            .toList(),
        stored.tried(),
        stored.outlierDistance());
  }

  /// The secret of pseudonyms; the given one is kept when there is none yet.
  public String pseudonymKey(String fresh) {
    return database.write(connection -> {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO pseudonym_key (id, secret) VALUES (1, ?) ON CONFLICT (id) DO NOTHING")) {
        insert.setString(1, fresh);
        insert.executeUpdate();
      }
      try (PreparedStatement select =
              connection.prepareStatement("SELECT secret FROM pseudonym_key WHERE id = 1");
          ResultSet row = select.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    });
  }
}
