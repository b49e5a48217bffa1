// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.handoff;

import dev.proffer.proto.chatbot.v1.HandOff;
import dev.proffer.proto.chatbot.v1.HandOffNotice;
import dev.proffer.proto.chatbot.v1.HandOffState;
import dev.proffer.proto.chatbot.v1.Speaker;
import dev.proffer.proto.chatbot.v1.Turn;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/// The queue of conversations that humans of the shop take over, and what is said meanwhile.
///
/// Everything is in SQL before a call returns: a server that dies loses neither a place in the
/// queue nor a word, and any other server goes on with both. Two agents never hold one
/// conversation, because claiming is one conditional update.
public final class HandOffDesk {
  private static final String COLUMNS =
      "hand_off_id, conversation_id, user_id, state, reason, priority, summary, language,"
          + " agent_name, created_at_unix_ms, claimed_at_unix_ms, ended_at_unix_ms";
  private static final int WAITING = HandOffState.HAND_OFF_STATE_WAITING_VALUE;
  private static final int CLAIMED = HandOffState.HAND_OFF_STATE_CLAIMED_VALUE;

  /// How many ended hand-offs the expected time of the next is taken from.
  private static final int SAMPLE = 50;

  private static final long FIRST_GUESS_MILLIS = 180_000;

  private final Database database;
  private final DeskHours hours;
  private final Duration presence;
  private final Clock clock;
  private final Wakeups wakeups = new Wakeups();
  private final AtomicInteger made = new AtomicInteger();

  /// @param presence how long an agent counts as present after the last sign of life
  public HandOffDesk(Database database, DeskHours hours, Duration presence, Clock clock) {
    this.database = database;
    this.hours = hours;
    this.presence = presence;
    this.clock = clock;
    database.migrate("chatbot", HandOffDesk.class.getClassLoader());
  }

  /// What the desk needs to know of a conversation to take it over.
  ///
  /// @param context the last turns before, personal data masked, oldest first
  public record Case(
      String conversationId,
      String userId,
      String language,
      String reason,
      int priority,
      String summary,
      List<Turn> context) {
    public Case {
      context = List.copyOf(context);
    }
  }

  public Wakeups wakeups() {
    return wakeups;
  }

