// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.coupon;

import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.promotion.v1.ExpiringCoupon;
import dev.proffer.proto.promotion.v1.WalletCoupon;
import dev.proffer.ranker.promotion.CouponLookup;
import dev.proffer.runtime.failure.PageToken;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import io.grpc.Status;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Batches of coupons in SQL.
///
/// A unique code has 80 random bits, as 16 letters and digits without I, L, O and U; it is returned
/// once and kept as a keyed hash. A coupon is used by filling in its redemption where none was, so
/// it is used once whoever else tries. To a stranger, codes that are unknown, used, expired or
/// somebody else's look the same, and wrong ones may be tried a few times only.
public final class CouponBook implements CouponLookup {
  /// A batch, with its codes when it was made just now.
  public record Batch(String batchId, List<String> codes) {}

  /// What an assignment did.
  public record Assigned(int assigned, int alreadyAssigned) {}

  /// One page of a wallet.
  public record Page(List<WalletCoupon> coupons, String nextToken) {}

  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int CODE_LENGTH = 16;
  private static final int GROUP_LENGTH = 4;

  private final Database database;
  private final CouponKey key;
  private final Clock clock;
  private final SecureRandom random;
  private final Tries tries = new Tries();

  /// @param random where codes come from
  public CouponBook(Database database, CouponKey key, Clock clock, SecureRandom random) {
    this.database = database;
    this.key = key;
    this.clock = clock;
    this.random = random;
    database.migrate("promotion");
  }

  // ---- Batches ----

