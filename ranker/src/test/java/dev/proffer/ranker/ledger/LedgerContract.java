// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.Redemption;
import dev.proffer.proto.promotion.v1.RedemptionState;
import dev.proffer.proto.promotion.v1.ReturnPart;
import dev.proffer.ranker.promotion.ManualClock;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a ledger keeps, whichever database it writes to.
abstract class LedgerContract {
  private static final String DAY = "2026-11-22";
  private static final Duration HOLD = Duration.ofMinutes(15);

  private final ManualClock clock = new ManualClock(1_795_334_400_000L);
  private Database database;
  private Ledger ledger;
  private int keys;

  /// An empty database.
  abstract Database open() throws Exception;

  /// How many attempts the concurrency test makes.
  abstract int attempts();

  /// Leases for the ledger, or null for one without.
  @Nullable Leases leases(ManualClock clock) throws Exception {
    return null;
  }

  @BeforeEach
  void start() throws Exception {
    database = open();
    ledger = new Ledger(database, clock, null, leases(clock));
  }

  @AfterEach
  void stop() {
    ledger.close();
    database.close();
  }

  @Test
  void aReservationHoldsBudgetUntilItIsCommitted() {
    Redemption reserved = reserve("u", claim("p", 300, budget(1_000)));
    assertThat(ledger.totals("p")).isEqualTo(new Ledger.Totals(1, 300, 0));

    Redemption committed = ledger.commit(reserved.getRedemptionId(), "order-1");

    assertThat(committed.getState()).isEqualTo(RedemptionState.REDEMPTION_STATE_COMMITTED);
    assertThat(ledger.totals("p")).isEqualTo(new Ledger.Totals(1, 0, 300));
    assertThat(ledger.get(reserved.getRedemptionId())).isEqualTo(committed);
    assertThat(ledger.isRedeemed("p")).isTrue();
    assertThat(ledger.isRedeemed("q")).isFalse();
  }

  @Test
  void aRetryGetsTheFirstAnswerAndCountsOnce() {
    List<Claim> claims = List.of(claim("p", 300, budget(1_000)));
    Ledger.Reserved first = ledger.reserve("key", "hash", "u", "CNY", claims, HOLD, "prices");
    Ledger.Reserved again = ledger.reserve("key", "hash", "u", "CNY", claims, HOLD, "others");

    assertThat(again.redemption()).isEqualTo(first.redemption());
    assertThat(again.evaluation()).isEqualTo("prices");
    assertThat(ledger.totals("p").redemptions()).isEqualTo(1);
    assertThat(refusal(() -> ledger.reserve("key", "other", "u", "CNY", claims, HOLD, "")).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_IDEMPOTENCY_CONFLICT);
  }

  @Test
  void allPromotionsAreReservedOrNone() {
    ProfferException refused =
        refusal(() ->
            reserve(
                "u",
                claim("a", 100, budget(1_000)),
                claim("b", 600, budget(500)),
                claim("c", 100, budget(1_000))));

    assertThat(refused.reason()).isEqualTo(ErrorReason.ERROR_REASON_BUDGET_EXHAUSTED);
    assertThat(refused.metadata()).containsEntry("promotion_id", "b");
    assertThat(ledger.totals("a")).isEqualTo(Ledger.Totals.NONE);
    assertThat(ledger.totals("c")).isEqualTo(Ledger.Totals.NONE);
  }

