// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.planning;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.promotion.v1.ApplyPromotionsRequest;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.proto.promotion.v1.DecideOfferRequest;
import dev.proffer.proto.promotion.v1.DecideOfferResponse;
import dev.proffer.proto.promotion.v1.EvaluateCartRequest;
import dev.proffer.proto.promotion.v1.EvaluateCartResponse;
import dev.proffer.proto.promotion.v1.ListOffersRequest;
import dev.proffer.proto.promotion.v1.Offer;
import dev.proffer.proto.promotion.v1.Person;
import dev.proffer.proto.promotion.v1.PlanningServiceGrpc;
import dev.proffer.proto.promotion.v1.PreviewPromotionsRequest;
import dev.proffer.proto.promotion.v1.PromotionRefusal;
import dev.proffer.proto.promotion.v1.PromotionServiceGrpc;
import dev.proffer.proto.promotion.v1.RefusalReason;
import dev.proffer.ranker.promotion.ManualClock;
import dev.proffer.runtime.sql.Database;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What campaigns give and keep, whichever database it is in.
abstract class CampaignsContract {
  private static final long BUDGET = 30_000;
  private static final String CAMPAIGN =
      """
      promotions:
        - promotion_id: kitchen-20
          type: PERCENT_OFF
          names: {en: kitchen}
          currency: CNY
          applies_to: {categories: [kitchen]}
          action: {percent_off: {basis_points: 2000}}
          limits: {budget_minor_units: 30000}
          campaign_id: spring
        - promotion_id: kitchen-10
          type: PERCENT_OFF
          names: {en: kitchen}
          currency: CNY
          applies_to: {categories: [kitchen]}
          action: {percent_off: {basis_points: 1000}}
          limits: {budget_minor_units: 30000}
          campaign_id: spring
      """;

  private static final SmallShop SHOP = new SmallShop(-3.5, -1, 7);

  private final ManualClock clock = new ManualClock(SmallShop.END);
  private final List<Server> servers = new ArrayList<>();
  private final Set<String> heldOut = ConcurrentHashMap.newKeySet();

  /// The database of this test.
  abstract Database open() throws Exception;

  /// The database as a second server opens it.
  Database openBeside(Database first) throws Exception {
    return open();
  }

  /// A server with everything that decides campaigns.
  private final class Server {
    final PlanningServer running;
    final PromotionServiceGrpc.PromotionServiceBlockingStub shop;
    final PlanningServiceGrpc.PlanningServiceBlockingStub planning;

    Server(Database opened) throws Exception {
      running = new PlanningServer(opened, SHOP, heldOut::contains, clock);
      shop = running.shop;
      planning = running.planning;
      servers.add(this);
    }

    /// The offer of a person, as a cart prices it; empty for none.
    String offer(String user) {
      EvaluateCartResponse priced = cart(user);
      return priced.getAppliedCount() == 0 ? "" : priced.getApplied(0).getPromotionId();
    }

    EvaluateCartResponse cart(String user) {
      return shop.evaluateCart(
          EvaluateCartRequest.newBuilder()
              .setPerson(Person.newBuilder().setUserId(user))
              .setCart(
                  Cart.newBuilder()
                      .addLines(CartLine.newBuilder().setItemId("knife-1").setQuantity(1)))
              .setExplain(true)
              .build());
    }

    DecideOfferResponse decide(String user) {
      return planning.decideOffer(
          DecideOfferRequest.newBuilder()
              .setUserId(user)
              .addPromotionIds("kitchen-20")
              .addPromotionIds("kitchen-10")
              .build());
    }

    /// What one offer is expected to cost: by its counter, and by the sum of what was given.
    long[] spent(String promotionId) {
      return running.database.read(connection -> {
        long[] spent = new long[2];
        try (var statement =
            connection.prepareStatement(
                "SELECT (SELECT spent_minor_units FROM campaign_offer WHERE promotion_id = ?),"
                    + " (SELECT COALESCE(SUM(expected_cost_minor_units), 0)"
                    + " FROM campaign_grant WHERE promotion_id = ?)")) {
          statement.setString(1, promotionId);
          statement.setString(2, promotionId);
          try (var rows = statement.executeQuery()) {
            if (rows.next()) {
              spent[0] = rows.getLong(1);
              spent[1] = rows.getLong(2);
            }
          }
        }
        return spent;
      });
    }

    void close() {
      running.close();
      servers.remove(this);
    }
  }

  private Server server;

  @BeforeEach
  void start() throws Exception {
    server = new Server(open());
    server.shop.applyPromotions(ApplyPromotionsRequest.newBuilder().setYaml(CAMPAIGN).build());
    // What people do is learnt before they come.
    server.decide("nobody");
  }

  @AfterEach
  void stop() {
    List.copyOf(servers).forEach(Server::close);
  }

  @Test
  void onlyWhomTheCampaignChoseGetsItsOfferAndOneOfThemOnly() {
    Map<String, Integer> offers = new HashMap<>();
    for (int i = 0; i < 150; i++) {
      String user = "u" + i;
      EvaluateCartResponse priced = server.cart(user);
      String offer = priced.getAppliedCount() == 0 ? "" : priced.getApplied(0).getPromotionId();
      offers.merge(offer, 1, Integer::sum);
      assertThat(server.decide(user).getAllocation().getPromotionId()).isEqualTo(offer);
      assertThat(server.decide(user).getRemembered()).isTrue();
      assertThat(listed(user)).isEqualTo(offer.isEmpty() ? List.of() : List.of(offer));
      assertThat(priced.getNotAppliedList())
          .filteredOn(refusal -> !refusal.getPromotionId().equals(offer))
          .extracting(PromotionRefusal::getReason)
          .containsOnly(RefusalReason.REFUSAL_REASON_NOT_GRANTED);
    }
    assertThat(offers.getOrDefault("", 0)).isPositive();
    assertThat(150 - offers.getOrDefault("", 0)).isPositive();
    // A stranger gets none.
    assertThat(server.offer("")).isEmpty();
  }

