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
    assertThat(coupons.ofCode(batch.codes().getFirst(), "u", NOW, false)).containsExactly("p");
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
    assertThat(coupons.ofCode(code, "u", NOW, false)).isEmpty();
    assertThat(refusal(() -> redeem("v", code)).metadata()).containsEntry("limit", "coupon");

    ledger.release(redemption.getRedemptionId());
    assertThat(coupons.ofCode(code, "v", NOW, false)).containsExactly("p");
  }

  @Test
  void aCodeOfSomebodyElseIsUnknownUnlessItMayBePassedOn() {
    CouponBook.Batch own = unique(1, 0, false);
    CouponBook.Batch gift = unique(1, 0, true);
    coupons.assign(own.batchId(), List.of("ann"));
    coupons.assign(gift.batchId(), List.of("ann"));

    assertThat(coupons.ofCode(own.codes().getFirst(), "bob", NOW, false)).isEmpty();
    assertThat(coupons.ofCode(own.codes().getFirst(), "ann", NOW, false)).containsExactly("p");
    assertThat(coupons.ofCode(gift.codes().getFirst(), "bob", NOW, false)).containsExactly("p");
    assertThat(coupons.ofWallet("ann", NOW)).containsExactly("p");
    assertThat(coupons.ofWallet("bob", NOW)).isEmpty();
  }

  @Test
  void aCouponEndsAtItsMillisecond() {
    String code = unique(1, NOW + 1_000, false).codes().getFirst();

    assertThat(coupons.ofCode(code, "u", NOW + 999, false)).containsExactly("p");
    assertThat(coupons.ofCode(code, "u", NOW + 1_000, false)).isEmpty();
  }

  @Test
  void aSharedCodeServesEachPersonOnceAndNoMorePeopleThanItsBatch() {
    coupons.create("shared", "h", "p", 2, "SPRING", false, 0);

    redeem("ann", "spring");
    assertThat(refusal(() -> redeem("ann", "SPRING")).metadata()).containsEntry("limit", "coupon");
    redeem("bob", "SPRING");
    assertThat(coupons.ofCode("SPRING", "cy", NOW, false)).isEmpty();
    assertThat(coupons.ofCode("SPRING", "", NOW, false)).isEmpty();
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
      assertThat(coupons.ofCode("WRONG", "eve", NOW, false)).isEmpty();
    }
    for (int i = 0; i < 9; i++) {
      assertThat(coupons.ofCode("GUESS" + i, "eve", NOW, false)).isEmpty();
    }

    assertThat(refusal(() -> coupons.ofCode("GUESS9", "eve", NOW, false)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_CODE_REFUSED);
    assertThat(coupons.ofCode(right, "ann", NOW, false)).containsExactly("p");
    clock.advance(60_000);
    assertThat(coupons.ofCode(right, "eve", NOW, false)).containsExactly("p");
  }

  @Test
  void aTransferableCouponGoesToOneOtherPersonAndOthersStay() {
    coupons.assign(unique(1, 0, true).batchId(), List.of("ann"));
    coupons.assign(unique(1, 0, false).batchId(), List.of("ann"));
    String gift = couponOf("ann", true);
    String own = couponOf("ann", false);

    coupons.transfer(gift, "ann", "bob");
    coupons.transfer(gift, "ann", "bob");

    assertThat(couponOf("bob", true)).isEqualTo(gift);
    assertThat(coupons.ofWallet("bob", NOW)).containsExactly("p");
    assertThat(refusal(() -> coupons.transfer(own, "ann", "bob")).getMessage())
        .contains("not transferable");
    // What is not theirs, used or made up has one answer.
    ProfferException foreign = refusal(() -> coupons.transfer(gift, "eve", "cy"));
    ProfferException unknown = refusal(() -> coupons.transfer("no-such-coupon", "eve", "cy"));
    assertThat(foreign.getMessage()).isEqualTo(unknown.getMessage());
    assertThat(foreign.reason()).isEqualTo(unknown.reason());
    assertThat(foreign.metadata()).isEqualTo(unknown.metadata());
  }

  @Test
  void nobodyGetsASecondCouponOfABatchByTransfer() {
    CouponBook.Batch batch = unique(2, 0, true);
    coupons.assign(batch.batchId(), List.of("ann", "bob"));

    assertThat(refusal(() -> coupons.transfer(couponOf("ann", true), "ann", "bob")).getMessage())
        .contains("to_user_id");
  }

  private String couponOf(String userId, boolean transferable) {
    return coupons.wallet(userId, 10, "").coupons().stream()
        .filter(coupon -> coupon.getTransferable() == transferable)
        .findFirst()
        .orElseThrow()
        .getCouponId();
  }

  @Test
  void whatEndsSoonIsListedOnceInOrderPageByPage() {
    CouponBook.Batch soon = unique(3, NOW + 2_000, false);
    CouponBook.Batch sooner = unique(1, NOW + 1_000, false);
    CouponBook.Batch withPromotion = unique(1, 0, false);
    coupons.assign(soon.batchId(), List.of("ann", "bob", "cy"));
    coupons.assign(sooner.batchId(), List.of("dee"));
    coupons.assign(withPromotion.batchId(), List.of("eve"));
    coupons.assign(unique(1, NOW + 10_000, false).batchId(), List.of("late"));
    coupons.assign(unique(1, NOW, false).batchId(), List.of("over"));
    redeemFromWallet("bob");

    List<String> users = new java.util.ArrayList<>();
    String token = "";
    do {
      CouponBook.Expiring page = coupons.expiring(NOW + 5_000, _ -> NOW + 3_000, 1, token);
      page.coupons().forEach(coupon -> users.add(coupon.getUserId()));
      token = page.nextToken();
    } while (!token.isEmpty());

    assertThat(users.getFirst()).isEqualTo("dee");
    assertThat(users.subList(1, 3)).containsExactlyInAnyOrder("ann", "cy");
    // Hers ends with the promotion, and that of the late one does so too.
    assertThat(users.subList(3, users.size())).containsExactlyInAnyOrder("eve", "late");
    assertThat(coupons.expiring(NOW + 5_000, _ -> 0, 10, "").coupons()).isEmpty();
  }

  private void redeemFromWallet(String userId) {
    String key = "wallet-" + keys++;
    ledger.reserve(
        key,
        key,
        userId,
        "CNY",
        List.of(new Claim("p", 100, Limits.getDefaultInstance(), "2026-11-22", true, List.of())),
        Duration.ofMinutes(1),
        "");
  }

  @Test
  void aWrongTryIsCountedWhateverIsWrongWithTheCode() {
    String foreign = unique(1, 0, false).codes().getFirst();
    String expired = unique(1, NOW - 1, false).codes().getFirst();
    CouponBook.Batch others = unique(1, 0, false);
    coupons.assign(others.batchId(), List.of("ann"));
    redeem("ann", foreign);
    for (String code : List.of(foreign, expired, others.codes().getFirst(), "UNKNOWN")) {
      assertThat(coupons.ofCode(code, "eve", NOW, false)).isEmpty();
    }
    // Four tries are gone, so six are left of ten in a minute.
    for (int i = 0; i < 6; i++) {
      assertThat(coupons.ofCode("GUESS" + i, "eve", NOW, false)).isEmpty();
    }
    assertThat(refusal(() -> coupons.ofCode("GUESS6", "eve", NOW, false)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_CODE_REFUSED);
    // The code of a promotion that she may use is no guess.
    assertThat(coupons.ofCode("PUBLIC", "eve", NOW, true)).isEmpty();
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