  @Test
  void eachLimitIsKeptAndNamed() {
    Limits perPerson = Limits.newBuilder().setPerPerson(2).build();
    reserve("u", claim("person", 1, perPerson));
    reserve("u", claim("person", 1, perPerson));
    reserve("v", claim("person", 1, perPerson));
    assertThat(limit(() -> reserve("u", claim("person", 1, perPerson)))).isEqualTo("per_person");

    Limits perDay = Limits.newBuilder().setPerDay(1).build();
    reserve("u", claim("day", 1, perDay));
    assertThat(limit(() -> reserve("v", claim("day", 1, perDay)))).isEqualTo("per_day");
    reserve("v", new Claim("day", 1, perDay, "2026-11-23"));

    Limits perPersonPerDay = Limits.newBuilder().setPerPersonPerDay(1).build();
    reserve("u", claim("both", 1, perPersonPerDay));
    reserve("v", claim("both", 1, perPersonPerDay));
    assertThat(limit(() -> reserve("u", claim("both", 1, perPersonPerDay))))
        .isEqualTo("per_person_per_day");

    Limits total = Limits.newBuilder().setTotal(1).build();
    reserve("u", claim("total", 1, total));
    assertThat(limit(() -> reserve("v", claim("total", 1, total)))).isEqualTo("total");
  }

  @Test
  void somebodyUnknownCannotUseWhatIsLimitedPerPerson() {
    ProfferException refused =
        refusal(() -> reserve("", claim("p", 1, Limits.newBuilder().setPerPerson(1).build())));

    assertThat(refused.violations().getFirst().field()).isEqualTo("person.user_id");
  }

  @Test
  void aReleaseGivesEverythingBackOnce() {
    Limits limits =
        Limits.newBuilder().setPerPerson(1).setPerDay(1).setBudgetMinorUnits(300).build();
    Redemption reserved = reserve("u", claim("p", 300, limits));

    ledger.release(reserved.getRedemptionId());
    ledger.release(reserved.getRedemptionId());

    assertThat(ledger.totals("p")).isEqualTo(new Ledger.Totals(0, 0, 0));
    Redemption again = reserve("u", claim("p", 300, limits));
    assertThat(refusal(() -> ledger.commit(reserved.getRedemptionId(), "o")).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_REDEMPTION_STATE);
    assertThat(ledger.commit(again.getRedemptionId(), "o").getOrderId()).isEqualTo("o");
  }

  @Test
  void aCommitTwiceIsOneAndToAnotherOrderIsRefused() {
    Redemption reserved = reserve("u", claim("p", 300, budget(1_000)));
    ledger.commit(reserved.getRedemptionId(), "order-1");
    ledger.commit(reserved.getRedemptionId(), "order-1");

    assertThat(ledger.totals("p")).isEqualTo(new Ledger.Totals(1, 0, 300));
    assertThat(refusal(() -> ledger.commit(reserved.getRedemptionId(), "order-2")).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_REDEMPTION_STATE);
    assertThat(refusal(() -> ledger.release(reserved.getRedemptionId())).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_REDEMPTION_STATE);
  }

  @Test
  void whatIsNotCommittedInTimeIsGivenBack() {
    Redemption swept = reserve("u", claim("p", 300, budget(1_000)));
    Redemption late = reserve("u", claim("p", 400, budget(1_000)));
    clock.advance(HOLD.toMillis());

    ProfferException refused = refusal(() -> ledger.commit(late.getRedemptionId(), "o"));
    ledger.sweep();

    assertThat(refused.metadata()).containsEntry("state", "EXPIRED");
    assertThat(ledger.get(swept.getRedemptionId()).getState())
        .isEqualTo(RedemptionState.REDEMPTION_STATE_EXPIRED);
    assertThat(ledger.totals("p")).isEqualTo(new Ledger.Totals(0, 0, 0));
  }

