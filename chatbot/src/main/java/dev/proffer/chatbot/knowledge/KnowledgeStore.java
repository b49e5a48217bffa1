// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.knowledge;

import dev.proffer.proto.chatbot.v1.KnowledgeEntry;
import dev.proffer.runtime.sql.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The entries and the judgements of shoppers, in SQL.
public final class KnowledgeStore {
  private static final int MAX_ENTRIES = 50_000;

  private final Database database;
  private final Clock clock;

  /// @param database holds the tables of the chatbot already
  public KnowledgeStore(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /// How often an answer helped and did not.
  public record Judgement(int helpful, int unhelpful) {}

  /// A judgement of one turn.
  public record Feedback(
      String conversationId,
      String turnId,
      String userId,
      String skill,
      String entryId,
      boolean helpful,
      String comment) {}

  /// Writes entries and returns how many were new or changed.
  public int write(List<KnowledgeEntry> entries) {
    return database.write(connection -> {
      int written = 0;
      try (PreparedStatement upsert =
          connection.prepareStatement(
              "INSERT INTO knowledge_entry (entry_id, question, answer, language, source,"
                  + " reviewed_at_unix_ms, expires_at_unix_ms) VALUES (?,?,?,?,?,?,?) ON CONFLICT"
                  + " (entry_id) DO UPDATE SET question = excluded.question, answer ="
                  + " excluded.answer, language = excluded.language, source = excluded.source,"
                  + " reviewed_at_unix_ms = excluded.reviewed_at_unix_ms, expires_at_unix_ms ="
                  + " excluded.expires_at_unix_ms WHERE knowledge_entry.question <>"
                  + " excluded.question OR knowledge_entry.answer <> excluded.answer OR"
                  + " knowledge_entry.source <> excluded.source OR"
                  + " knowledge_entry.reviewed_at_unix_ms < excluded.reviewed_at_unix_ms OR"
                  + " knowledge_entry.expires_at_unix_ms <> excluded.expires_at_unix_ms")) {
        for (KnowledgeEntry entry : entries) {
          upsert.setString(1, entry.getEntryId());
          upsert.setString(2, entry.getQuestion());
          upsert.setString(3, entry.getAnswer());
          upsert.setString(4, entry.getLanguage());
          upsert.setString(5, entry.getSource());
          upsert.setLong(6, entry.getReviewedAtUnixMs());
          upsert.setLong(7, entry.getExpiresAtUnixMs());
          written += upsert.executeUpdate();
        }
      }
      if (written > 0) {
        count(connection);
      }
      return written;
    });
  }

  public int delete(List<String> ids) {
    return database.write(connection -> {
      int deleted = 0;
      try (PreparedStatement delete =
          connection.prepareStatement("DELETE FROM knowledge_entry WHERE entry_id = ?")) {
        for (String id : ids) {
          delete.setString(1, id);
          deleted += delete.executeUpdate();
        }
      }
      if (deleted > 0) {
        count(connection);
      }
      return deleted;
    });
  }

  /// Counts changes of the entries.
  public long version() {
    return database.read(connection -> {
      try (PreparedStatement select =
              connection.prepareStatement("SELECT value FROM knowledge_version WHERE one = 1");
          ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    });
  }

  /// All entries by id.
  public List<KnowledgeEntry> all() {
    return database.read(connection -> {
      try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT entry_id, question, answer, language, source, reviewed_at_unix_ms,"
                      + " expires_at_unix_ms FROM knowledge_entry ORDER BY entry_id LIMIT "
                      + MAX_ENTRIES);
          ResultSet rows = select.executeQuery()) {
        List<KnowledgeEntry> entries = new ArrayList<>();
        while (rows.next()) {
          entries.add(
              KnowledgeEntry.newBuilder()
                  .setEntryId(rows.getString(1))
                  .setQuestion(rows.getString(2))
                  .setAnswer(rows.getString(3))
                  .setLanguage(rows.getString(4))
                  .setSource(rows.getString(5))
                  .setReviewedAtUnixMs(rows.getLong(6))
                  .setExpiresAtUnixMs(rows.getLong(7))
                  .build());
        }
        return entries;
      }
    });
  }

  public void judge(Feedback feedback) {
    database.write(connection -> {
      try (PreparedStatement upsert =
          connection.prepareStatement(
              "INSERT INTO feedback (conversation_id, turn_id, user_id, skill, entry_id, helpful,"
                  + " comment, at_unix_ms) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (conversation_id,"
                  + " turn_id) DO UPDATE SET helpful = excluded.helpful, comment ="
                  + " excluded.comment, at_unix_ms = excluded.at_unix_ms")) {
        upsert.setString(1, feedback.conversationId());
        upsert.setString(2, feedback.turnId());
        upsert.setString(3, feedback.userId());
        upsert.setString(4, feedback.skill());
        upsert.setString(5, feedback.entryId());
        upsert.setInt(6, feedback.helpful() ? 1 : 0);
        upsert.setString(7, feedback.comment());
        upsert.setLong(8, clock.millis());
        return upsert.executeUpdate();
      }
    });
  }

  /// The judgements by entry, of entries that were judged.
  public Map<String, Judgement> judgements() {
    return database.read(connection -> {
      try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT entry_id, SUM(helpful), COUNT(*) FROM feedback WHERE entry_id <> '' GROUP"
                      + " BY entry_id");
          ResultSet rows = select.executeQuery()) {
        Map<String, Judgement> judgements = new HashMap<>();
        while (rows.next()) {
          int helpful = rows.getInt(2);
          judgements.put(rows.getString(1), new Judgement(helpful, rows.getInt(3) - helpful));
        }
        return judgements;
      }
    });
  }

  /// Forgets what a person wrote beside judgements; the judgements themselves name nobody any more.
  public void erase(String userId) {
    database.write(connection -> {
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE feedback SET user_id = '', comment = '' WHERE user_id = ?")) {
        update.setString(1, userId);
        return update.executeUpdate();
      }
    });
  }

  private static void count(Connection connection) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE knowledge_version SET value = value + 1 WHERE one = 1")) {
      update.executeUpdate();
    }
  }
}
