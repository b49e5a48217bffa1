// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.Redemption;
import dev.proffer.proto.promotion.v1.RedemptionPart;
import dev.proffer.proto.promotion.v1.RedemptionState;
import dev.proffer.proto.promotion.v1.ReturnPart;
import dev.proffer.ranker.coupon.CouponBook;
import dev.proffer.ranker.promotion.CompiledPromotion;
import dev.proffer.ranker.promotion.Redemptions;
import dev.proffer.ranker.promotion.Usage;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import io.grpc.Status;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The record of redemptions: reserve, then commit or release.
///
/// Every limit and budget stands in the `WHERE` of the statement that counts against it, so that
/// nothing is ever counted above it, whoever else writes. All promotions of a reservation are
/// counted in one transaction, in the order of their ids, so that two reservations cannot wait for
/// each other. A retry with the same key gets the first answer. A reservation that is neither
/// committed nor released in time is given back by the sweep, or by the commit that comes too late.
public final class Ledger implements Redemptions, AutoCloseable {
  /// What is kept of all people and all days.
  public record Totals(long redemptions, long reservedMinorUnits, long committedMinorUnits) {
    static final Totals NONE = new Totals(0, 0, 0);

    long spentMinorUnits() {
      return reservedMinorUnits + committedMinorUnits;
    }
  }

  /// A reservation and what was answered to it.
  public record Reserved(Redemption redemption, String evaluation, boolean repeated) {}

  private static final Logger log = LoggerFactory.getLogger(Ledger.class);
  private static final long SWEEP_MILLIS = 1_000;
  private static final int SWEEP_MAX = 500;
  private static final String EVERYBODY = "";
  private static final String EVER = "";

  private final Database database;
  private final Clock clock;
  private final @Nullable CouponBook coupons;
  private final @Nullable GroupCommit group;
  // What request paths read. The record is in SQL; this follows it, at once for our own writes and
  // with the next sweep for those of other servers.
  private final ConcurrentHashMap<String, Totals> totals = new ConcurrentHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread sweeper;

  /// A ledger of a shop without batches of coupons.
  public Ledger(Database database, Clock clock) {
    this(database, clock, null);
  }

  /// @param database the database that holds the promotions; its tables are brought up to date
  /// @param coupons the coupons that redemptions use, or null when there are none
  public Ledger(Database database, Clock clock, @Nullable CouponBook coupons) {
    this.database = database;
    this.clock = clock;
    this.coupons = coupons;
    database.migrate("promotion");
    // PostgreSQL commits many transactions with one write by itself.
    this.group = database.engine() == Database.Engine.SQLITE ? new GroupCommit(database) : null;
    refresh();
    this.sweeper = Thread.ofVirtual().name("ledger-sweep").start(this::sweepUntilClosed);
  }

  private <T> T write(Database.Work<T> work) {
    return group == null ? database.write(work) : group.write(work);
  }

  // ---- Reserve, commit, release ----

  /// Reserves all claims or none.
  ///
  /// @param requestHash what a retry with the same key must have in common with the first call
  /// @param evaluation what was answered, kept for retries
  public Reserved reserve(
      String idempotencyKey,
      String requestHash,
      String userId,
      String currency,
      List<Claim> claims,
      Duration hold,
      String evaluation) {
    List<Claim> ordered = claims.stream().sorted(Comparator.comparing(Claim::promotionId)).toList();
    for (Claim claim : ordered) {
      if (claim.countsPeople() && userId.isEmpty()) {
        throw ProfferException.invalidField(
            "person.user_id", "must be set: " + claim.promotionId() + " is limited per person");
      }
    }
    Reserved reserved =
        write(connection -> {
          Reserved first = find(connection, idempotencyKey, requestHash);
          if (first != null) {
            return first;
          }
          long now = clock.millis();
          String id = UUID.randomUUID().toString();
          if (!insert(
              connection,
              id,
              idempotencyKey,
              requestHash,
              userId,
              currency,
              now,
              now + hold.toMillis(),
              evaluation)) {
            // Another server was quicker with the same key.
            Reserved theirs = find(connection, idempotencyKey, requestHash);
            if (theirs != null) {
              return theirs;
            }
            throw new SQLException("a redemption of this key came and went");
          }
          for (Claim claim : ordered) {
            count(connection, claim, userId);
            useCoupon(connection, claim, userId, id, now);
            insertPart(connection, id, claim);
          }
          return new Reserved(require(connection, id), evaluation, false);
        });
    follow(reserved.redemption());
    return reserved;
  }