  /// Makes a batch. A retry gets the same batch, without its codes.
  public Batch create(
      String idempotencyKey,
      String requestHash,
      String promotionId,
      int count,
      String sharedCode,
      boolean transferable,
      long expiresAtUnixMs) {
    boolean shared = !sharedCode.isEmpty();
    List<String> codes = new ArrayList<>();
    for (int i = 0; i < (shared ? 0 : count); i++) {
      codes.add(newCode());
    }
    return database.write(connection -> {
      Batch known = find(connection, idempotencyKey, requestHash);
      if (known != null) {
        return known;
      }
      String batchId = UUID.randomUUID().toString();
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO coupon_batch (batch_id, idempotency_key, request_hash, promotion_id,"
                  + " size, given, shared_mac, transferable, expires_at_unix_ms,"
                  + " created_at_unix_ms) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?)"
                  + " ON CONFLICT DO NOTHING")) {
        insert.setString(1, batchId);
        insert.setString(2, idempotencyKey);
        insert.setString(3, requestHash);
        insert.setString(4, promotionId);
        insert.setLong(5, count);
        insert.setString(6, shared ? key.mac(sharedCode) : "");
        insert.setInt(7, transferable ? 1 : 0);
        insert.setLong(8, expiresAtUnixMs);
        insert.setLong(9, clock.millis());
        if (insert.executeUpdate() == 0) {
          Batch theirs = find(connection, idempotencyKey, requestHash);
          if (theirs != null) {
            return theirs;
          }
          throw ProfferException.invalidField("shared_code", "is used by another batch");
        }
      }
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO coupon (coupon_id, batch_id, code_mac, user_id, redemption_id)"
                  + " VALUES (?, ?, ?, '', '')")) {
        for (int i = 0; i < codes.size(); i++) {
          insert.setString(1, UUID.randomUUID().toString());
          insert.setString(2, batchId);
          insert.setString(3, key.mac(codes.get(i)));
          insert.addBatch();
          if (i % 1_000 == 999) {
            insert.executeBatch();
          }
        }
        insert.executeBatch();
      }
      return new Batch(batchId, shared ? List.of(sharedCode) : List.copyOf(codes));
    });
  }

  private static @Nullable Batch find(Connection connection, String key, String requestHash)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT batch_id, request_hash FROM coupon_batch WHERE idempotency_key = ?")) {
      select.setString(1, key);
      try (ResultSet rows = select.executeQuery()) {
        if (!rows.next()) {
          return null;
        }
        if (!rows.getString(2).equals(requestHash)) {
          throw new ProfferException(
              Status.Code.ALREADY_EXISTS,
              ErrorReason.ERROR_REASON_IDEMPOTENCY_CONFLICT,
              "idempotency_key: was used before with another request",
              Map.of("idempotency_key", key));
        }
        return new Batch(rows.getString(1), List.of());
      }
    }
  }

  private String newCode() {
    StringBuilder code = new StringBuilder();
    for (int i = 0; i < CODE_LENGTH; i++) {
      if (i > 0 && i % GROUP_LENGTH == 0) {
        code.append('-');
      }
      code.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return code.toString();
  }

  /// Gives each person one coupon of a batch, unless they have one: all of them or, when the batch
  /// runs out, none.
  public Assigned assign(String batchId, List<String> userIds) {
    return database.write(connection -> {
      requireBatch(connection, batchId);
      int assigned = 0;
      Set<String> seen = new HashSet<>();
      for (String userId : userIds) {
        if (seen.add(userId) && !holds(connection, batchId, userId)) {
          if (!give(connection, batchId, userId)) {
            throw ProfferException.exhausted(
                ErrorReason.ERROR_REASON_LIMIT_REACHED,
                "batch_id: has no coupons left for all of these people",
                Map.of("batch_id", batchId),
                null);
          }
          assigned++;
        }
      }
      return new Assigned(assigned, seen.size() - assigned);
    });
  }

  private static void requireBatch(Connection connection, String batchId) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT 1 FROM coupon_batch WHERE batch_id = ?")) {
      select.setString(1, batchId);
      try (ResultSet rows = select.executeQuery()) {
        if (!rows.next()) {
          throw new ProfferException(
              Status.Code.NOT_FOUND,
              ErrorReason.ERROR_REASON_CODE_REFUSED,
              "batch_id: nothing has the id '" + batchId + "'",
              Map.of("batch_id", batchId));
        }
      }
    }
  }

  private static boolean holds(Connection connection, String batchId, String userId)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT 1 FROM coupon WHERE batch_id = ? AND user_id = ?")) {
      select.setString(1, batchId);
      select.setString(2, userId);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next();
      }
    }
  }

  /// Gives one coupon that is nobody's, or, of a shared code, a new one.
  private static boolean give(Connection connection, String batchId, String userId)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE coupon_batch SET given = given + 1 WHERE batch_id = ? AND given < size")) {
      update.setString(1, batchId);
      if (update.executeUpdate() == 0) {
        return false;
      }
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE coupon SET user_id = ? WHERE coupon_id = (SELECT coupon_id FROM coupon"
                + " WHERE batch_id = ? AND user_id = '' AND redemption_id = ''"
                + " ORDER BY coupon_id LIMIT 1)")) {
      update.setString(1, userId);
      update.setString(2, batchId);
      if (update.executeUpdate() == 1) {
        return true;
      }
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO coupon (coupon_id, batch_id, code_mac, user_id, redemption_id)"
                + " SELECT ?, batch_id, ?, ?, '' FROM coupon_batch"
                + " WHERE batch_id = ? AND shared_mac <> ''")) {
      String id = UUID.randomUUID().toString();
      insert.setString(1, id);
      // Coupons of a shared code have no code of their own.
      insert.setString(2, "shared:" + id);
      insert.setString(3, userId);
      insert.setString(4, batchId);
      return insert.executeUpdate() == 1;
    }
  }

  /// The coupons of a person, those that end first in front.
  public Page wallet(String userId, int size, String token) {
    long from = PageToken.number(token, 0);
    List<WalletCoupon> found =
        database.read(connection -> {
          List<WalletCoupon> coupons = new ArrayList<>();
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT c.coupon_id, b.promotion_id, c.redemption_id, b.expires_at_unix_ms,"
                      + " b.transferable FROM coupon c JOIN coupon_batch b"
                      + " ON b.batch_id = c.batch_id WHERE c.user_id = ?"
                      + " ORDER BY CASE WHEN b.expires_at_unix_ms = 0 THEN 1 ELSE 0 END,"
                      + " b.expires_at_unix_ms, c.coupon_id LIMIT ? OFFSET ?")) {
            select.setString(1, userId);
            select.setInt(2, size + 1);
            select.setLong(3, from);
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                coupons.add(
                    WalletCoupon.newBuilder()
                        .setCouponId(rows.getString(1))
                        .setPromotionId(rows.getString(2))
                        .setUsed(!rows.getString(3).isEmpty())
                        .setExpiresAtUnixMs(rows.getLong(4))
                        .setTransferable(rows.getInt(5) == 1)
                        .build());
              }
            }
          }
          return coupons;
        });
    return found.size() > size
        ? new Page(List.copyOf(found.subList(0, size)), Long.toString(from + size))
        : new Page(List.copyOf(found), "");
  }

  // ---- From hand to hand ----

  /// Gives an unused coupon to somebody else. What is unknown, used, expired or not theirs is
  /// refused with one answer; a retry is answered as the first call.
  public void transfer(String couponId, String fromUserId, String toUserId) {
    long now = clock.millis();
    database.write(connection -> {
      String batchId;
      boolean transferable;
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT c.batch_id, b.transferable, c.user_id FROM coupon c JOIN coupon_batch b"
                  + " ON b.batch_id = c.batch_id WHERE c.coupon_id = ? AND c.redemption_id = ''"
                  + " AND c.user_id IN (?, ?)"
                  + " AND (b.expires_at_unix_ms = 0 OR b.expires_at_unix_ms > ?)")) {
        select.setString(1, couponId);
        select.setString(2, fromUserId);
        select.setString(3, toUserId);
        select.setLong(4, now);
        try (ResultSet rows = select.executeQuery()) {
          if (!rows.next()) {
            throw new ProfferException(
                Status.Code.NOT_FOUND,
                ErrorReason.ERROR_REASON_CODE_REFUSED,
                "coupon_id: cannot be given by this person",
                Map.of());
          }
          batchId = rows.getString(1);
          transferable = rows.getInt(2) == 1;
          if (rows.getString(3).equals(toUserId) && transferable) {
            return true;
          }
        }
      }
      if (!transferable) {
        throw ProfferException.precondition(
            ErrorReason.ERROR_REASON_PRECONDITION,
            "coupon_id: coupons of its batch are not transferable",
            Map.of("coupon_id", couponId));
      }
      if (holds(connection, batchId, toUserId)) {
        throw ProfferException.precondition(
            ErrorReason.ERROR_REASON_PRECONDITION,
            "to_user_id: has a coupon of this batch already",
            Map.of("coupon_id", couponId));
      }
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE coupon SET user_id = ?"
                  + " WHERE coupon_id = ? AND user_id = ? AND redemption_id = ''")) {
        update.setString(1, toUserId);
        update.setString(2, couponId);
        update.setString(3, fromUserId);
        if (update.executeUpdate() == 0) {
          throw ProfferException.precondition(
              ErrorReason.ERROR_REASON_PRECONDITION,
              "coupon_id: was used or given away just now",
              Map.of("coupon_id", couponId));
        }
      }
      return true;
    });
  }

  // ---- Reminders ----

  /// One page of coupons that end soon.
  public record Expiring(List<ExpiringCoupon> coupons, String nextToken) {}

  private record Ending(String batchId, String promotionId, long atUnixMs) {}

  /// Unused coupons of people that end after now and until a time, those that end first in front.
  ///
  /// @param promotionEnd when a promotion ends, [Long#MAX_VALUE] for one without end and 0 for one
  ///   that is gone
  public Expiring expiring(
      long untilUnixMs, ToLongFunction<String> promotionEnd, int size, String token) {
    long now = clock.millis();
    String[] from = token.isEmpty() ? new String[] {"0", "", ""} : token.split("/", -1);
    if (from.length != 3 || !from[0].matches("[0-9]{1,18}")) {
      throw PageToken.unknown();
    }
    return database.read(connection -> {
      List<ExpiringCoupon> found = new ArrayList<>();
      for (Ending ending : ending(connection, now, untilUnixMs, promotionEnd)) {
        long fromTime = Long.parseLong(from[0]);
        boolean same = ending.atUnixMs() == fromTime && ending.batchId().equals(from[1]);
        boolean passed =
            ending.atUnixMs() < fromTime
                || (ending.atUnixMs() == fromTime && ending.batchId().compareTo(from[1]) < 0);
        if (!passed && found.size() <= size) {
          collect(connection, ending, same ? from[2] : "", size + 1 - found.size(), found);
        }
      }
      if (found.size() <= size) {
        return new Expiring(List.copyOf(found), "");
      }
      ExpiringCoupon last = found.get(size - 1);
      return new Expiring(
          List.copyOf(found.subList(0, size)),
          last.getExpiresAtUnixMs()
              + "/"
              + batchOf(connection, last.getCouponId())
              + "/"
              + last.getCouponId());
    });
  }

  private static List<Ending> ending(
      Connection connection, long now, long until, ToLongFunction<String> promotionEnd)
      throws SQLException {
    List<Ending> endings = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT batch_id, promotion_id, expires_at_unix_ms FROM coupon_batch"
                + " WHERE given > 0 AND (expires_at_unix_ms = 0 OR expires_at_unix_ms > ?)")) {
      select.setLong(1, now);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          long own = rows.getLong(3) == 0 ? Long.MAX_VALUE : rows.getLong(3);
          long at = Math.min(own, promotionEnd.applyAsLong(rows.getString(2)));
          if (at > now && at <= until) {
            endings.add(new Ending(rows.getString(1), rows.getString(2), at));
          }
        }
      }
    }
    endings.sort(Comparator.comparingLong(Ending::atUnixMs).thenComparing(Ending::batchId));
    return endings;
  }

  private static void collect(
      Connection connection, Ending ending, String after, int most, List<ExpiringCoupon> found)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT coupon_id, user_id FROM coupon WHERE batch_id = ? AND user_id <> ''"
                + " AND redemption_id = '' AND coupon_id > ? ORDER BY coupon_id LIMIT ?")) {
      select.setString(1, ending.batchId());
      select.setString(2, after);
      select.setInt(3, most);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          found.add(
              ExpiringCoupon.newBuilder()
                  .setCouponId(rows.getString(1))
                  .setUserId(rows.getString(2))
                  .setPromotionId(ending.promotionId())
                  .setExpiresAtUnixMs(ending.atUnixMs())
                  .build());
        }
      }
    }
  }

  private static String batchOf(Connection connection, String couponId) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT batch_id FROM coupon WHERE coupon_id = ?")) {
      select.setString(1, couponId);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getString(1) : "";
      }
    }
  }

  // ---- What they unlock ----

  @Override
  public Set<String> ofCode(String code, String userId, long unixMs, boolean otherwiseUsable) {
    String mac = key.mac(code);
    long wait = tries.waitMillis(userId, mac, clock.millis());
    if (wait > 0 && !otherwiseUsable) {
      throw ProfferException.exhausted(
          ErrorReason.ERROR_REASON_CODE_REFUSED,
          "too many wrong codes were tried",
          Map.of(),
          Duration.ofMillis(wait));
    }
    Set<String> promotions =
        database.read(connection -> {
          Set<String> ids = new LinkedHashSet<>();
          Found unique = unique(connection, mac, userId, unixMs);
          Found shared = shared(connection, mac, userId, unixMs);
          if (unique != null) {
            ids.add(unique.promotionId());
          }
          if (shared != null) {
            ids.add(shared.promotionId());
          }
          return ids;
        });
    if (promotions.isEmpty() && !otherwiseUsable) {
      tries.missed(userId, mac, clock.millis());
    }
    return promotions;
  }

  @Override
  public Set<String> ofWallet(String userId, long unixMs) {
    return database.read(connection -> {
      Set<String> ids = new LinkedHashSet<>();
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT DISTINCT b.promotion_id FROM coupon c JOIN coupon_batch b"
                  + " ON b.batch_id = c.batch_id WHERE c.user_id = ? AND c.redemption_id = ''"
                  + " AND (b.expires_at_unix_ms = 0 OR b.expires_at_unix_ms > ?)")) {
        select.setString(1, userId);
        select.setLong(2, unixMs);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            ids.add(rows.getString(1));
          }
        }
      }
      return ids;
    });
  }

  private record Found(String id, String promotionId) {}

  private static @Nullable Found unique(
      Connection connection, String mac, String userId, long unixMs) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT c.coupon_id, b.promotion_id FROM coupon c JOIN coupon_batch b"
                + " ON b.batch_id = c.batch_id WHERE c.code_mac = ? AND c.redemption_id = ''"
                + " AND (c.user_id = '' OR c.user_id = ? OR b.transferable = 1)"
                + " AND (b.expires_at_unix_ms = 0 OR b.expires_at_unix_ms > ?)")) {
      select.setString(1, mac);
      select.setString(2, userId);
      select.setLong(3, unixMs);
      return first(select);
    }
  }

  /// A batch of a shared code that the person may still use once. Strangers cannot: once each needs
  /// somebody to count.
  private static @Nullable Found shared(
      Connection connection, String mac, String userId, long unixMs) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT b.batch_id, b.promotion_id FROM coupon_batch b LEFT JOIN coupon c"
                + " ON c.batch_id = b.batch_id AND c.user_id = ? AND c.user_id <> ''"
                + " WHERE b.shared_mac = ? AND ? <> ''"
                + " AND (b.expires_at_unix_ms = 0 OR b.expires_at_unix_ms > ?)"
                + " AND ((c.coupon_id IS NULL AND b.given < b.size) OR c.redemption_id = '')")) {
      select.setString(1, userId);
      select.setString(2, mac);
      select.setString(3, userId);
      select.setLong(4, unixMs);
      return first(select);
    }
  }

  private static @Nullable Found first(PreparedStatement select) throws SQLException {
    try (ResultSet rows = select.executeQuery()) {
      return rows.next() ? new Found(rows.getString(1), rows.getString(2)) : null;
    }
  }

  // ---- Use ----

  /// Uses a coupon of a promotion for a redemption, inside the transaction that reserves it: one of
  /// the entered codes, or one of the wallet. Returns false when there is none.
  public boolean use(
      Connection connection,
      String promotionId,
      String userId,
      List<String> codes,
      String redemptionId,
      long unixMs)
      throws SQLException {
    for (String code : codes) {
      String mac = key.mac(code);
      Found unique = unique(connection, mac, userId, unixMs);
      if (unique != null
          && unique.promotionId().equals(promotionId)
          && fill(connection, unique.id(), redemptionId)) {
        return true;
      }
      Found shared = shared(connection, mac, userId, unixMs);
      if (shared != null && shared.promotionId().equals(promotionId)) {
        if (!holds(connection, shared.id(), userId)) {
          give(connection, shared.id(), userId);
        }
        if (useOfWallet(connection, promotionId, userId, redemptionId, unixMs)) {
          return true;
        }
      }
    }
    return !userId.isEmpty() && useOfWallet(connection, promotionId, userId, redemptionId, unixMs);
  }

  private static boolean useOfWallet(
      Connection connection, String promotionId, String userId, String redemptionId, long unixMs)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT c.coupon_id, b.promotion_id FROM coupon c JOIN coupon_batch b"
                + " ON b.batch_id = c.batch_id WHERE c.user_id = ? AND c.redemption_id = ''"
                + " AND b.promotion_id = ?"
                + " AND (b.expires_at_unix_ms = 0 OR b.expires_at_unix_ms > ?)"
                + " ORDER BY CASE WHEN b.expires_at_unix_ms = 0 THEN 1 ELSE 0 END,"
                + " b.expires_at_unix_ms, c.coupon_id LIMIT 1")) {
      select.setString(1, userId);
      select.setString(2, promotionId);
      select.setLong(3, unixMs);
      Found found = first(select);
      return found != null && fill(connection, found.id(), redemptionId);
    }
  }

  private static boolean fill(Connection connection, String couponId, String redemptionId)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE coupon SET redemption_id = ? WHERE coupon_id = ? AND redemption_id = ''")) {
      update.setString(1, redemptionId);
      update.setString(2, couponId);
      return update.executeUpdate() == 1;
    }
  }

  /// Makes the coupons of a redemption that was given back usable again.
  public void giveBack(Connection connection, String redemptionId) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE coupon SET redemption_id = '' WHERE redemption_id = ?")) {
      update.setString(1, redemptionId);
      update.executeUpdate();
    }
  }
}