  @Test
  void partialReturnsGiveBackWhatTheySayAndNeverMore() {
    Redemption reserved = reserve("u", claim("p", 300, budget(300)));
    ledger.commit(reserved.getRedemptionId(), "o");
    String id = reserved.getRedemptionId();

    ledger.giveBack(id, "return-1", "h1", List.of(part("p", 100)));
    ledger.giveBack(id, "return-1", "h1", List.of(part("p", 100)));
    assertThat(ledger.totals("p")).isEqualTo(new Ledger.Totals(1, 0, 200));

    ProfferException tooMuch =
        refusal(() -> ledger.giveBack(id, "return-2", "h2", List.of(part("p", 201))));
    assertThat(tooMuch.violations().getFirst().field()).isEqualTo("parts[0].amount_minor_units");
    ProfferException stranger =
        refusal(() -> ledger.giveBack(id, "return-3", "h3", List.of(part("q", 1))));
    assertThat(stranger.violations().getFirst().field()).isEqualTo("parts[0].promotion_id");

    Redemption whole = ledger.giveBack(id, "return-4", "h4", List.of(part("p", 200)));
    assertThat(whole.getParts(0).getReturnedMinorUnits()).isEqualTo(300);
    assertThat(ledger.totals("p")).isEqualTo(new Ledger.Totals(0, 0, 0));
  }

  @Test
  void callsInAnyOrderAndAgainEndInOneState() {
    Redemption first = reserve("u", claim("p", 300, budget(1_000)));
    String id = first.getRedemptionId();
    // A return before the commit, a release after it, and both again.
    assertThat(refusal(() -> ledger.giveBack(id, "r", "h", List.of(part("p", 100)))).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_REDEMPTION_STATE);
    ledger.commit(id, "o");
    ledger.giveBack(id, "r", "h", List.of(part("p", 100)));
    assertThat(refusal(() -> ledger.release(id)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_REDEMPTION_STATE);
    ledger.giveBack(id, "r", "h", List.of(part("p", 100)));
    ledger.commit(id, "o");
    assertThat(refusal(() -> ledger.giveBack(id, "r", "other", List.of(part("p", 200)))).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_IDEMPOTENCY_CONFLICT);

    assertThat(ledger.totals("p")).isEqualTo(new Ledger.Totals(1, 0, 200));
    assertThat(ledger.get(id).getParts(0).getReturnedMinorUnits()).isEqualTo(100);
  }

  @Test
  void aClockThatJumpsGivesNothingBackTwice() {
    Redemption reserved = reserve("u", claim("p", 300, budget(1_000)));
    Redemption other = reserve("u", claim("p", 100, budget(1_000)));
    // Back by a day: what is reserved stays so, and may be committed.
    clock.advance(-86_400_000);
    ledger.sweep();
    ledger.commit(other.getRedemptionId(), "o");
    assertThat(ledger.totals("p")).isEqualTo(new Ledger.Totals(2, 300, 100));
    // Ahead by two days: the reservation is over, once; the commit stays.
    clock.advance(2 * 86_400_000L);
    ledger.sweep();
    ledger.sweep();
    clock.advance(-86_400_000);
    ledger.sweep();

    assertThat(ledger.totals("p")).isEqualTo(new Ledger.Totals(1, 0, 100));
    assertThat(refusal(() -> ledger.commit(reserved.getRedemptionId(), "o")).metadata())
        .containsEntry("state", "EXPIRED");
  }

  @Test
  void aReturnOfManyPartsIsGivenBackWholeOrNotAtAll() {
    Redemption reserved = reserve("u", claim("a", 300, budget(300)), claim("b", 50, budget(100)));
    String id = reserved.getRedemptionId();
    ledger.commit(id, "o");

    ProfferException refused =
        refusal(() -> ledger.giveBack(id, "r", "h", List.of(part("a", 100), part("b", 51))));

    assertThat(refused.violations().getFirst().field()).isEqualTo("parts[1].amount_minor_units");
    assertThat(ledger.totals("a").committedMinorUnits()).isEqualTo(300);
    assertThat(ledger.get(id).getParts(0).getReturnedMinorUnits()).isZero();
  }

  @Test
  void anUnknownRedemptionIsNotFound() {
    assertThat(refusal(() -> ledger.commit("nothing", "o")).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_UNKNOWN_REDEMPTION);
  }

  @Test
  void aHundredThreadsNeverSpendMoreThanTheBudgetNorRedeemAboveALimit() throws Exception {
    int attempts = attempts();
    int threads = 100;
    long budget = attempts * 20L;
    Limits limits =
        Limits.newBuilder().setBudgetMinorUnits(budget).setPerPerson(3).setTotal(attempts).build();
    AtomicInteger next = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    AtomicLong held = new AtomicLong();
    AtomicLong committed = new AtomicLong();
    long start = System.nanoTime();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> done = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        done.add(
            pool.submit(() -> {
              for (int n = next.getAndIncrement(); n < attempts; n = next.getAndIncrement()) {
                attempt(n, limits, refused, held, committed);
              }
            }));
      }
      for (Future<?> one : done) {
        one.get();
      }
    }