  private void useCoupon(
      Connection connection, Claim claim, String userId, String redemptionId, long now)
      throws SQLException {
    if (claim.needsCoupon()
        && (coupons == null
            || !coupons.use(
                connection, claim.promotionId(), userId, claim.codes(), redemptionId, now))) {
      throw ProfferException.exhausted(
          ErrorReason.ERROR_REASON_LIMIT_REACHED,
          claim.promotionId() + ": its coupon was used meanwhile",
          Map.of("promotion_id", claim.promotionId(), "limit", "coupon"),
          null);
    }
  }

  /// The reservation of a key, or null. The same key with another request is refused.
  public @Nullable Reserved find(String idempotencyKey, String requestHash) {
    return database
        .read(connection -> Optional.ofNullable(find(connection, idempotencyKey, requestHash)))
        .orElse(null);
  }

  /// Makes a reservation final.
  public Redemption commit(String redemptionId, String orderId) {
    Redemption result =
        write(connection -> {
          Redemption redemption = expireIfDue(connection, require(connection, redemptionId));
          switch (redemption.getState()) {
            case REDEMPTION_STATE_RESERVED -> {}
            case REDEMPTION_STATE_COMMITTED -> {
              if (redemption.getOrderId().equals(orderId)) {
                return redemption;
              }
              throw wrongState(redemption, "is committed to another order");
            }
            default -> {
              // What was given back stays given back, although the call fails.
              return redemption;
            }
          }
          if (!move(
              connection,
              redemptionId,
              RedemptionState.REDEMPTION_STATE_RESERVED,
              RedemptionState.REDEMPTION_STATE_COMMITTED,
              orderId)) {
            return require(connection, redemptionId);
          }
          for (RedemptionPart part : redemption.getPartsList()) {
            try (PreparedStatement update =
                connection.prepareStatement(
                    "UPDATE promotion_usage SET reserved_minor_units = reserved_minor_units - ?,"
                        + " committed_minor_units = committed_minor_units + ?"
                        + " WHERE promotion_id = ? AND user_id = '' AND day = ''")) {
              update.setLong(1, part.getAmountMinorUnits());
              update.setLong(2, part.getAmountMinorUnits());
              update.setString(3, part.getPromotionId());
              update.executeUpdate();
            }
          }
          return require(connection, redemptionId);
        });
    follow(result);
    if (result.getState() != RedemptionState.REDEMPTION_STATE_COMMITTED) {
      throw wrongState(result, "cannot be committed any more");
    }
    if (!result.getOrderId().equals(orderId)) {
      throw wrongState(result, "is committed to another order");
    }
    return result;
  }

  /// Gives a reservation back. One that was given back already stays so.
  public Redemption release(String redemptionId) {
    Redemption result =
        write(connection -> {
          Redemption redemption = expireIfDue(connection, require(connection, redemptionId));
          if (redemption.getState() == RedemptionState.REDEMPTION_STATE_RESERVED
              && move(
                  connection,
                  redemptionId,
                  RedemptionState.REDEMPTION_STATE_RESERVED,
                  RedemptionState.REDEMPTION_STATE_RELEASED,
                  "")) {
            giveBack(connection, redemption);
          }
          return require(connection, redemptionId);
        });
    follow(result);
    if (result.getState() == RedemptionState.REDEMPTION_STATE_COMMITTED) {
      throw wrongState(result, "is committed; return goods instead");
    }
    return result;
  }