  private List<String> listed(String user) {
    return server
        .shop
        .listOffers(
            ListOffersRequest.newBuilder().setPerson(Person.newBuilder().setUserId(user)).build())
        .getOffersList()
        .stream()
        .map(Offer::getPromotionId)
        .toList();
  }

  @Test
  void aServerThatStartsGoesOnWhereTheLastOneStopped() throws Exception {
    Map<String, String> before = new HashMap<>();
    for (int i = 0; i < 120; i++) {
      clock.advance(1_000);
      before.put("u" + i, server.offer("u" + i));
    }
    double price = server.decide("u1").getDualPrice();
    long[] spent = server.spent("kitchen-20");
    server.close();

    Server next = new Server(open());
    assertThat(next.decide("u1").getDualPrice()).isEqualTo(price);
    before.forEach((user, offer) -> assertThat(next.offer(user)).as(user).isEqualTo(offer));
    // Nobody was decided on again, and what was spent is not forgotten.
    assertThat(next.spent("kitchen-20")).isEqualTo(spent);
    for (int i = 120; i < 400; i++) {
      clock.advance(1_000);
      next.offer("u" + i);
    }
    for (String offer : List.of("kitchen-20", "kitchen-10")) {
      long[] now = next.spent(offer);
      assertThat(now[0]).isEqualTo(now[1]).isLessThanOrEqualTo(BUDGET);
    }
    assertThat(next.spent("kitchen-20")[0] + next.spent("kitchen-10")[0]).isGreaterThan(spent[0]);
  }

  @Test
  void twoServersDecideOnAPersonOnceAndNeverSpendMoreThanTheBudgetTogether() throws Exception {
    Server other = new Server(openBeside(server.running.database));
    other.decide("nobody");
    Map<String, String> first = new ConcurrentHashMap<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      List<Future<?>> done = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        Server mine = thread % 2 == 0 ? server : other;
        done.add(
            pool.submit(() -> {
              for (int i = 0; i < 400; i++) {
                String offer = mine.offer("u" + i);
                String known = first.putIfAbsent("u" + i, offer);
                assertThat(known == null || known.equals(offer)).as("u" + i).isTrue();
              }
            }));
      }
      for (Future<?> one : done) {
        one.get();
      }
    }
    for (String offer : List.of("kitchen-20", "kitchen-10")) {
      long[] spent = server.spent(offer);
      assertThat(spent[0]).isEqualTo(spent[1]).isLessThanOrEqualTo(BUDGET);
    }
    assertThat(server.spent("kitchen-20")[0] + server.spent("kitchen-10")[0]).isPositive();
  }

  @Test
  void whoHasAnOfferKeepsItWhenTheCampaignChanges() {
    Map<String, String> before = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      before.put("u" + i, server.offer("u" + i));
    }
    server.shop.applyPromotions(
        ApplyPromotionsRequest.newBuilder()
            .setYaml(CAMPAIGN.replace("budget_minor_units: 30000", "budget_minor_units: 90000"))
            .build());
    before.forEach((user, offer) -> {
      if (!offer.isEmpty()) {
        assertThat(server.offer(user)).as(user).isEqualTo(offer);
      }
    });
  }

  @Test
  void whoIsHeldOutGetsNoOfferOfACampaignAndIsNotCounted() {
    Map<String, String> before = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      before.put("u" + i, server.offer("u" + i));
    }
    String given =
        before.keySet().stream().filter(user -> !before.get(user).isEmpty()).findFirst().get();
    long[] spent = server.spent("kitchen-20");
    heldOut.add(given);
    for (int i = 100; i < 200; i++) {
      heldOut.add("u" + i);
      assertThat(server.offer("u" + i)).isEmpty();
      assertThat(server.decide("u" + i).getAllocation().getPromotionId()).isEmpty();
    }
    assertThat(server.offer(given)).isEmpty();
    assertThat(server.spent("kitchen-20")).isEqualTo(spent);
    // What was promised before is kept once the person takes part again.
    heldOut.clear();
    assertThat(server.offer(given)).isEqualTo(before.get(given));
    assertThat(IntStream.range(100, 200).mapToObj(i -> server.offer("u" + i)).collect(toSet()))
        .hasSizeGreaterThan(1);
  }

  @Test
  void aPreviewShowsEveryOfferAndDecidesNothing() {
    long[] spent = server.spent("kitchen-20");
    assertThat(
            server
                .shop
                .previewPromotions(
                    PreviewPromotionsRequest.newBuilder()
                        .setPerson(Person.newBuilder().setUserId("u399"))
                        .build())
                .getOffersList())
        .extracting(Offer::getPromotionId)
        .contains("kitchen-20", "kitchen-10");
    assertThat(server.spent("kitchen-20")).isEqualTo(spent);
    assertThat(
            server.running.campaigns.of(
                "u399", Map.of(), new dev.proffer.runtime.degraded.Degradation()))
        .isEmpty();
  }
}
