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
import dev.proffer.runtime.sql.GroupCommit;
import dev.proffer.runtime.sql.SqlFailure;
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
import java.util.Objects;
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
///
/// A promotion that many people redeem at once may count on [Leases] instead of its row. They are
/// settled into it when their time is over, or when the row says that nothing is left.
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

  /// What is to be reserved.
  ///
  /// @param claims in the order of their promotions
  /// @param taken what was debited for it from leases
  record Reservation(
      String idempotencyKey,
      String requestHash,
      String userId,
      String currency,
      List<Claim> claims,
      Duration hold,
      String evaluation,
      Leases.Taken taken) {
    /// What becomes of it when it is granted.
    Reserved granted(String redemptionId, long nowUnixMs) {
      Redemption.Builder redemption =
          Redemption.newBuilder()
              .setRedemptionId(redemptionId)
              .setState(RedemptionState.REDEMPTION_STATE_RESERVED)
              .setUserId(userId)
              .setCurrency(currency)
              .setExpiresAtUnixMs(nowUnixMs + hold.toMillis());
      for (Claim claim : claims) {
        redemption.addParts(
            RedemptionPart.newBuilder()
                .setPromotionId(claim.promotionId())
                .setAmountMinorUnits(claim.amountMinorUnits()));
      }
      return new Reserved(redemption.build(), evaluation, false);
    }
  }

  private static final Logger log = LoggerFactory.getLogger(Ledger.class);
  private static final long SWEEP_MILLIS = 1_000;
  private static final int SWEEP_MAX = 500;
  private static final int DEADLOCKS_MAX = 3;
  private static final String EVERYBODY = "";
  private static final String EVER = "";
  private static final String OPEN_LEASES =
      "SELECT promotion_id, CAST(SUM(redemptions - held_redemptions) AS BIGINT),"
          + " CAST(SUM(reserved_minor_units - granted_minor_units) AS BIGINT),"
          + " CAST(SUM(committed_minor_units) AS BIGINT) FROM promotion_lease WHERE open = 1";

  private final Database database;
  private final Clock clock;
  private final @Nullable CouponBook coupons;
  private final @Nullable Leases leases;
  // Who writes together: everybody on SQLite, those who reserve or commit on PostgreSQL.
  private final @Nullable GroupCommit group;
  private final @Nullable RedemptionBatches batches;
  // What request paths read. The record is in SQL; this follows it, at once for our own writes and
  // with the next sweep for those of other servers.
  private final ConcurrentHashMap<String, Totals> totals = new ConcurrentHashMap<>();
  // How often we changed a promotion, so that reading the record does not undo a newer change.
  private final ConcurrentHashMap<String, Integer> changes = new ConcurrentHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread sweeper;

  /// A ledger of a shop without batches of coupons.
  public Ledger(Database database, Clock clock) {
    this(database, clock, null);
  }

  /// @param database the database that holds the promotions; its tables are brought up to date
  /// @param coupons the coupons that redemptions use, or null when there are none
  public Ledger(Database database, Clock clock, @Nullable CouponBook coupons) {
    this(database, clock, coupons, null);
  }

  /// @param leases leases of hot promotions, closed with the ledger, or null when there are none
  public Ledger(
      Database database, Clock clock, @Nullable CouponBook coupons, @Nullable Leases leases) {
    this.database = database;
    this.clock = clock;
    this.coupons = coupons;
    this.leases = leases;
    database.migrate("promotion");
    boolean embedded = database.engine() == Database.Engine.SQLITE;
    this.group = embedded ? new GroupCommit(database, "ledger-writer") : null;
    this.batches = embedded ? null : new RedemptionBatches(database, clock);
    refresh();
    this.sweeper = Thread.ofVirtual().name("ledger-sweep").start(this::sweepUntilClosed);
  }

  private <T> T write(Database.Work<T> work) {
    if (group != null) {
      return group.write(work);
    }
    // Two transactions in each other's way: the server undid all of this one.
    for (int again = 0; again < DEADLOCKS_MAX; again++) {
      try {
        return database.write(work);
      } catch (SqlFailure e) {
        if (!e.isDeadlock()) {
          throw e;
        }
      }
    }
    return database.write(work);
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
    Leases.Taken taken = take(ordered);
    boolean counted = false;
    try {
      Reservation asked =
          new Reservation(
              idempotencyKey, requestHash, userId, currency, ordered, hold, evaluation, taken);
      refuseUsedUp(asked);
      Written<Reserved> written =
          (batches == null ? Optional.<Written<Reserved>>empty() : batches.reserve(asked))
              .orElseGet(() -> write(connection -> reserve(connection, asked)));
      counted = !written.result().repeated();
      after(written);
      return written.result();
    } finally {
      if (!counted) {
        giveToStore(taken.all(), ordered);
      }
    }
  }

  /// Refuses what is used up by reading alone: a promotion that many want is asked for most when
  /// nothing is left of it.
  private void refuseUsedUp(Reservation asked) {
    RedemptionBatches together = batches;
    if (together == null
        || asked.claims().stream().noneMatch(claim -> together.isUsedUp(claim.promotionId()))) {
      return;
    }
    database.read(connection -> {
      if (find(connection, asked.idempotencyKey(), asked.requestHash()) == null) {
        for (Claim claim : asked.claims()) {
          if (isUsedUp(connection, claim)
              && (leases == null || openLeases(connection, claim.promotionId(), -1).isEmpty())) {
            throw refusal(connection, claim);
          }
        }
      }
      return true;
    });
  }

  private Written<Reserved> reserve(Connection connection, Reservation asked) throws SQLException {
    long now = clock.millis();
    String id = newId(now);
    long expires = now + asked.hold().toMillis();
    String userId = asked.userId();
    Written<Reserved> written = new Written<>();
    if (!insert(connection, id, asked, now, expires)) {
      Reserved first = find(connection, asked.idempotencyKey(), asked.requestHash());
      if (first == null) {
        throw new SQLException("a redemption of this key came and went");
      }
      written.result = first;
      return written;
    }
    // Rows of one person before those that everybody waits for, in every transaction.
    for (Claim claim : asked.claims()) {
      countPerson(connection, claim, userId);
    }
    for (Claim claim : asked.claims()) {
      LeaseStore.Lease lease = asked.taken().of(claim.promotionId());
      String leaseId = count(connection, claim, lease, written);
      useCoupon(connection, claim, userId, id, now);
      insertPart(connection, id, claim, leaseId);
      written.change(claim.promotionId(), 1, claim.amountMinorUnits(), 0);
    }
    written.result = asked.granted(id, now);
    return written;
  }

  /// An id that nobody can guess and that grows with time, so that rows and their index entries are
  /// written next to each other (UUID version 7).
  static String newId(long unixMs) {
    UUID random = UUID.randomUUID();
    long high = unixMs << 16 | 0x7000L | (random.getMostSignificantBits() & 0xfffL);
    return new UUID(high, random.getLeastSignificantBits()).toString();
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
    Written<Redemption> written =
        (batches == null
                ? Optional.<Written<Redemption>>empty()
                : batches.commit(redemptionId, orderId))
            .orElseGet(() -> write(connection -> commit(connection, redemptionId, orderId)));
    after(written);
    Redemption result = written.result();
    if (result.getState() != RedemptionState.REDEMPTION_STATE_COMMITTED) {
      throw wrongState(result, "cannot be committed any more");
    }
    if (!result.getOrderId().equals(orderId)) {
      throw wrongState(result, "is committed to another order");
    }
    return result;
  }

  private Written<Redemption> commit(Connection connection, String redemptionId, String orderId)
      throws SQLException {
    Written<Redemption> written = new Written<>();
    Row row = expireIfDue(connection, row(connection, redemptionId), clock.millis(), written);
    Redemption redemption = row.redemption();
    written.result = redemption;
    if (redemption.getState() != RedemptionState.REDEMPTION_STATE_RESERVED) {
      // What was given back stays given back, although the call fails.
      return written;
    }
    if (!move(
        connection,
        redemptionId,
        RedemptionState.REDEMPTION_STATE_RESERVED,
        RedemptionState.REDEMPTION_STATE_COMMITTED,
        orderId)) {
      written.result = row(connection, redemptionId).redemption();
      return written;
    }
    for (RedemptionPart part : redemption.getPartsList()) {
      long amount = part.getAmountMinorUnits();
      shift(connection, part.getPromotionId(), row.leaseOf(part), 0, -amount, amount);
      written.change(part.getPromotionId(), 0, -amount, amount);
    }
    written.result =
        redemption.toBuilder()
            .setState(RedemptionState.REDEMPTION_STATE_COMMITTED)
            .setOrderId(orderId)
            .build();
    return written;
  }

  /// Gives a reservation back. One that was given back already stays so.
  public Redemption release(String redemptionId) {
    Written<Redemption> written =
        write(connection -> {
          Written<Redemption> inside = new Written<>();
          Row row = expireIfDue(connection, row(connection, redemptionId), clock.millis(), inside);
          inside.result = row.redemption();
          if (inside.result().getState() == RedemptionState.REDEMPTION_STATE_RESERVED) {
            if (move(
                connection,
                redemptionId,
                RedemptionState.REDEMPTION_STATE_RESERVED,
                RedemptionState.REDEMPTION_STATE_RELEASED,
                "")) {
              giveBack(connection, row, inside);
            }
            inside.result = row(connection, redemptionId).redemption();
          }
          return inside;
        });
    after(written);
    Redemption result = written.result();
    if (result.getState() == RedemptionState.REDEMPTION_STATE_COMMITTED) {
      throw wrongState(result, "is committed; return goods instead");
    }
    return result;
  }

  /// Gives back part of a committed redemption. A promotion that was given back in full no longer
  /// counts against limits on redemptions, other than those of its day.
  public Redemption giveBack(
      String redemptionId, String idempotencyKey, String requestHash, List<ReturnPart> parts) {
    Written<Redemption> written =
        write(connection -> {
          Written<Redemption> inside = new Written<>();
          Row row = row(connection, redemptionId);
          Redemption redemption = row.redemption();
          inside.result = redemption;
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT request_hash FROM redemption_return WHERE idempotency_key = ?")) {
            select.setString(1, idempotencyKey);
            try (ResultSet rows = select.executeQuery()) {
              if (rows.next()) {
                if (rows.getString(1).equals(requestHash)) {
                  return inside;
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
            returnPart(connection, row, parts.get(i), "parts[" + i + "]", inside);
          }
          inside.result = row(connection, redemptionId).redemption();
          return inside;
        });
    after(written);
    return written.result();
  }

  private void returnPart(
      Connection connection, Row row, ReturnPart part, String path, Written<?> written)
      throws SQLException {
    Redemption redemption = row.redemption();
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
    if (whole && !redemption.getUserId().isEmpty()) {
      uncount(connection, part.getPromotionId(), redemption.getUserId(), EVER);
    }
    String leaseId = row.leaseOf(part.getPromotionId());
    long amount = part.getAmountMinorUnits();
    boolean onLease = shift(connection, part.getPromotionId(), leaseId, whole ? -1 : 0, 0, -amount);
    written.change(part.getPromotionId(), whole ? -1 : 0, 0, -amount);
    if (onLease && whole) {
      written.freed(connection, leaseId, amount);
    }
  }

  public Redemption get(String redemptionId) {
    return database.read(connection -> row(connection, redemptionId).redemption());
  }

  // ---- Counting ----

  /// Counts a claim against the limits of all people, and returns the lease that it counts on, or
  /// nothing.
  private String count(
      Connection connection, Claim claim, LeaseStore.@Nullable Lease lease, Written<?> written)
      throws SQLException {
    Limits limits = claim.limits();
    long budget = limits.getBudgetMinorUnits();
    if (budget > 0 && claim.amountMinorUnits() > budget) {
      throw budgetExhausted(claim);
    }
    String leaseId = "";
    if (lease != null) {
      if (debit(connection, lease, claim.amountMinorUnits())) {
        leaseId = lease.leaseId();
      } else {
        // It was settled meanwhile, or the store said too much.
        written.stale.add(lease);
      }
    }
    if (leaseId.isEmpty()
        && (isUsedUp(connection, claim) || !countForAll(connection, claim))
        && !(settleAll(connection, claim.promotionId(), written)
            && countForAll(connection, claim))) {
      throw refusal(connection, claim);
    }
    if (claim.countsDays()
        && !count(
            connection,
            claim.promotionId(),
            EVERYBODY,
            claim.day(),
            0,
            orMax(limits.getPerDay()),
            Long.MAX_VALUE)) {
      throw limitReached(claim, "per_day");
    }
    return leaseId;
  }

  private static ProfferException refusal(Connection connection, Claim claim) throws SQLException {
    long total = claim.limits().getTotal();
    return total > 0 && totals(connection, claim.promotionId()).redemptions() >= total
        ? limitReached(claim, "total")
        : budgetExhausted(claim);
  }

  /// Whether the row says already that nothing is left. A statement that counts locks the row even
  /// when it refuses; those who come too late need not wait for each other.
  private boolean isUsedUp(Connection connection, Claim claim) throws SQLException {
    if (group != null) {
      return false;
    }
    Totals row = usageRow(connection, claim.promotionId());
    return row.redemptions() >= orMax(claim.limits().getTotal())
        || row.spentMinorUnits()
            > orMax(claim.limits().getBudgetMinorUnits()) - claim.amountMinorUnits();
  }

  private static boolean countForAll(Connection connection, Claim claim) throws SQLException {
    Limits limits = claim.limits();
    return count(
        connection,
        claim.promotionId(),
        EVERYBODY,
        EVER,
        claim.amountMinorUnits(),
        orMax(limits.getTotal()),
        orMax(limits.getBudgetMinorUnits()));
  }

  private static void countPerson(Connection connection, Claim claim, String userId)
      throws SQLException {
    Limits limits = claim.limits();
    String id = claim.promotionId();
    if (!userId.isEmpty()
        && !count(connection, id, userId, EVER, 0, orMax(limits.getPerPerson()), Long.MAX_VALUE)) {
      throw limitReached(claim, "per_person");
    }
    if (claim.countsDays()
        && !userId.isEmpty()
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
  private void giveBack(Connection connection, Row row, Written<?> written) throws SQLException {
    Redemption redemption = row.redemption();
    if (coupons != null) {
      coupons.giveBack(connection, redemption.getRedemptionId());
    }
    String user = redemption.getUserId();
    if (!user.isEmpty()) {
      for (RedemptionPart part : redemption.getPartsList()) {
        String id = part.getPromotionId();
        uncount(connection, id, user, EVER);
        String day = row.days().getOrDefault(id, "");
        if (!day.isEmpty()) {
          uncount(connection, id, user, day);
        }
      }
    }
    for (RedemptionPart part : redemption.getPartsList()) {
      String id = part.getPromotionId();
      long amount = part.getAmountMinorUnits();
      if (shift(connection, id, row.leaseOf(part), -1, -amount, 0)) {
        written.freed(connection, row.leaseOf(part), amount);
      }
      written.change(id, -1, -amount, 0);
      String day = row.days().getOrDefault(id, "");
      if (!day.isEmpty()) {
        uncount(connection, id, EVERYBODY, day);
      }
    }
  }

  private Row expireIfDue(Connection connection, Row row, long now, Written<?> written)
      throws SQLException {
    Redemption redemption = row.redemption();
    if (redemption.getState() == RedemptionState.REDEMPTION_STATE_RESERVED
        && redemption.getExpiresAtUnixMs() <= now
        && move(
            connection,
            redemption.getRedemptionId(),
            RedemptionState.REDEMPTION_STATE_RESERVED,
            RedemptionState.REDEMPTION_STATE_EXPIRED,
            "")) {
      giveBack(connection, row, written);
      return row(connection, redemption.getRedemptionId());
    }
    return row;
  }

  /// Changes what all people used of a promotion: on the lease while it is open, and then returns
  /// true, or on the promotion's row.
  static boolean shift(
      Connection connection,
      String promotionId,
      String leaseId,
      long redemptions,
      long reserved,
      long committed)
      throws SQLException {
    if (!leaseId.isEmpty()) {
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE promotion_lease SET redemptions = redemptions + ?,"
                  + " reserved_minor_units = reserved_minor_units + ?,"
                  + " committed_minor_units = committed_minor_units + ?"
                  + " WHERE lease_id = ? AND open = 1")) {
        update.setLong(1, redemptions);
        update.setLong(2, reserved);
        update.setLong(3, committed);
        update.setString(4, leaseId);
        if (update.executeUpdate() == 1) {
          return true;
        }
      }
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE promotion_usage SET redemptions = redemptions + ?,"
                + " reserved_minor_units = reserved_minor_units + ?,"
                + " committed_minor_units = committed_minor_units + ?"
                + " WHERE promotion_id = ? AND user_id = '' AND day = ''")) {
      update.setLong(1, redemptions);
      update.setLong(2, reserved);
      update.setLong(3, committed);
      update.setString(4, promotionId);
      update.executeUpdate();
    }
    return false;
  }

  // ---- Leases ----

  /// Debits leases in the store for the claims on hot promotions, before anything else.
  private Leases.Taken take(List<Claim> claims) {
    Leases.Taken taken = new Leases.Taken();
    Leases hot = leases;
    if (hot == null) {
      return taken;
    }
    for (Claim claim : claims) {
      if (hot.isHot(claim)) {
        int slot = Leases.anySlot();
        LeaseStore.Lease lease = hot.take(claim, slot);
        if (lease == null && hot.isAvailable() && hot.mayGrant(claim.promotionId())) {
          try {
            grant(claim, slot, hot);
            lease = hot.take(claim, slot);
          } finally {
            hot.granted(claim.promotionId());
          }
        }
        if (lease != null) {
          taken.add(lease);
        }
      }
    }
    return taken;
  }

  /// Debits a lease in the record; false when it is settled, or has less than the store said.
  private static boolean debit(Connection connection, LeaseStore.Lease lease, long amount)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE promotion_lease SET redemptions = redemptions + 1,"
                + " reserved_minor_units = reserved_minor_units + ?"
                + " WHERE lease_id = ? AND fence = ? AND open = 1"
                + " AND reserved_minor_units + committed_minor_units + ? <= granted_minor_units"
                + " AND redemptions < granted_redemptions")) {
      update.setLong(1, amount);
      update.setString(2, lease.leaseId());
      update.setLong(3, lease.fence());
      update.setLong(4, amount);
      return update.executeUpdate() == 1;
    }
  }

  /// Cuts a slice off a budget into a slot, in place of the lease that was there.
  private void grant(Claim claim, int slot, Leases hot) {
    String id = claim.promotionId();
    Written<LeaseStore.Lease> written =
        write(connection -> {
          Written<LeaseStore.Lease> inside = new Written<>();
          settle(connection, openLeases(connection, id, slot), inside);
          long budget = claim.limits().getBudgetMinorUnits();
          Totals row = usageRow(connection, id);
          long slice = Leases.slice(claim.amountMinorUnits(), budget - row.spentMinorUnits());
          long total = claim.limits().getTotal();
          long redemptions =
              total == 0 ? Long.MAX_VALUE / 4 : (total - row.redemptions()) / (4 * Leases.SLOTS);
          if (slice == 0 || redemptions < 2) {
            return inside;
          }
          long counted = total == 0 ? 0 : redemptions;
          if (!holdBack(connection, claim, slice, counted)) {
            return inside;
          }
          LeaseStore.Lease lease =
              new LeaseStore.Lease(
                  id, slot, UUID.randomUUID().toString(), nextFence(connection, id, slot));
          insertLease(connection, lease, slice, total == 0 ? slice : redemptions, total > 0);
          inside.result = lease;
          inside.granted = slice;
          inside.grantedRedemptions = total == 0 ? slice : redemptions;
          return inside;
        });
    after(written);
    LeaseStore.Lease lease = written.result;
    if (lease != null) {
      hot.put(lease, written.granted, written.grantedRedemptions);
    }
  }

  private static boolean holdBack(Connection connection, Claim claim, long slice, long redemptions)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE promotion_usage SET redemptions = redemptions + ?,"
                + " reserved_minor_units = reserved_minor_units + ?"
                + " WHERE promotion_id = ? AND user_id = '' AND day = ''"
                + " AND redemptions <= ? AND reserved_minor_units + committed_minor_units <= ?")) {
      update.setLong(1, redemptions);
      update.setLong(2, slice);
      update.setString(3, claim.promotionId());
      update.setLong(4, orMax(claim.limits().getTotal()) - redemptions);
      update.setLong(5, claim.limits().getBudgetMinorUnits() - slice);
      // A promotion that nobody redeemed has no row yet; its first redemption makes one.
      return update.executeUpdate() == 1;
    }
  }

  private static long nextFence(Connection connection, String promotionId, int slot)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT COALESCE(MAX(fence), 0) + 1 FROM promotion_lease"
                + " WHERE promotion_id = ? AND slot = ?")) {
      select.setString(1, promotionId);
      select.setInt(2, slot);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getLong(1) : 1;
      }
    }
  }

  private void insertLease(
      Connection connection,
      LeaseStore.Lease lease,
      long slice,
      long redemptions,
      boolean redemptionsHeld)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO promotion_lease (lease_id, promotion_id, slot, fence, open,"
                + " granted_minor_units, granted_redemptions, held_redemptions,"
                + " reserved_minor_units, committed_minor_units, redemptions, expires_at_unix_ms)"
                + " VALUES (?, ?, ?, ?, 1, ?, ?, ?, 0, 0, 0, ?)")) {
      insert.setString(1, lease.leaseId());
      insert.setString(2, lease.promotionId());
      insert.setInt(3, lease.slot());
      insert.setLong(4, lease.fence());
      insert.setLong(5, slice);
      insert.setLong(6, redemptions);
      insert.setLong(7, redemptionsHeld ? redemptions : 0);
      insert.setLong(8, clock.millis() + Leases.TTL_MS);
      insert.executeUpdate();
    }
  }

  private static List<LeaseStore.Lease> openLeases(
      Connection connection, String promotionId, int slot) throws SQLException {
    List<LeaseStore.Lease> found = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT lease_id, slot, fence FROM promotion_lease"
                + " WHERE open = 1 AND promotion_id = ? AND (slot = ? OR ? < 0) ORDER BY slot")) {
      select.setString(1, promotionId);
      select.setInt(2, slot);
      select.setInt(3, slot);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          found.add(
              new LeaseStore.Lease(
                  promotionId, rows.getInt(2), rows.getString(1), rows.getLong(3)));
        }
      }
    }
    return found;
  }

  /// Settles every open lease of a promotion; false when there is none.
  private boolean settleAll(Connection connection, String promotionId, Written<?> written)
      throws SQLException {
    if (leases == null) {
      return false;
    }
    List<LeaseStore.Lease> open = openLeases(connection, promotionId, -1);
    settle(connection, open, written);
    return !open.isEmpty();
  }

  /// Closes leases and counts what was used of them on the promotion's row. The record of the lease
  /// says what that is, so it does not matter what the store remembers.
  private static void settle(Connection connection, List<LeaseStore.Lease> open, Written<?> written)
      throws SQLException {
    String locked = "";
    for (LeaseStore.Lease lease : open) {
      if (!lease.promotionId().equals(locked)) {
        // The promotion's row first, then its leases: everybody who needs both takes them so.
        shift(connection, lease.promotionId(), "", 0, 0, 0);
        locked = lease.promotionId();
      }
      long unused;
      long committed;
      long redemptions;
      try (PreparedStatement close =
          connection.prepareStatement(
              "UPDATE promotion_lease SET open = 0 WHERE lease_id = ? AND open = 1"
                  + " RETURNING granted_minor_units - reserved_minor_units,"
                  + " committed_minor_units, redemptions - held_redemptions")) {
        close.setString(1, lease.leaseId());
        try (ResultSet rows = close.executeQuery()) {
          if (!rows.next()) {
            continue;
          }
          unused = rows.getLong(1);
          committed = rows.getLong(2);
          redemptions = rows.getLong(3);
        }
      }
      shift(connection, lease.promotionId(), "", redemptions, -unused, committed);
      written.stale.add(lease);
    }
  }

  /// Settles leases whose time is over.
  private void sweepLeases() {
    if (leases == null) {
      return;
    }
    long now = clock.millis();
    List<LeaseStore.Lease> due =
        database.read(connection -> {
          List<LeaseStore.Lease> found = new ArrayList<>();
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT promotion_id, slot, lease_id, fence FROM promotion_lease"
                      + " WHERE open = 1 AND expires_at_unix_ms <= ?")) {
            select.setLong(1, now);
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                found.add(
                    new LeaseStore.Lease(
                        rows.getString(1), rows.getInt(2), rows.getString(3), rows.getLong(4)));
              }
            }
          }
          return found;
        });
    for (LeaseStore.Lease lease : due) {
      after(
          write(connection -> {
            Written<Boolean> inside = new Written<>();
            inside.result = true;
            settle(connection, List.of(lease), inside);
            return inside;
          }));
    }
  }

  private void giveToStore(List<LeaseStore.Lease> taken, List<Claim> claims) {
    if (leases != null) {
      for (LeaseStore.Lease lease : taken) {
        for (Claim claim : claims) {
          if (claim.promotionId().equals(lease.promotionId())) {
            leases.give(lease, claim.amountMinorUnits());
          }
        }
      }
    }
  }

  // ---- What a transaction changed ----

  /// What a transaction did, for those who must follow once it is on disk.
  static final class Written<T> {
    private record Change(String promotionId, long redemptions, long reserved, long committed) {}

    private record Freed(LeaseStore.Lease lease, long amount) {}

    @Nullable T result;
    private long granted;
    private long grantedRedemptions;
    private final List<Change> changed = new ArrayList<>();
    private final List<Freed> freed = new ArrayList<>();
    private final List<LeaseStore.Lease> stale = new ArrayList<>();

    T result() {
      return Objects.requireNonNull(result);
    }

    void change(String promotionId, long redemptions, long reserved, long committed) {
      changed.add(new Change(promotionId, redemptions, reserved, committed));
    }

    void freed(Connection connection, String leaseId, long amount) throws SQLException {
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT promotion_id, slot, fence FROM promotion_lease WHERE lease_id = ?")) {
        select.setString(1, leaseId);
        try (ResultSet rows = select.executeQuery()) {
          if (rows.next()) {
            freed.add(
                new Freed(
                    new LeaseStore.Lease(
                        rows.getString(1), rows.getInt(2), leaseId, rows.getLong(3)),
                    amount));
          }
        }
      }
    }
  }

  /// Takes over what a write of ours changed.
  private void after(Written<?> written) {
    for (Written.Change change : written.changed) {
      changes.merge(change.promotionId(), 1, Integer::sum);
      totals.merge(
          change.promotionId(),
          new Totals(change.redemptions(), change.reserved(), change.committed()),
          (known, more) ->
              new Totals(
                  known.redemptions() + more.redemptions(),
                  known.reservedMinorUnits() + more.reservedMinorUnits(),
                  known.committedMinorUnits() + more.committedMinorUnits()));
    }
    if (leases != null) {
      for (Written.Freed freed : written.freed) {
        leases.give(freed.lease(), freed.amount());
      }
      for (LeaseStore.Lease lease : written.stale) {
        leases.drop(lease);
      }
    }
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
    return new Reserved(row(connection, id).redemption(), evaluation, true);
  }

  private static boolean insert(
      Connection connection, String id, Reservation asked, long now, long expires)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO redemption (redemption_id, idempotency_key, request_hash, user_id, state,"
                + " currency, order_id, reserved_at_unix_ms, expires_at_unix_ms, evaluation)"
                + " VALUES (?, ?, ?, ?, ?, ?, '', ?, ?, ?) ON CONFLICT (idempotency_key) DO NOTHING")) {
      insert.setString(1, id);
      insert.setString(2, asked.idempotencyKey());
      insert.setString(3, asked.requestHash());
      insert.setString(4, asked.userId());
      insert.setInt(5, RedemptionState.REDEMPTION_STATE_RESERVED.getNumber());
      insert.setString(6, asked.currency());
      insert.setLong(7, now);
      insert.setLong(8, expires);
      insert.setString(9, asked.evaluation());
      return insert.executeUpdate() == 1;
    }
  }

  private static void insertPart(Connection connection, String id, Claim claim, String leaseId)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO redemption_part (redemption_id, promotion_id, amount_minor_units,"
                + " returned_minor_units, day, lease_id) VALUES (?, ?, ?, 0, ?, ?)")) {
      insert.setString(1, id);
      insert.setString(2, claim.promotionId());
      insert.setLong(3, claim.amountMinorUnits());
      insert.setString(4, claim.countsDays() ? claim.day() : "");
      insert.setString(5, leaseId);
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

  /// A redemption as it is kept: with the day and the lease that each part counts on.
  record Row(Redemption redemption, Map<String, String> days, Map<String, String> leaseIds) {
    String leaseOf(RedemptionPart part) {
      return leaseOf(part.getPromotionId());
    }

    String leaseOf(String promotionId) {
      return leaseIds.getOrDefault(promotionId, "");
    }
  }

  private static Row row(Connection connection, String id) throws SQLException {
    Map<String, String> days = new HashMap<>();
    Map<String, String> leaseIds = new HashMap<>();
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
            "SELECT promotion_id, amount_minor_units, returned_minor_units, day, lease_id"
                + " FROM redemption_part WHERE redemption_id = ? ORDER BY promotion_id")) {
      select.setString(1, id);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          redemption.addParts(
              RedemptionPart.newBuilder()
                  .setPromotionId(rows.getString(1))
                  .setAmountMinorUnits(rows.getLong(2))
                  .setReturnedMinorUnits(rows.getLong(3)));
          days.put(rows.getString(1), rows.getString(4));
          leaseIds.put(rows.getString(1), rows.getString(5));
        }
      }
    }
    return new Row(redemption.build(), days, leaseIds);
  }

  /// What all people used, leases counted as what is used of them.
  private static Totals totals(Connection connection, String promotionId) throws SQLException {
    Totals row = usageRow(connection, promotionId);
    try (PreparedStatement select =
        connection.prepareStatement(OPEN_LEASES + " AND promotion_id = ? GROUP BY promotion_id")) {
      select.setString(1, promotionId);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? withLeases(row, rows) : row;
      }
    }
  }

  private static Totals withLeases(Totals row, ResultSet rows) throws SQLException {
    return new Totals(
        row.redemptions() + rows.getLong(2),
        row.reservedMinorUnits() + rows.getLong(3),
        row.committedMinorUnits() + rows.getLong(4));
  }

  private static Totals usageRow(Connection connection, String promotionId) throws SQLException {
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

  private void refresh() {
    Map<String, Integer> changesBefore = Map.copyOf(changes);
    Map<String, Totals> read =
        database.read(connection -> {
          Map<String, Totals> found = new HashMap<>();
          try (PreparedStatement select =
                  connection.prepareStatement(
                      "SELECT promotion_id, redemptions, reserved_minor_units,"
                          + " committed_minor_units FROM promotion_usage"
                          + " WHERE user_id = '' AND day = ''");
              ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              found.put(
                  rows.getString(1), new Totals(rows.getLong(2), rows.getLong(3), rows.getLong(4)));
            }
          }
          try (PreparedStatement select =
                  connection.prepareStatement(OPEN_LEASES + " GROUP BY promotion_id");
              ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              Totals row = found.getOrDefault(rows.getString(1), Totals.NONE);
              found.put(rows.getString(1), withLeases(row, rows));
            }
          }
          return found;
        });
    read.forEach((id, now) -> {
      if (Objects.equals(changes.get(id), changesBefore.get(id))) {
        totals.put(id, now);
      }
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
      after(
          write(connection -> {
            Written<Boolean> inside = new Written<>();
            inside.result = true;
            expireIfDue(connection, row(connection, id), now, inside);
            return inside;
          }));
    }
    sweepLeases();
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
    if (batches != null) {
      batches.close();
    }
    if (leases != null) {
      leases.close();
    }
  }

  // ---- Failures ----

  static long orMax(long limit) {
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