  /// Puts a conversation into the queue, or returns its place when it is there already.
  public HandOff open(Case asked) {
    HandOff opened =
        database.write(connection -> {
          Optional<HandOff> there = active(connection, asked.conversationId);
          if (there.isPresent()) {
            return there.get();
          }
          String id = newId();
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT INTO hand_off (" + COLUMNS + ") VALUES (?,?,?,1,?,?,?,?,'',?,0,0)")) {
            insert.setString(1, id);
            insert.setString(2, asked.conversationId);
            insert.setString(3, asked.userId);
            insert.setString(4, asked.reason);
            insert.setInt(5, asked.priority);
            insert.setString(6, asked.summary);
            insert.setString(7, asked.language);
            insert.setLong(8, clock.millis());
            insert.executeUpdate();
          }
          for (Turn turn : asked.context) {
            insertTurn(connection, asked.conversationId, id, turn, "context-" + turn.getSequence());
          }
          return byId(connection, id);
        });
    wakeups.changed(opened.getConversationId());
    return opened;
  }

  /// Ids grow with time, so that of two in the same millisecond the first stays first.
  private String newId() {
    return String.format(
        Locale.ROOT,
        "h-%013x%06x-%s",
        clock.millis(),
        made.getAndIncrement() & 0xffffff,
        UUID.randomUUID());
  }

  /// The hand-off that a conversation is in at this moment.
  public Optional<HandOff> active(String conversationId) {
    return database.read(connection -> active(connection, conversationId));
  }

  public HandOff get(String handOffId) {
    return database.read(connection -> byId(connection, handOffId));
  }

  /// One page of the queue, most urgent first.
  public List<HandOff> list(Collection<HandOffState> states, int limit, int offset) {
    String wanted =
        (states.isEmpty()
                ? List.of(HandOffState.HAND_OFF_STATE_WAITING, HandOffState.HAND_OFF_STATE_CLAIMED)
                : states)
            .stream()
                .map(state -> Integer.toString(state.getNumber()))
                .collect(Collectors.joining(","));
    return database.read(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT "
                  + COLUMNS
                  + " FROM hand_off WHERE state IN ("
                  + wanted
                  + ") ORDER BY priority DESC, created_at_unix_ms, hand_off_id LIMIT ? OFFSET ?")) {
        select.setInt(1, limit);
        select.setInt(2, offset);
        return rows(select);
      }
    });
  }

  /// Gives a hand-off to an agent. One that belongs to an agent who is gone can be taken over.
  public HandOff claim(String handOffId, String agent) {
    HandOff claimed =
        database.write(connection -> {
          long now = clock.millis();
          seen(connection, agent, true, now);
          HandOff before = byId(connection, handOffId);
          try (PreparedStatement update =
              connection.prepareStatement(
                  "UPDATE hand_off SET state = 2, agent_name = ?, claimed_at_unix_ms ="
                      + " CASE WHEN claimed_at_unix_ms = 0 THEN ? ELSE claimed_at_unix_ms END"
                      + " WHERE hand_off_id = ? AND (state = 1 OR (state = 2 AND (agent_name = ? OR NOT"
                      + " EXISTS (SELECT 1 FROM desk_agent a WHERE a.agent_name = hand_off.agent_name"
                      + " AND a.present = 1 AND a.seen_at_unix_ms >= ?))))")) {
            update.setString(1, agent);
            update.setLong(2, now);
            update.setString(3, handOffId);
            update.setString(4, agent);
            update.setLong(5, now - presence.toMillis());
            if (update.executeUpdate() == 0) {
              throw precondition(before, "it is waiting, or its agent is gone");
            }
          }
          return byId(connection, handOffId);
        });
    wakeups.changed(claimed.getConversationId());
    return claimed;
  }

  /// Keeps a message of the agent. A message id that was there already returns its turn.
  public Turn agentSays(String handOffId, String text, String messageId) {
    Turn said =
        database.write(connection -> {
          HandOff handOff = byId(connection, handOffId);
          if (handOff.getStateValue() != CLAIMED) {
            throw precondition(handOff, "an agent has claimed it");
          }
          seen(connection, handOff.getAgentName(), true, clock.millis());
          return add(
              connection, handOff, Speaker.SPEAKER_AGENT, text, handOff.getAgentName(), messageId);
        });
    wakeups.changed(get(handOffId).getConversationId());
    return said;
  }

  /// Keeps what the shopper says while the bot is silent.
  public Turn shopperSays(HandOff handOff, String text, String turnId) {
    Turn said =
        database.write(connection ->
            add(connection, handOff, Speaker.SPEAKER_SHOPPER, text, "", "shopper-" + turnId));
    wakeups.changed(handOff.getConversationId());
    return said;
  }

  /// Fills in the answer whose place a case had left free.
  public void complete(String conversationId, long sequence, String text) {
    database.write(connection -> {
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE hand_off_turn SET text = ? WHERE conversation_id = ? AND sequence = ? AND text"
                  + " = ''")) {
        update.setString(1, text);
        update.setString(2, conversationId);
        update.setLong(3, sequence);
        return update.executeUpdate();
      }
    });
  }

  /// Ends a hand-off, with a last sentence to the shopper.
  public HandOff end(String handOffId, HandOffState as, String farewell) {
    HandOff ended =
        database.write(connection -> {
          HandOff handOff = byId(connection, handOffId);
          if (handOff.getStateValue() == as.getNumber()) {
            return handOff;
          }
          if (handOff.getStateValue() != WAITING && handOff.getStateValue() != CLAIMED) {
            throw precondition(handOff, "it is waiting or claimed");
          }
          if (!farewell.isEmpty()) {
            add(connection, handOff, Speaker.SPEAKER_BOT, farewell, "", "end-" + as.getNumber());
          }
          try (PreparedStatement update =
              connection.prepareStatement(
                  "UPDATE hand_off SET state = ?, ended_at_unix_ms = ? WHERE hand_off_id = ?")) {
            update.setInt(1, as.getNumber());
            update.setLong(2, clock.millis());
            update.setString(3, handOffId);
            update.executeUpdate();
          }
          return byId(connection, handOffId);
        });
    wakeups.changed(ended.getConversationId());
    return ended;
  }

  /// The turns of a conversation that the desk keeps, after a sequence, oldest first.
  public List<Turn> turns(String conversationId, long afterSequence) {
    return database.read(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT sequence, speaker, text, agent_name, sent_at_unix_ms FROM hand_off_turn WHERE"
                  + " conversation_id = ? AND sequence > ? ORDER BY sequence LIMIT 1000")) {
        select.setString(1, conversationId);
        select.setLong(2, afterSequence);
        List<Turn> turns = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            turns.add(turn(rows));
          }
        }
        return turns;
      }
    });
  }

  /// The newest sequence of a conversation at the desk; 0 when it was never there.
  public long lastSequence(String conversationId) {
    return database.read(connection -> lastSequence(connection, conversationId));
  }

  /// Notes that an agent is there or goes, and returns who is there.
  public List<String> presence(String agent, boolean present) {
    database.write(connection -> {
      seen(connection, agent, present, clock.millis());
      return 0;
    });
    return presentAgents();
  }

  public List<String> presentAgents() {
    return database.read(this::presentAgents);
  }

  public int waiting() {
    return database.read(connection -> {
      try (PreparedStatement select =
              connection.prepareStatement("SELECT COUNT(*) FROM hand_off WHERE state = 1");
          ResultSet row = select.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    });
  }

  /// What a shopper is told of the hand-off: place, expected time, opening hours.
  public HandOffNotice notice(HandOff handOff) {
    HandOffNotice.Builder notice =
        HandOffNotice.newBuilder()
            .setHandOffId(handOff.getHandOffId())
            .setReason(handOff.getReason())
            .setAgentName(handOff.getAgentName());
    if (handOff.getStateValue() != WAITING) {
      return notice.build();
    }
    return database.read(connection -> {
      int place = place(connection, handOff);
      notice.setQueuePosition(place);
      if (!hours.isOpen(clock.instant())) {
        notice.setOpensAtUnixMs(hours.nextOpening(clock.instant()).orElse(0));
      } else {
        int agents = presentAgents(connection).size();
        if (agents > 0) {
          long millis = handlingMillis(connection) * place / agents;
          notice.setEstimatedWaitSeconds(Math.clamp(millis / 1000, 30, 24 * 3600));
        }
      }
      return notice.build();
    });
  }

  /// Whether the desk is staffed at this hour.
  public boolean isOpen() {
    return hours.isOpen(clock.instant());
  }

  /// Removes what the desk keeps of a person's conversations, and says how many there were. Cases
  /// stay in the statistics without person and words.
  public int erase(String userId) {
    return database.write(connection -> {
      try (PreparedStatement turns =
              connection.prepareStatement(
                  "DELETE FROM hand_off_turn WHERE conversation_id IN (SELECT conversation_id FROM"
                      + " hand_off WHERE user_id = ?)");
          PreparedStatement cases =
              connection.prepareStatement(
                  "UPDATE hand_off SET user_id = '', summary = '', conversation_id = 'erased-' ||"
                      + " hand_off_id, state = 4, ended_at_unix_ms = CASE WHEN ended_at_unix_ms = 0"
                      + " THEN ? ELSE ended_at_unix_ms END WHERE user_id = ?")) {
        turns.setString(1, userId);
        turns.executeUpdate();
        cases.setLong(1, clock.millis());
        cases.setString(2, userId);
        return cases.executeUpdate();
      }
    });
  }

  // --- rows
  // -----------------------------------------------------------------------------------------

  private Turn add(
      Connection connection,
      HandOff handOff,
      Speaker speaker,
      String text,
      String agent,
      String messageId)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT sequence, speaker, text, agent_name, sent_at_unix_ms FROM hand_off_turn WHERE"
                + " hand_off_id = ? AND message_id = ?")) {
      select.setString(1, handOff.getHandOffId());
      select.setString(2, messageId);
      try (ResultSet row = select.executeQuery()) {
        if (row.next()) {
          return turn(row);
        }
      }
    }
    // The row of the hand-off is the lock that orders the turns of its conversation.
    try (PreparedStatement lock =
        connection.prepareStatement("UPDATE hand_off SET state = state WHERE hand_off_id = ?")) {
      lock.setString(1, handOff.getHandOffId());
      lock.executeUpdate();
    }
    Turn turn =
        Turn.newBuilder()
            .setSequence(lastSequence(connection, handOff.getConversationId()) + 1)
            .setSpeaker(speaker)
            .setText(text)
            .setAgentName(agent)
            .setSentAtUnixMs(clock.millis())
            .build();
    insertTurn(connection, handOff.getConversationId(), handOff.getHandOffId(), turn, messageId);
    return turn;
  }

  private static void insertTurn(
      Connection connection, String conversationId, String handOffId, Turn turn, String messageId)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO hand_off_turn (conversation_id, sequence, hand_off_id, speaker, text,"
                + " agent_name, message_id, sent_at_unix_ms) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT"
                + " (conversation_id, sequence) DO NOTHING")) {
      insert.setString(1, conversationId);
      insert.setLong(2, turn.getSequence());
      insert.setString(3, handOffId);
      insert.setInt(4, turn.getSpeakerValue());
      insert.setString(5, turn.getText());
      insert.setString(6, turn.getAgentName());
      insert.setString(7, messageId);
      insert.setLong(8, turn.getSentAtUnixMs());
      insert.executeUpdate();
    }
  }

  private static long lastSequence(Connection connection, String conversationId)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT COALESCE(MAX(sequence), 0) FROM hand_off_turn WHERE conversation_id = ?")) {
      select.setString(1, conversationId);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private Optional<HandOff> active(Connection connection, String conversationId)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT " + COLUMNS + " FROM hand_off WHERE conversation_id = ? AND state IN (1, 2)")) {
      select.setString(1, conversationId);
      return rows(select).stream().findFirst();
    }
  }

  private HandOff byId(Connection connection, String handOffId) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT " + COLUMNS + " FROM hand_off WHERE hand_off_id = ?")) {
      select.setString(1, handOffId);
      return rows(select).stream()
          .findFirst()
          .orElseThrow(() ->
              ProfferException.notFound(
                  ErrorReason.ERROR_REASON_UNKNOWN_HAND_OFF, "hand_off_id", handOffId));
    }
  }

  private static int place(Connection connection, HandOff handOff) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT COUNT(*) FROM hand_off WHERE state = 1 AND (priority > ? OR (priority = ? AND"
                + " (created_at_unix_ms < ? OR (created_at_unix_ms = ? AND hand_off_id < ?))))")) {
      select.setInt(1, handOff.getPriority());
      select.setInt(2, handOff.getPriority());
      select.setLong(3, handOff.getCreatedAtUnixMs());
      select.setLong(4, handOff.getCreatedAtUnixMs());
      select.setString(5, handOff.getHandOffId());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getInt(1) + 1;
      }
    }
  }

  /// How long an agent is busy with one conversation, from the last ones.
  private static long handlingMillis(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT AVG(busy) FROM (SELECT ended_at_unix_ms - claimed_at_unix_ms AS busy FROM"
                + " hand_off WHERE claimed_at_unix_ms > 0 AND ended_at_unix_ms > 0 ORDER BY"
                + " ended_at_unix_ms DESC LIMIT "
                + SAMPLE
                + ") AS last_ones")) {
      try (ResultSet row = select.executeQuery()) {
        row.next();
        long mean = row.getLong(1);
        return row.wasNull() ? FIRST_GUESS_MILLIS : Math.max(1, mean);
      }
    }
  }

  private static void seen(Connection connection, String agent, boolean present, long now)
      throws SQLException {
    try (PreparedStatement upsert =
        connection.prepareStatement(
            "INSERT INTO desk_agent (agent_name, present, seen_at_unix_ms) VALUES (?, ?, ?) ON"
                + " CONFLICT (agent_name) DO UPDATE SET present = excluded.present,"
                + " seen_at_unix_ms = excluded.seen_at_unix_ms")) {
      upsert.setString(1, agent);
      upsert.setInt(2, present ? 1 : 0);
      upsert.setLong(3, now);
      upsert.executeUpdate();
    }
  }

  private List<String> presentAgents(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT agent_name FROM desk_agent WHERE present = 1 AND seen_at_unix_ms >= ? ORDER BY"
                + " agent_name LIMIT 1000")) {
      select.setLong(1, clock.millis() - presence.toMillis());
      List<String> agents = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          agents.add(rows.getString(1));
        }
      }
      return agents;
    }
  }

  private List<HandOff> rows(PreparedStatement select) throws SQLException {
    List<HandOff> handOffs = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        long created = rows.getLong(10);
        long claimed = rows.getLong(11);
        long ended = rows.getLong(12);
        long until = claimed > 0 ? claimed : ended > 0 ? ended : clock.millis();
        handOffs.add(
            HandOff.newBuilder()
                .setHandOffId(rows.getString(1))
                .setConversationId(rows.getString(2))
                .setUserId(rows.getString(3))
                .setStateValue(rows.getInt(4))
                .setReason(rows.getString(5))
                .setPriority(rows.getInt(6))
                .setSummary(rows.getString(7))
                .setLanguage(rows.getString(8))
                .setAgentName(rows.getString(9))
                .setCreatedAtUnixMs(created)
                .setClaimedAtUnixMs(claimed)
                .setEndedAtUnixMs(ended)
                .setWaitedMs(Math.max(0, until - created))
                .build());
      }
    }
    return handOffs;
  }

  private static Turn turn(ResultSet rows) throws SQLException {
    return Turn.newBuilder()
        .setSequence(rows.getLong(1))
        .setSpeakerValue(rows.getInt(2))
        .setText(rows.getString(3))
        .setAgentName(rows.getString(4))
        .setSentAtUnixMs(rows.getLong(5))
        .build();
  }

  private static ProfferException precondition(HandOff handOff, String would) {
    return ProfferException.precondition(
        ErrorReason.ERROR_REASON_PRECONDITION,
        "the hand-off is "
            + handOff
                .getState()
                .name()
                .substring("HAND_OFF_STATE_".length())
                .toLowerCase(Locale.ROOT)
            + "; this needs that "
            + would,
        Map.of("hand_off_id", handOff.getHandOffId()));
  }
}