    Ledger.Totals totals = ledger.totals("hot");
    System.out.printf(
        "%s: %,d attempts in %.1f s, %,d refused, committed %,d and held %,d of %,d%n",
        database.engine(),
        attempts,
        (System.nanoTime() - start) / 1e9,
        refused.get(),
        committed.get(),
        held.get(),
        budget);
    assertThat(totals.spentMinorUnits()).isLessThanOrEqualTo(budget);
    assertThat(totals.committedMinorUnits()).isEqualTo(committed.get());
    assertThat(totals.reservedMinorUnits()).isEqualTo(held.get());
    assertThat(refused.get()).isPositive();
    assertThat(mostRedemptionsOfOnePerson()).isLessThanOrEqualTo(3);
  }

  /// Reserves, then commits, releases or leaves it held. One in ten calls is sent twice.
  private void attempt(
      int n, Limits limits, AtomicInteger refused, AtomicLong held, AtomicLong committed) {
    Random random = new Random(n);
    String user = "user-" + random.nextInt(attempts() / 4);
    long amount = 10 + random.nextInt(90);
    List<Claim> claims = List.of(claim("hot", amount, limits));
    String key = "k-" + n;
    try {
      Redemption redemption = ledger.reserve(key, key, user, "CNY", claims, HOLD, "").redemption();
      if (random.nextInt(10) == 0) {
        assertThat(ledger.reserve(key, key, user, "CNY", claims, HOLD, "").redemption())
            .isEqualTo(redemption);
      }
      String id = redemption.getRedemptionId();
      switch (random.nextInt(3)) {
        case 0 -> ledger.release(id);
        case 1 -> {
          ledger.commit(id, "o" + n);
          committed.addAndGet(amount);
        }
        default -> held.addAndGet(amount);
      }
    } catch (ProfferException e) {
      refused.incrementAndGet();
    }
  }

  private long mostRedemptionsOfOnePerson() {
    return database.read(connection -> {
      try (var statement = connection.createStatement();
          var rows =
              statement.executeQuery(
                  "SELECT MAX(redemptions) FROM promotion_usage WHERE user_id <> ''")) {
        return rows.next() ? rows.getLong(1) : 0L;
      }
    });
  }

  // ---- Helpers ----

  private Redemption reserve(String userId, Claim... claims) {
    String key = "key-" + keys++;
    return ledger.reserve(key, key, userId, "CNY", List.of(claims), HOLD, "").redemption();
  }

  private static Claim claim(String promotionId, long amount, Limits limits) {
    return new Claim(promotionId, amount, limits, DAY);
  }

  private static Limits budget(long minorUnits) {
    return Limits.newBuilder().setBudgetMinorUnits(minorUnits).build();
  }

  private static ReturnPart part(String promotionId, long amount) {
    return ReturnPart.newBuilder().setPromotionId(promotionId).setAmountMinorUnits(amount).build();
  }

  private static ProfferException refusal(Runnable call) {
    return catchThrowableOfType(ProfferException.class, call::run);
  }

  private static String limit(Runnable call) {
    return refusal(call).metadata().getOrDefault("limit", "");
  }
}
