// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.promotion.v1.Limits;
import dev.proffer.proto.promotion.v1.Redemption;
import dev.proffer.proto.promotion.v1.WalletCoupon;
import dev.proffer.ranker.coupon.CouponBook;
import dev.proffer.ranker.coupon.CouponKey;
import dev.proffer.ranker.promotion.ManualClock;
import dev.proffer.runtime.failure.ProfferException;
import dev.proffer.runtime.sql.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CouponTest {
  private static final long NOW = 1_795_334_400_000L;

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock(NOW);
  private Database database;
  private CouponBook coupons;
  private Ledger ledger;
  private int keys;

  @BeforeEach
  void start() {
    database = Database.sqlite(folder.resolve("ranker.db"));
    coupons =
        new CouponBook(
            database, CouponKey.load(folder.resolve("coupon.key")), clock, new SecureRandom());
    ledger = new Ledger(database, clock, coupons);
  }

  @AfterEach
  void stop() {
    ledger.close();
    database.close();
  }

  @Test
  void codesHaveEightyBitsAndAreNotKeptInTheClear() throws Exception {
    CouponBook.Batch batch = unique(500, 0, false);

    assertThat(new HashSet<>(batch.codes())).hasSize(500);
    assertThat(batch.codes())
        .allMatch(code -> code.matches("([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}"));
    stop();
    String stored =
        Files.readString(folder.resolve("ranker.db"), java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(stored).doesNotContain(batch.codes().getFirst());
    assertThat(stored).doesNotContain(batch.codes().getFirst().replace("-", ""));
    start();
    assertThat(coupons.ofCode(batch.codes().getFirst(), "u", NOW)).containsExactly("p");
  }

  @Test
  void aRetryMakesNoSecondBatchAndShowsNoCodes() {
    CouponBook.Batch first = coupons.create("key", "hash", "p", 3, "", false, 0);
    CouponBook.Batch again = coupons.create("key", "hash", "p", 3, "", false, 0);

    assertThat(again.batchId()).isEqualTo(first.batchId());
    assertThat(again.codes()).isEmpty();
  }

  @Test
  void aUniqueCodeIsUsedOnceAndComesBackWithItsReservation() {
    String code = unique(1, 0, false).codes().getFirst();

    Redemption redemption = redeem("u", code.toLowerCase(java.util.Locale.ROOT));
    assertThat(coupons.ofCode(code, "u", NOW)).isEmpty();
    assertThat(refusal(() -> redeem("v", code)).metadata()).containsEntry("limit", "coupon");

    ledger.release(redemption.getRedemptionId());
    assertThat(coupons.ofCode(code, "v", NOW)).containsExactly("p");
  }

  @Test
  void aCodeOfSomebodyElseIsUnknownUnlessItMayBePassedOn() {
    CouponBook.Batch own = unique(1, 0, false);
    CouponBook.Batch gift = unique(1, 0, true);
    coupons.assign(own.batchId(), List.of("ann"));
    coupons.assign(gift.batchId(), List.of("ann"));

    assertThat(coupons.ofCode(own.codes().getFirst(), "bob", NOW)).isEmpty();
    assertThat(coupons.ofCode(own.codes().getFirst(), "ann", NOW)).containsExactly("p");
    assertThat(coupons.ofCode(gift.codes().getFirst(), "bob", NOW)).containsExactly("p");
    assertThat(coupons.ofWallet("ann", NOW)).containsExactly("p");
    assertThat(coupons.ofWallet("bob", NOW)).isEmpty();
  }

  @Test
  void aCouponEndsAtItsMillisecond() {
    String code = unique(1, NOW + 1_000, false).codes().getFirst();

    assertThat(coupons.ofCode(code, "u", NOW + 999)).containsExactly("p");
    assertThat(coupons.ofCode(code, "u", NOW + 1_000)).isEmpty();
  }

  @Test
  void aSharedCodeServesEachPersonOnceAndNoMorePeopleThanItsBatch() {
    coupons.create("shared", "h", "p", 2, "SPRING", false, 0);

    redeem("ann", "spring");
    assertThat(refusal(() -> redeem("ann", "SPRING")).metadata()).containsEntry("limit", "coupon");
    redeem("bob", "SPRING");
    assertThat(coupons.ofCode("SPRING", "cy", NOW)).isEmpty();
    assertThat(coupons.ofCode("SPRING", "", NOW)).isEmpty();
  }

  @Test
  void aBatchIsAssignedOncePerPersonAndAllOrNothing() {
    CouponBook.Batch batch = unique(3, 0, false);

    assertThat(coupons.assign(batch.batchId(), List.of("ann", "bob", "ann")))
        .isEqualTo(new CouponBook.Assigned(2, 0));
    assertThat(coupons.assign(batch.batchId(), List.of("ann", "cy")))
        .isEqualTo(new CouponBook.Assigned(1, 1));
    assertThat(refusal(() -> coupons.assign(batch.batchId(), List.of("dee"))).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_LIMIT_REACHED);
  }

  @Test
  void aWalletListsWhatEndsFirstInFrontPageByPage() {
    coupons.assign(unique(1, 0, false).batchId(), List.of("ann"));
    coupons.assign(unique(1, NOW + 2_000, false).batchId(), List.of("ann"));
    coupons.assign(unique(1, NOW + 1_000, false).batchId(), List.of("ann"));

    CouponBook.Page first = coupons.wallet("ann", 2, "");
    CouponBook.Page second = coupons.wallet("ann", 2, first.nextToken());

    assertThat(first.coupons())
        .extracting(WalletCoupon::getExpiresAtUnixMs)
        .containsExactly(NOW + 1_000, NOW + 2_000);
    assertThat(second.coupons()).extracting(WalletCoupon::getExpiresAtUnixMs).containsExactly(0L);
    assertThat(second.nextToken()).isEmpty();
  }

  @Test
  void wrongCodesMayBeTriedAFewTimesOnlyButTheSameOneAgainAndAgain() {
    String right = unique(1, 0, false).codes().getFirst();
    for (int i = 0; i < 100; i++) {
      assertThat(coupons.ofCode("WRONG", "eve", NOW)).isEmpty();
    }
    for (int i = 0; i < 9; i++) {
      assertThat(coupons.ofCode("GUESS" + i, "eve", NOW)).isEmpty();
    }

    assertThat(refusal(() -> coupons.ofCode("GUESS9", "eve", NOW)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_CODE_REFUSED);
    assertThat(coupons.ofCode(right, "ann", NOW)).containsExactly("p");
    clock.advance(60_000);
    assertThat(coupons.ofCode(right, "eve", NOW)).containsExactly("p");
  }

  @Test
  void manyThreadsUseOneCodeOnce() throws Exception {
    String code = unique(1, 0, false).codes().getFirst();
    AtomicInteger used = new AtomicInteger();
    try (ExecutorService pool = Executors.newFixedThreadPool(16)) {
      for (int i = 0; i < 200; i++) {
        String key = "race-" + i;
        pool.submit(() -> {
          ledger.reserve(key, key, key, "CNY", List.of(claim(code)), Duration.ofMinutes(1), "");
          used.incrementAndGet();
        });
      }
    }
    assertThat(used.get()).isEqualTo(1);
  }

  private CouponBook.Batch unique(int count, long expires, boolean transferable) {
    String key = "batch-" + keys++;
    return coupons.create(key, key, "p", count, "", transferable, expires);
  }

  private Redemption redeem(String userId, String code) {
    String key = "redeem-" + keys++;
    return ledger
        .reserve(key, key, userId, "CNY", List.of(claim(code)), Duration.ofMinutes(1), "")
        .redemption();
  }

  private static Claim claim(String code) {
    return new Claim("p", 100, Limits.getDefaultInstance(), "2026-11-22", true, List.of(code));
  }

  private static ProfferException refusal(Runnable call) {
    return catchThrowableOfType(ProfferException.class, call::run);
  }
}