  /// Gives back part of a committed redemption. A promotion that was given back in full no longer
  /// counts against limits on redemptions, other than those of its day.
  public Redemption giveBack(
      String redemptionId, String idempotencyKey, String requestHash, List<ReturnPart> parts) {
    Redemption result =
        write(connection -> {
          Redemption redemption = require(connection, redemptionId);
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT request_hash FROM redemption_return WHERE idempotency_key = ?")) {
            select.setString(1, idempotencyKey);
            try (ResultSet rows = select.executeQuery()) {
              if (rows.next()) {
                if (rows.getString(1).equals(requestHash)) {
                  return redemption;
                }
                throw conflict(idempotencyKey);
              }
            }
          }
          if (redemption.getState() != RedemptionState.REDEMPTION_STATE_COMMITTED) {
            throw wrongState(redemption, "must be committed");
          }
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT INTO redemption_return (idempotency_key, redemption_id, request_hash,"
                      + " at_unix_ms) VALUES (?, ?, ?, ?)")) {
            insert.setString(1, idempotencyKey);
            insert.setString(2, redemptionId);
            insert.setString(3, requestHash);
            insert.setLong(4, clock.millis());
            insert.executeUpdate();
          }
          for (int i = 0; i < parts.size(); i++) {
            returnPart(connection, redemption, parts.get(i), "parts[" + i + "]");
          }
          return require(connection, redemptionId);
        });
    follow(result);
    return result;
  }

  private void returnPart(
      Connection connection, Redemption redemption, ReturnPart part, String path)
      throws SQLException {
    // The row decides: two returns at once cannot give back more than there is.
    int updated;
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE redemption_part SET returned_minor_units = returned_minor_units + ?"
                + " WHERE redemption_id = ? AND promotion_id = ?"
                + " AND returned_minor_units <= amount_minor_units - ?")) {
      update.setLong(1, part.getAmountMinorUnits());
      update.setString(2, redemption.getRedemptionId());
      update.setString(3, part.getPromotionId());
      update.setLong(4, part.getAmountMinorUnits());
      updated = update.executeUpdate();
    }
    if (updated == 0) {
      RedemptionPart known =
          redemption.getPartsList().stream()
              .filter(p -> p.getPromotionId().equals(part.getPromotionId()))
              .findFirst()
              .orElse(null);
      if (known == null) {
        throw ProfferException.invalidField(
            path + ".promotion_id", "is not a promotion of this redemption");
      }
      throw ProfferException.invalidField(
          path + ".amount_minor_units",
          "must not be above what is left, "
              + (known.getAmountMinorUnits() - known.getReturnedMinorUnits()));
    }
    boolean whole = false;
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT amount_minor_units - returned_minor_units FROM redemption_part"
                + " WHERE redemption_id = ? AND promotion_id = ?")) {
      select.setString(1, redemption.getRedemptionId());
      select.setString(2, part.getPromotionId());
      try (ResultSet rows = select.executeQuery()) {
        whole = rows.next() && rows.getLong(1) == 0;
      }
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE promotion_usage SET committed_minor_units = committed_minor_units - ?,"
                + " redemptions = redemptions - ?"
                + " WHERE promotion_id = ? AND user_id = '' AND day = ''")) {
      update.setLong(1, part.getAmountMinorUnits());
      update.setLong(2, whole ? 1 : 0);
      update.setString(3, part.getPromotionId());
      update.executeUpdate();
    }
    if (whole && !redemption.getUserId().isEmpty()) {
      uncount(connection, part.getPromotionId(), redemption.getUserId(), EVER);
    }
  }

  public Redemption get(String redemptionId) {
    return database.read(connection -> require(connection, redemptionId));
  }

  // ---- Counting ----

  private static void count(Connection connection, Claim claim, String userId) throws SQLException {
    Limits limits = claim.limits();
    long budget = limits.getBudgetMinorUnits();
    if (budget > 0 && claim.amountMinorUnits() > budget) {
      throw budgetExhausted(claim);
    }
    boolean counted =
        count(
            connection,
            claim.promotionId(),
            EVERYBODY,
            EVER,
            claim.amountMinorUnits(),
            orMax(limits.getTotal()),
            budget == 0 ? Long.MAX_VALUE : budget);
    if (!counted) {
      Totals now = totals(connection, claim.promotionId());
      if (limits.getTotal() > 0 && now.redemptions() >= limits.getTotal()) {
        throw limitReached(claim, "total");
      }
      throw budgetExhausted(claim);
    }
    String id = claim.promotionId();
    if (!userId.isEmpty()
        && !count(connection, id, userId, EVER, 0, orMax(limits.getPerPerson()), Long.MAX_VALUE)) {
      throw limitReached(claim, "per_person");
    }
    if (claim.countsDays()) {
      if (!count(
          connection, id, EVERYBODY, claim.day(), 0, orMax(limits.getPerDay()), Long.MAX_VALUE)) {
        throw limitReached(claim, "per_day");
      }
      if (!userId.isEmpty()
          && !count(
              connection,
              id,
              userId,
              claim.day(),
              0,
              orMax(limits.getPerPersonPerDay()),
              Long.MAX_VALUE)) {
        throw limitReached(claim, "per_person_per_day");
      }
    }
  }

  private static boolean count(
      Connection connection,
      String promotionId,
      String userId,
      String day,
      long amount,
      long redemptionsMax,
      long budget)
      throws SQLException {
    try (PreparedStatement upsert =
        connection.prepareStatement(
            "INSERT INTO promotion_usage (promotion_id, user_id, day, redemptions,"
                + " reserved_minor_units, committed_minor_units) VALUES (?, ?, ?, 1, ?, 0)"
                + " ON CONFLICT (promotion_id, user_id, day) DO UPDATE SET"
                + " redemptions = promotion_usage.redemptions + 1,"
                + " reserved_minor_units = promotion_usage.reserved_minor_units"
                + " + excluded.reserved_minor_units"
                + " WHERE promotion_usage.redemptions < ?"
                + " AND promotion_usage.reserved_minor_units"
                + " + promotion_usage.committed_minor_units <= ?")) {
      upsert.setString(1, promotionId);
      upsert.setString(2, userId);
      upsert.setString(3, day);
      upsert.setLong(4, amount);
      upsert.setLong(5, redemptionsMax);
      upsert.setLong(6, budget - amount);
      return upsert.executeUpdate() == 1;
    }
  }

  private static void uncount(Connection connection, String promotionId, String userId, String day)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE promotion_usage SET redemptions = redemptions - 1"
                + " WHERE promotion_id = ? AND user_id = ? AND day = ? AND redemptions > 0")) {
      update.setString(1, promotionId);
      update.setString(2, userId);
      update.setString(3, day);
      update.executeUpdate();
    }
  }

  /// Undoes what a reservation counted.
  private void giveBack(Connection connection, Redemption redemption) throws SQLException {
    if (coupons != null) {
      coupons.giveBack(connection, redemption.getRedemptionId());
    }
    Map<String, String> days = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT promotion_id, day FROM redemption_part WHERE redemption_id = ?")) {
      select.setString(1, redemption.getRedemptionId());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          days.put(rows.getString(1), rows.getString(2));
        }
      }
    }
    for (RedemptionPart part : redemption.getPartsList()) {
      String id = part.getPromotionId();
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE promotion_usage SET redemptions = redemptions - 1,"
                  + " reserved_minor_units = reserved_minor_units - ?"
                  + " WHERE promotion_id = ? AND user_id = '' AND day = ''")) {
        update.setLong(1, part.getAmountMinorUnits());
        update.setString(2, id);
        update.executeUpdate();
      }
      String user = redemption.getUserId();
      if (!user.isEmpty()) {
        uncount(connection, id, user, EVER);
      }
      String day = days.getOrDefault(id, "");
      if (!day.isEmpty()) {
        uncount(connection, id, EVERYBODY, day);
        if (!user.isEmpty()) {
          uncount(connection, id, user, day);
        }
      }
    }
  }

  private Redemption expireIfDue(Connection connection, Redemption redemption, long now)
      throws SQLException {
    if (redemption.getState() == RedemptionState.REDEMPTION_STATE_RESERVED
        && redemption.getExpiresAtUnixMs() <= now
        && move(
            connection,
            redemption.getRedemptionId(),
            RedemptionState.REDEMPTION_STATE_RESERVED,
            RedemptionState.REDEMPTION_STATE_EXPIRED,
            "")) {
      giveBack(connection, redemption);
      return require(connection, redemption.getRedemptionId());
    }
    return redemption;
  }

  private Redemption expireIfDue(Connection connection, Redemption redemption) throws SQLException {
    return expireIfDue(connection, redemption, clock.millis());
  }

  // ---- Rows ----

  private static @Nullable Reserved find(Connection connection, String key, String requestHash)
      throws SQLException {
    String id;
    String evaluation;
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT redemption_id, request_hash, evaluation FROM redemption"
                + " WHERE idempotency_key = ?")) {
      select.setString(1, key);
      try (ResultSet rows = select.executeQuery()) {
        if (!rows.next()) {
          return null;
        }
        if (!rows.getString(2).equals(requestHash)) {
          throw conflict(key);
        }
        id = rows.getString(1);
        evaluation = rows.getString(3);
      }
    }
    return new Reserved(require(connection, id), evaluation, true);
  }

  private static boolean insert(
      Connection connection,
      String id,
      String key,
      String requestHash,
      String userId,
      String currency,
      long now,
      long expires,
      String evaluation)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO redemption (redemption_id, idempotency_key, request_hash, user_id, state,"
                + " currency, order_id, reserved_at_unix_ms, expires_at_unix_ms, evaluation)"
                + " VALUES (?, ?, ?, ?, ?, ?, '', ?, ?, ?) ON CONFLICT (idempotency_key) DO NOTHING")) {
      insert.setString(1, id);
      insert.setString(2, key);
      insert.setString(3, requestHash);
      insert.setString(4, userId);
      insert.setInt(5, RedemptionState.REDEMPTION_STATE_RESERVED.getNumber());
      insert.setString(6, currency);
      insert.setLong(7, now);
      insert.setLong(8, expires);
      insert.setString(9, evaluation);
      return insert.executeUpdate() == 1;
    }
  }

  private static void insertPart(Connection connection, String id, Claim claim)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO redemption_part (redemption_id, promotion_id, amount_minor_units,"
                + " returned_minor_units, day) VALUES (?, ?, ?, 0, ?)")) {
      insert.setString(1, id);
      insert.setString(2, claim.promotionId());
      insert.setLong(3, claim.amountMinorUnits());
      insert.setString(4, claim.countsDays() ? claim.day() : "");
      insert.executeUpdate();
    }
  }

  private static boolean move(
      Connection connection, String id, RedemptionState from, RedemptionState to, String orderId)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE redemption SET state = ?, order_id = ? WHERE redemption_id = ? AND state = ?")) {
      update.setInt(1, to.getNumber());
      update.setString(2, orderId);
      update.setString(3, id);
      update.setInt(4, from.getNumber());
      return update.executeUpdate() == 1;
    }
  }

  private static Redemption require(Connection connection, String id) throws SQLException {
    Redemption.Builder redemption = Redemption.newBuilder().setRedemptionId(id);
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT state, user_id, currency, expires_at_unix_ms, order_id FROM redemption"
                + " WHERE redemption_id = ?")) {
      select.setString(1, id);
      try (ResultSet rows = select.executeQuery()) {
        if (!rows.next()) {
          throw ProfferException.notFound(
              ErrorReason.ERROR_REASON_UNKNOWN_REDEMPTION, "redemption_id", id);
        }
        redemption
            .setStateValue(rows.getInt(1))
            .setUserId(rows.getString(2))
            .setCurrency(rows.getString(3))
            .setExpiresAtUnixMs(rows.getLong(4))
            .setOrderId(rows.getString(5));
      }
    }
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT promotion_id, amount_minor_units, returned_minor_units FROM redemption_part"
                + " WHERE redemption_id = ? ORDER BY promotion_id")) {
      select.setString(1, id);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          redemption.addParts(
              RedemptionPart.newBuilder()
                  .setPromotionId(rows.getString(1))
                  .setAmountMinorUnits(rows.getLong(2))
                  .setReturnedMinorUnits(rows.getLong(3)));
        }
      }
    }
    return redemption.build();
  }

  private static Totals totals(Connection connection, String promotionId) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT redemptions, reserved_minor_units, committed_minor_units FROM promotion_usage"
                + " WHERE promotion_id = ? AND user_id = '' AND day = ''")) {
      select.setString(1, promotionId);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next()
            ? new Totals(rows.getLong(1), rows.getLong(2), rows.getLong(3))
            : Totals.NONE;
      }
    }
  }

  /// What is used of a promotion, from the record.
  public Totals totals(String promotionId) {
    return database.read(connection -> totals(connection, promotionId));
  }

  // ---- What request paths read ----

  @Override
  public Usage usage(String userId, long unixMs) {
    return new PersonUsage(userId, unixMs);
  }

  @Override
  public boolean isRedeemed(String promotionId) {
    return database.read(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT 1 FROM redemption_part WHERE promotion_id = ? LIMIT 1")) {
        select.setString(1, promotionId);
        try (ResultSet rows = select.executeQuery()) {
          return rows.next();
        }
      }
    });
  }

  /// What one person has left. Rows of the person are read at once, when the first limit asks.
  private final class PersonUsage implements Usage {
    private final String userId;
    private final long unixMs;
    private @Nullable Map<String, Long> ofPerson;

    PersonUsage(String userId, long unixMs) {
      this.userId = userId;
      this.unixMs = unixMs;
    }

    @Override
    public Left left(CompiledPromotion promotion) {
      Limits limits = promotion.proto().getLimits();
      Totals used = totals.getOrDefault(promotion.id(), Totals.NONE);
      long budget =
          limits.getBudgetMinorUnits() == 0
              ? Long.MAX_VALUE
              : limits.getBudgetMinorUnits() - used.spentMinorUnits();
      long all = left(limits.getTotal(), used.redemptions());
      long own = Long.MAX_VALUE;
      boolean personal = limits.getPerPerson() > 0 || limits.getPerPersonPerDay() > 0;
      if (limits.getPerDay() > 0 || (personal && !userId.isEmpty())) {
        Map<String, Long> counts = counts();
        String day = day(promotion, unixMs);
        all =
            Math.min(
                all,
                left(limits.getPerDay(), counts.getOrDefault(key(promotion.id(), "", day), 0L)));
        if (personal && !userId.isEmpty()) {
          own =
              Math.min(
                  left(
                      limits.getPerPerson(),
                      counts.getOrDefault(key(promotion.id(), userId, EVER), 0L)),
                  left(
                      limits.getPerPersonPerDay(),
                      counts.getOrDefault(key(promotion.id(), userId, day), 0L)));
        }
      }
      return new Left(Math.max(0, budget), all, own);
    }

    private static long left(long limit, long used) {
      return limit == 0 ? Long.MAX_VALUE : Math.max(0, limit - used);
    }

    private Map<String, Long> counts() {
      Map<String, Long> known = ofPerson;
      if (known == null) {
        known = countsOf(userId, unixMs);
        ofPerson = known;
      }
      return known;
    }
  }

  private Map<String, Long> countsOf(String userId, long unixMs) {
    // Days differ by time zone: those around this moment are all that can be asked for.
    Instant now = Instant.ofEpochMilli(unixMs);
    List<String> days = new ArrayList<>();
    for (int shift = -1; shift <= 1; shift++) {
      days.add(
          now.plus(Duration.ofDays(shift))
              .atZone(java.time.ZoneOffset.UTC)
              .toLocalDate()
              .toString());
    }
    return database.read(connection -> {
      Map<String, Long> counts = new HashMap<>();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT promotion_id, user_id, day, redemptions FROM promotion_usage"
                  + " WHERE user_id = ? AND user_id <> ''"
                  + " UNION ALL SELECT promotion_id, user_id, day, redemptions"
                  + " FROM promotion_usage WHERE user_id = '' AND day IN (?, ?, ?)")) {
        select.setString(1, userId);
        for (int i = 0; i < 3; i++) {
          select.setString(2 + i, days.get(i));
        }
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            counts.put(
                key(rows.getString(1), rows.getString(2), rows.getString(3)), rows.getLong(4));
          }
        }
      }
      return counts;
    });
  }

  private static String key(String promotionId, String userId, String day) {
    return promotionId + '\n' + userId + '\n' + day;
  }

  /// The calendar day that limits of a promotion count.
  static String day(CompiledPromotion promotion, long unixMs) {
    ZoneId zone = promotion.zone();
    return Instant.ofEpochMilli(unixMs).atZone(zone).toLocalDate().toString();
  }

  /// Takes over what a write of ours changed.
  private void follow(Redemption redemption) {
    for (RedemptionPart part : redemption.getPartsList()) {
      totals.put(part.getPromotionId(), totals(part.getPromotionId()));
    }
  }

  private void refresh() {
    database.read(connection -> {
      try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT promotion_id, redemptions, reserved_minor_units,"
                      + " committed_minor_units FROM promotion_usage"
                      + " WHERE user_id = '' AND day = ''");
          ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          totals.put(
              rows.getString(1), new Totals(rows.getLong(2), rows.getLong(3), rows.getLong(4)));
        }
      }
      return true;
    });
  }

  // ---- Expiry ----

  /// Gives back reservations whose time is over, and returns how many.
  public int sweep() {
    long now = clock.millis();
    List<String> due =
        database.read(connection -> {
          List<String> ids = new ArrayList<>();
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT redemption_id FROM redemption WHERE state = ?"
                      + " AND expires_at_unix_ms <= ? ORDER BY expires_at_unix_ms LIMIT ?")) {
            select.setInt(1, RedemptionState.REDEMPTION_STATE_RESERVED.getNumber());
            select.setLong(2, now);
            select.setInt(3, SWEEP_MAX);
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                ids.add(rows.getString(1));
              }
            }
          }
          return ids;
        });
    for (String id : due) {
      follow(write(connection -> expireIfDue(connection, require(connection, id), now)));
    }
    return due.size();
  }

  private void sweepUntilClosed() {
    try {
      while (!closed.await(SWEEP_MILLIS, TimeUnit.MILLISECONDS)) {
        try {
          sweep();
          refresh();
        } catch (RuntimeException e) {
          log.warn("reservations could not be swept; they are tried again", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      sweeper.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (group != null) {
      group.close();
    }
  }

  // ---- Failures ----

  private static long orMax(long limit) {
    return limit == 0 ? Long.MAX_VALUE : limit;
  }

  private static ProfferException limitReached(Claim claim, String limit) {
    return ProfferException.exhausted(
        ErrorReason.ERROR_REASON_LIMIT_REACHED,
        claim.promotionId() + ": its limit " + limit + " is reached",
        Map.of("promotion_id", claim.promotionId(), "limit", limit),
        null);
  }

  private static ProfferException budgetExhausted(Claim claim) {
    return ProfferException.exhausted(
        ErrorReason.ERROR_REASON_BUDGET_EXHAUSTED,
        claim.promotionId() + ": its budget cannot pay for this redemption",
        Map.of("promotion_id", claim.promotionId()),
        null);
  }

  private static ProfferException wrongState(Redemption redemption, String why) {
    String state = redemption.getState().name().substring("REDEMPTION_STATE_".length());
    return ProfferException.precondition(
        ErrorReason.ERROR_REASON_REDEMPTION_STATE,
        "redemption_id: " + redemption.getRedemptionId() + " " + why + " (it is " + state + ")",
        Map.of("redemption_id", redemption.getRedemptionId(), "state", state));
  }

  private static ProfferException conflict(String key) {
    return new ProfferException(
        Status.Code.ALREADY_EXISTS,
        ErrorReason.ERROR_REASON_IDEMPOTENCY_CONFLICT,
        "idempotency_key: was used before with another request",
        Map.of("idempotency_key", key));
  }
}
