// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.Redemption;
import dev.proffer.proto.promotion.v1.RedemptionPart;
import dev.proffer.proto.promotion.v1.RedemptionState;
import dev.proffer.ranker.ledger.Ledger.Reservation;
import dev.proffer.ranker.ledger.Ledger.Reserved;
import dev.proffer.ranker.ledger.Ledger.Row;
import dev.proffer.ranker.ledger.Ledger.Written;
import dev.proffer.runtime.sql.Batcher;
import dev.proffer.runtime.sql.Database;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reserves and commits many redemptions in one transaction of PostgreSQL.
///
/// One by one, everybody who redeems a hot promotion waits for its row through a whole transaction
/// of somebody else: round trips and a write to disk. Here those who wait are counted on the row
/// together, with one statement, last in the transaction, so that other servers wait for it as
/// briefly as can be. The limits still stand in the `WHERE` of that statement.
///
/// Only what certainly succeeds is done here. Where the sum of all is above a limit, those whom it
/// concerns are left out and taken one by one, and so are keys that were used before, coupons, and
/// everybody when a transaction fails; so each refusal is exact, and says why.
final class RedemptionBatches implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RedemptionBatches.class);
  private static final int ROUNDS_MAX = 3;
  private static final long USED_UP_MILLIS = 1_000;

  /// A row that counts, rows of one person before those that everybody counts on.
  private record Counted(String promotionId, String userId, String day) {
    static final Comparator<Counted> ORDER =
        Comparator.comparing((Counted one) -> one.userId().isEmpty())
            .thenComparing(Counted::promotionId)
            .thenComparing(Counted::userId)
            .thenComparing(Counted::day);
  }

  /// What is counted on one row, and what may be.
  private static final class Sum {
    long redemptions;
    long amount;
    long redemptionsMax = Long.MAX_VALUE;
    long budget = Long.MAX_VALUE;

    void add(long more, long max, long mostSpent) {
      redemptions++;
      amount += more;
      redemptionsMax = Math.min(redemptionsMax, max);
      budget = Math.min(budget, mostSpent);
    }

    boolean fits() {
      return redemptions <= redemptionsMax && amount <= budget;
    }
  }

  /// What moves from reserved to committed on one row.
  private record Shift(String promotionId, String leaseId) {}

  /// A call that waits. Its result is empty when it must be done alone.
  private abstract static sealed class Call<R> extends Batcher.Job<Optional<Written<R>>> {
    private @Nullable Written<R> written;

    /// Those of one key cannot be in one transaction.
    abstract String key();

    final void clear() {
      written = null;
    }

    final void tell(boolean onDisk) {
      complete(onDisk ? Optional.ofNullable(written) : Optional.empty());
    }
  }

  private static final class Reserve extends Call<Reserved> {
    final Reservation asked;
    final String id;

    Reserve(Reservation asked, String id) {
      this.asked = asked;
      this.id = id;
    }

    @Override
    String key() {
      return "reserve " + asked.idempotencyKey();
    }
  }

  private static final class Commit extends Call<Redemption> {
    final String redemptionId;
    final String orderId;

    Commit(String redemptionId, String orderId) {
      this.redemptionId = redemptionId;
      this.orderId = orderId;
    }

    @Override
    String key() {
      return "commit " + redemptionId;
    }
  }

  /// Who is above a limit together with the others, and the promotions that are used up for all.
  private static final class Refusals {
    final Set<Reserve> calls = new HashSet<>();
    final Set<String> usedUp = new HashSet<>();

    void add(Counted row, Set<Reserve> concerned) {
      calls.addAll(concerned);
      if (row.userId().isEmpty()) {
        usedUp.add(row.promotionId());
      }
    }

    boolean isEmpty() {
      return calls.isEmpty();
    }
  }

  /// Some reservations are more than a limit allows together.
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refusals refusals;

    Refused(Refusals refusals) {
      super("above a limit together", null, false, false);
      this.refusals = refusals;
    }
  }

  private final Database database;
  private final Clock clock;
  private final Batcher<Call<?>> batcher;
  // Until when promotions are left to those who come alone.
  private final Map<String, Long> usedUp = new ConcurrentHashMap<>();

  RedemptionBatches(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
    this.batcher = new Batcher<>("ledger-writer", this::together);
  }

  /// The reservation, on disk, or nothing when it must be done alone.
  Optional<Written<Reserved>> reserve(Reservation asked) {
    if (asked.claims().isEmpty()
        || asked.claims().stream()
            .anyMatch(claim -> claim.needsCoupon() || isUsedUp(claim.promotionId()))) {
      return Optional.empty();
    }
    Reserve call = new Reserve(asked, Ledger.newId(clock.millis()));
    return batcher.run(call, call);
  }

  /// Whether a limit was reached just now, so that most would be refused.
  boolean isUsedUp(String promotionId) {
    Long until = usedUp.get(promotionId);
    if (until == null) {
      return false;
    }
    if (until > clock.millis()) {
      return true;
    }
    usedUp.remove(promotionId, until);
    return false;
  }

  /// The committed redemption, on disk, or nothing when it must be done alone.
  Optional<Written<Redemption>> commit(String redemptionId, String orderId) {
    Commit call = new Commit(redemptionId, orderId);
    return batcher.run(call, call);
  }

  private void together(List<Call<?>> calls) {
    // In the order of their keys, so that two servers do not wait for each other.
    Map<String, Call<?>> left = new TreeMap<>();
    for (Call<?> call : calls) {
      if (left.putIfAbsent(call.key(), call) != null) {
        call.tell(false);
      }
    }
    boolean onDisk = false;
    for (int round = 0; round < ROUNDS_MAX && !onDisk && !left.isEmpty(); round++) {
      List<Reserve> reserves = new ArrayList<>();
      List<Commit> commits = new ArrayList<>();
      for (Call<?> call : left.values()) {
        switch (call) {
          case Reserve reserve -> reserves.add(reserve);
          case Commit commit -> commits.add(commit);
        }
      }
      try {
        database.write(connection -> {
          write(connection, reserves, commits);
          return true;
        });
        onDisk = true;
      } catch (Refused refused) {
        long until = clock.millis() + USED_UP_MILLIS;
        refused.refusals.usedUp.forEach(id -> usedUp.put(id, until));
        for (Reserve call : refused.refusals.calls) {
          left.remove(call.key());
          call.tell(false);
        }
      } catch (RuntimeException e) {
        // Two servers in each other's way, or a database that is gone: alone each hears the truth.
        log.debug("{} calls are done one by one: {}", left.size(), e.toString());
        break;
      }
    }
    for (Call<?> call : left.values()) {
      call.tell(onDisk);
    }
  }

  private void write(Connection connection, List<Reserve> asked, List<Commit> commits)
      throws SQLException {
    long now = clock.millis();
    // What a round wrote that was undone since has not happened: by now somebody else may have
    // released what it committed.
    asked.forEach(Call::clear);
    commits.forEach(Call::clear);
    Map<Shift, Long> shifts = move(connection, commits, now);
    List<Reserve> reserves = asked;
    if (!asked.isEmpty()) {
      Set<String> inserted = insert(connection, asked, now);
      reserves = asked.stream().filter(call -> inserted.contains(call.id)).toList();
      Refusals refused = count(connection, reserves, shifts);
      if (!refused.isEmpty()) {
        throw new Refused(refused);
      }
    }
    shift(connection, shifts);
    for (Reserve call : reserves) {
      ((Call<Reserved>) call).written = written(call, now);
    }
  }

  // ---- Reservations ----

  private static Written<Reserved> written(Reserve job, long now) {
    Written<Reserved> written = new Written<>();
    for (Claim claim : job.asked.claims()) {
      written.change(claim.promotionId(), 1, claim.amountMinorUnits(), 0);
    }
    written.result = job.asked.granted(job.id, now);
    return written;
  }

  /// Writes the redemptions with their parts, and returns the ids of those whose keys are new.
  private static Set<String> insert(Connection connection, List<Reserve> jobs, long now)
      throws SQLException {
    record Part(String redemptionId, Claim claim, String leaseId) {}
    record Use(String redemptionId, String promotionId, String userId) {}
    List<Part> parts = new ArrayList<>();
    List<Use> people = new ArrayList<>();
    for (Reserve job : jobs) {
      for (Claim claim : job.asked.claims()) {
        LeaseStore.Lease lease = job.asked.taken().of(claim.promotionId());
        parts.add(new Part(job.id, claim, lease == null ? "" : lease.leaseId()));
        if (!job.asked.userId().isEmpty() && !isLimited(job, claim)) {
          people.add(new Use(job.id, claim.promotionId(), job.asked.userId()));
        }
      }
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "WITH fresh AS (INSERT INTO redemption (redemption_id, idempotency_key, request_hash,"
                + " user_id, state, currency, order_id, reserved_at_unix_ms, expires_at_unix_ms,"
                + " evaluation)"
                + " SELECT id, key, hash, user_id, ?, currency, '', ?, expires, evaluation"
                + " FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[],"
                + " ?::text[]) AS r (id, key, hash, user_id, currency, expires, evaluation)"
                + " ON CONFLICT (idempotency_key) DO NOTHING RETURNING redemption_id),"
                + " parts AS (INSERT INTO redemption_part (redemption_id, promotion_id,"
                + " amount_minor_units, returned_minor_units, day, lease_id)"
                + " SELECT p.id, p.promotion_id, p.amount, 0, p.day, p.lease_id"
                + " FROM unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[])"
                + " AS p (id, promotion_id, amount, day, lease_id)"
                + " WHERE p.id IN (SELECT redemption_id FROM fresh)),"
                // People without a limit are counted too, because limits can be set later.
                + " people AS (INSERT INTO promotion_usage (promotion_id, user_id, day,"
                + " redemptions, reserved_minor_units, committed_minor_units)"
                + " SELECT u.promotion_id, u.user_id, '', count(*), 0, 0"
                + " FROM unnest(?::text[], ?::text[], ?::text[]) AS u (id, promotion_id, user_id)"
                + " WHERE u.id IN (SELECT redemption_id FROM fresh)"
                + " GROUP BY u.promotion_id, u.user_id ORDER BY u.promotion_id, u.user_id"
                + COUNT
                + ")"
                + " SELECT redemption_id FROM fresh")) {
      insert.setInt(1, RedemptionState.REDEMPTION_STATE_RESERVED.getNumber());
      insert.setLong(2, now);
      insert.setArray(3, texts(connection, jobs, job -> job.id));
      insert.setArray(4, texts(connection, jobs, job -> job.asked.idempotencyKey()));
      insert.setArray(5, texts(connection, jobs, job -> job.asked.requestHash()));
      insert.setArray(6, texts(connection, jobs, job -> job.asked.userId()));
      insert.setArray(7, texts(connection, jobs, job -> job.asked.currency()));
      insert.setArray(8, longs(connection, jobs, job -> now + job.asked.hold().toMillis()));
      insert.setArray(9, texts(connection, jobs, job -> job.asked.evaluation()));
      insert.setArray(10, texts(connection, parts, Part::redemptionId));
      insert.setArray(11, texts(connection, parts, part -> part.claim().promotionId()));
      insert.setArray(12, longs(connection, parts, part -> part.claim().amountMinorUnits()));
      insert.setArray(
          13,
          texts(connection, parts, part -> part.claim().countsDays() ? part.claim().day() : ""));
      insert.setArray(14, texts(connection, parts, Part::leaseId));
      insert.setArray(15, texts(connection, people, Use::redemptionId));
      insert.setArray(16, texts(connection, people, Use::promotionId));
      insert.setArray(17, texts(connection, people, Use::userId));
      return ids(insert);
    }
  }

  /// Counts all claims against their limits, and returns those who must be taken alone; then
  /// nothing of this counts.
  ///
  /// @param shifts what is committed; what moved on rows that count is taken out of it
  private static Refusals count(Connection connection, List<Reserve> jobs, Map<Shift, Long> shifts)
      throws SQLException {
    Map<Counted, Sum> rows = new TreeMap<>(Counted.ORDER);
    Map<Counted, Set<Reserve>> concerned = new HashMap<>();
    Map<LeaseStore.Lease, Sum> leases =
        new TreeMap<>(
            Comparator.comparing(LeaseStore.Lease::promotionId)
                .thenComparing(LeaseStore.Lease::leaseId));
    Map<LeaseStore.Lease, Set<Reserve>> leased = new HashMap<>();
    for (Reserve job : jobs) {
      String user = job.asked.userId();
      for (Claim claim : job.asked.claims()) {
        Limits limits = claim.limits();
        String id = claim.promotionId();
        LeaseStore.Lease lease = job.asked.taken().of(id);
        if (lease != null) {
          leases
              .computeIfAbsent(lease, _ -> new Sum())
              .add(claim.amountMinorUnits(), Long.MAX_VALUE, Long.MAX_VALUE);
          leased.computeIfAbsent(lease, _ -> new HashSet<>()).add(job);
        } else {
          add(
              rows,
              concerned,
              job,
              new Counted(id, "", ""),
              claim.amountMinorUnits(),
              limits.getTotal(),
              limits.getBudgetMinorUnits());
        }
        if (isLimited(job, claim)) {
          add(rows, concerned, job, new Counted(id, user, ""), 0, limits.getPerPerson(), 0);
        }
        if (claim.countsDays()) {
          String day = claim.day();
          add(rows, concerned, job, new Counted(id, "", day), 0, limits.getPerDay(), 0);
          if (!user.isEmpty()) {
            add(
                rows,
                concerned,
                job,
                new Counted(id, user, day),
                0,
                limits.getPerPersonPerDay(),
                0);
          }
        }
      }
    }
    Refusals refused = new Refusals();
    rows.forEach((row, sum) -> {
      if (!sum.fits()) {
        refused.add(row, concerned.getOrDefault(row, Set.of()));
      }
    });
    if (refused.isEmpty()) {
      Map<Boolean, List<Counted>> byPerson =
          rows.keySet().stream().collect(Collectors.partitioningBy(row -> !row.userId().isEmpty()));
      countRows(
          connection, byPerson.getOrDefault(true, List.of()), rows, concerned, shifts, refused);
      if (refused.isEmpty()) {
        lock(connection, rows.keySet(), shifts.keySet());
        countRows(
            connection, byPerson.getOrDefault(false, List.of()), rows, concerned, shifts, refused);
      }
    }
    if (refused.isEmpty() && !leases.isEmpty()) {
      debit(connection, leases, leased, refused);
    }
    return refused;
  }

  /// Whether the person may redeem it a number of times only.
  private static boolean isLimited(Reserve job, Claim claim) {
    return !job.asked.userId().isEmpty() && claim.limits().getPerPerson() > 0;
  }

  private static void add(
      Map<Counted, Sum> rows,
      Map<Counted, Set<Reserve>> concerned,
      Reserve job,
      Counted row,
      long amount,
      long redemptionsMax,
      long budget) {
    rows.computeIfAbsent(row, _ -> new Sum())
        .add(amount, Ledger.orMax(redemptionsMax), Ledger.orMax(budget));
    concerned.computeIfAbsent(row, _ -> new HashSet<>()).add(job);
  }

  /// Locks the rows that others wait for in the order in which everybody takes them, where there
  /// are several and two statements that change them.
  private static void lock(Connection connection, Set<Counted> counted, Set<Shift> shifts)
      throws SQLException {
    Set<String> ids = new TreeSet<>();
    shifts.forEach(shift -> ids.add(shift.promotionId()));
    if (ids.isEmpty()) {
      return;
    }
    counted.forEach(row -> ids.add(row.promotionId()));
    if (ids.size() == 1) {
      return;
    }
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT promotion_id FROM promotion_usage WHERE promotion_id = ANY (?)"
                + " AND user_id = '' AND day = '' ORDER BY promotion_id FOR UPDATE")) {
      select.setArray(1, texts(connection, List.copyOf(ids), id -> id));
      ids(select);
    }
  }

  private static final String COUNT =
      " ON CONFLICT (promotion_id, user_id, day) DO UPDATE SET"
          + " redemptions = promotion_usage.redemptions + excluded.redemptions,"
          + " reserved_minor_units = promotion_usage.reserved_minor_units"
          + " + excluded.reserved_minor_units";
  private static final String NO_LEASE = "";

  private static void countRows(
      Connection connection,
      List<Counted> limited,
      Map<Counted, Sum> rows,
      Map<Counted, Set<Reserve>> concerned,
      Map<Shift, Long> shifts,
      Refusals refused)
      throws SQLException {
    if (limited.isEmpty()) {
      return;
    }
    try (PreparedStatement upsert =
        connection.prepareStatement(
            "INSERT INTO promotion_usage (promotion_id, user_id, day, redemptions,"
                + " reserved_minor_units, committed_minor_units) VALUES (?, ?, ?, ?, ?, 0)"
                + COUNT
                + " - ?, committed_minor_units = promotion_usage.committed_minor_units + ?"
                + " WHERE promotion_usage.redemptions <= ?"
                + " AND promotion_usage.reserved_minor_units"
                + " + promotion_usage.committed_minor_units <= ?")) {
      for (Counted row : limited) {
        Sum sum = rows.getOrDefault(row, new Sum());
        upsert.setString(1, row.promotionId());
        upsert.setString(2, row.userId());
        upsert.setString(3, row.day());
        upsert.setLong(4, sum.redemptions);
        upsert.setLong(5, sum.amount);
        // What is committed moves with the same statement.
        long committed =
            row.userId().isEmpty() && row.day().isEmpty()
                ? shifts.getOrDefault(new Shift(row.promotionId(), NO_LEASE), 0L)
                : 0;
        upsert.setLong(6, committed);
        upsert.setLong(7, committed);
        upsert.setLong(8, sum.redemptionsMax - sum.redemptions);
        upsert.setLong(9, sum.budget - sum.amount);
        upsert.addBatch();
      }
      int[] counts = upsert.executeBatch();
      for (int i = 0; i < counts.length; i++) {
        if (counts[i] != 1) {
          refused.add(limited.get(i), concerned.getOrDefault(limited.get(i), Set.of()));
        }
      }
      limited.stream()
          .filter(row -> row.userId().isEmpty() && row.day().isEmpty())
          .forEach(row -> shifts.remove(new Shift(row.promotionId(), NO_LEASE)));
    }
  }

  private static void debit(
      Connection connection,
      Map<LeaseStore.Lease, Sum> leases,
      Map<LeaseStore.Lease, Set<Reserve>> leased,
      Refusals refused)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE promotion_lease SET redemptions = redemptions + ?,"
                + " reserved_minor_units = reserved_minor_units + ?"
                + " WHERE lease_id = ? AND fence = ? AND open = 1"
                + " AND reserved_minor_units + committed_minor_units + ? <= granted_minor_units"
                + " AND redemptions + ? <= granted_redemptions")) {
      for (Map.Entry<LeaseStore.Lease, Sum> entry : leases.entrySet()) {
        Sum sum = entry.getValue();
        update.setLong(1, sum.redemptions);
        update.setLong(2, sum.amount);
        update.setString(3, entry.getKey().leaseId());
        update.setLong(4, entry.getKey().fence());
        update.setLong(5, sum.amount);
        update.setLong(6, sum.redemptions);
        update.addBatch();
      }
      int[] counts = update.executeBatch();
      int at = 0;
      for (LeaseStore.Lease lease : leases.keySet()) {
        if (counts[at++] != 1) {
          refused.calls.addAll(leased.getOrDefault(lease, Set.of()));
        }
      }
    }
  }

  // ---- Commits ----

  /// Moves what is reserved and not late to committed, and returns what that changes on the rows of
  /// promotions and leases.
  private static Map<Shift, Long> move(Connection connection, List<Commit> all, long now)
      throws SQLException {
    Map<Shift, Long> shifts =
        new TreeMap<>(Comparator.comparing(Shift::leaseId).thenComparing(Shift::promotionId));
    if (all.isEmpty()) {
      return shifts;
    }
    Map<String, Row> rows = rows(connection, all);
    List<Commit> calls = new ArrayList<>();
    for (Commit call : all) {
      Row row = rows.get(call.redemptionId);
      // What is late is given back, and what is not reserved refused, alone.
      if (row != null
          && row.redemption().getState() == RedemptionState.REDEMPTION_STATE_RESERVED
          && row.redemption().getExpiresAtUnixMs() > now) {
        calls.add(call);
      }
    }
    int[] moved = moveRows(connection, calls);
    for (int i = 0; i < moved.length; i++) {
      Commit call = calls.get(i);
      Row row = rows.get(call.redemptionId);
      if (row == null || moved[i] != 1) {
        continue;
      }
      Written<Redemption> written = new Written<>();
      for (RedemptionPart part : row.redemption().getPartsList()) {
        long amount = part.getAmountMinorUnits();
        shifts.merge(new Shift(part.getPromotionId(), row.leaseOf(part)), amount, Long::sum);
        written.change(part.getPromotionId(), 0, -amount, amount);
      }
      written.result =
          row.redemption().toBuilder()
              .setState(RedemptionState.REDEMPTION_STATE_COMMITTED)
              .setOrderId(call.orderId)
              .build();
      ((Call<Redemption>) call).written = written;
    }
    return shifts;
  }

  private static int[] moveRows(Connection connection, List<Commit> calls) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE redemption SET state = ?, order_id = ? WHERE redemption_id = ? AND state = ?")) {
      for (Commit call : calls) {
        update.setInt(1, RedemptionState.REDEMPTION_STATE_COMMITTED.getNumber());
        update.setString(2, call.orderId);
        update.setString(3, call.redemptionId);
        update.setInt(4, RedemptionState.REDEMPTION_STATE_RESERVED.getNumber());
        update.addBatch();
      }
      return update.executeBatch();
    }
  }

  /// The rows of promotions before their leases, as everybody who needs both takes them.
  private static void shift(Connection connection, Map<Shift, Long> shifts) throws SQLException {
    for (Map.Entry<Shift, Long> shift : shifts.entrySet()) {
      Ledger.shift(
          connection,
          shift.getKey().promotionId(),
          shift.getKey().leaseId(),
          0,
          -shift.getValue(),
          shift.getValue());
    }
  }

  private static Map<String, Row> rows(Connection connection, Collection<Commit> jobs)
      throws SQLException {
    Map<String, Redemption.Builder> redemptions = new HashMap<>();
    Map<String, Map<String, String>> days = new HashMap<>();
    Map<String, Map<String, String>> leases = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            // One look into the index for each: a plan that was made while the tables were empty
            // would read them whole for ever after.
            "SELECT f.* FROM unnest(?::text[]) AS d (id) CROSS JOIN LATERAL ("
                + "SELECT r.redemption_id, r.state, r.user_id, r.currency, r.expires_at_unix_ms,"
                + " r.order_id, p.promotion_id, p.amount_minor_units, p.returned_minor_units,"
                + " p.day, p.lease_id FROM redemption r JOIN redemption_part p"
                + " ON p.redemption_id = r.redemption_id WHERE r.redemption_id = d.id"
                + " ORDER BY p.promotion_id OFFSET 0) f")) {
      select.setArray(1, texts(connection, List.copyOf(jobs), job -> job.redemptionId));
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          String id = found.getString(1);
          Redemption.@Nullable Builder redemption = redemptions.get(id);
          if (redemption == null) {
            redemption =
                Redemption.newBuilder()
                    .setRedemptionId(id)
                    .setStateValue(found.getInt(2))
                    .setUserId(found.getString(3))
                    .setCurrency(found.getString(4))
                    .setExpiresAtUnixMs(found.getLong(5))
                    .setOrderId(found.getString(6));
            redemptions.put(id, redemption);
          }
          String promotionId = found.getString(7);
          redemption.addParts(
              RedemptionPart.newBuilder()
                  .setPromotionId(promotionId)
                  .setAmountMinorUnits(found.getLong(8))
                  .setReturnedMinorUnits(found.getLong(9)));
          days.computeIfAbsent(id, _ -> new HashMap<>()).put(promotionId, found.getString(10));
          leases.computeIfAbsent(id, _ -> new HashMap<>()).put(promotionId, found.getString(11));
        }
      }
    }
    Map<String, Row> rows = new HashMap<>();
    redemptions.forEach((id, redemption) ->
        rows.put(
            id,
            new Row(
                redemption.build(),
                days.getOrDefault(id, Map.of()),
                leases.getOrDefault(id, Map.of()))));
    return rows;
  }

  // ---- Arrays ----

  private static Set<String> ids(PreparedStatement returning) throws SQLException {
    Set<String> ids = new HashSet<>();
    try (ResultSet rows = returning.executeQuery()) {
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
    }
    return ids;
  }

  private static <Q> Array texts(Connection connection, List<Q> from, Function<Q, String> text)
      throws SQLException {
    return connection.createArrayOf("text", from.stream().map(text).toArray());
  }

  private static <Q> Array longs(Connection connection, List<Q> from, Function<Q, Long> number)
      throws SQLException {
    return connection.createArrayOf("bigint", from.stream().map(number).toArray());
  }

  @Override
  public void close() {
    batcher.close();
  }
}
