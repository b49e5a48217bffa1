// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.shop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import dev.proffer.app.fake.FakeServices;
import dev.proffer.app.progress.Progress;
import dev.proffer.app.shop.SampleShop.Past;
import dev.proffer.app.shop.SampleShopLoader.Loaded;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.PromotionState;
import dev.proffer.proto.promotion.v1.PromotionType;
import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.proto.ranker.v1.Member;
import dev.proffer.runtime.grpc.RequestValidator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
final class SampleShopTest {
  private static final Instant NOW = Instant.parse("2026-03-11T10:20:30Z");

  private SampleShop shop;
  private Past past;
  private final List<Event> log = new ArrayList<>();

  @BeforeAll
  void live() {
    shop = new SampleShop(7, NOW);
    past = shop.live(log::add);
  }

  @Test
  void itHasThePromisedSize() {
    assertThat(shop.items()).hasSizeBetween(1_900, 2_200);
    assertThat(past.members()).hasSize(5_000);
    assertThat(past.events()).isEqualTo(log.size()).isBetween(200_000L, 300_000L);
    Map<EventType, Integer> counts = new EnumMap<>(EventType.class);
    log.forEach(event -> counts.merge(event.getType(), 1, Integer::sum));
    assertThat(counts.get(EventType.EVENT_TYPE_PURCHASE)).isGreaterThan(20_000);
    assertThat(counts.get(EventType.EVENT_TYPE_REVIEW)).isGreaterThan(2_000);
    assertThat(counts.get(EventType.EVENT_TYPE_SEARCH)).isGreaterThan(5_000);
    assertThat(counts.get(EventType.EVENT_TYPE_REDEMPTION)).isGreaterThan(5_000);
    assertThat(counts.get(EventType.EVENT_TYPE_CLICK)).isGreaterThan(80_000);
    assertThat(counts.get(EventType.EVENT_TYPE_ADD_TO_CART)).isGreaterThan(20_000);
    assertThat(counts.get(EventType.EVENT_TYPE_IMPRESSION)).isGreaterThan(10_000);
  }

  @Test
  void theSameSeedAndTimeMakeTheSameShop() {
    SampleShop small = new SampleShop(11, NOW, 300);
    String digest = digest(small);
    assertThat(digest(small)).isEqualTo(digest);
    assertThat(digest(new SampleShop(11, NOW, 300))).isEqualTo(digest);
    assertThat(digest(new SampleShop(12, NOW, 300))).isNotEqualTo(digest);
  }

  @Test
  void everythingObeysTheContract() {
    for (Item item : shop.items()) {
      assertThat(RequestValidator.violations(item)).as(item.getItemId()).isEmpty();
    }
    for (Promotion promotion : shop.promotions()) {
      assertThat(RequestValidator.violations(promotion)).as(promotion.getPromotionId()).isEmpty();
    }
    for (Member member : past.members()) {
      assertThat(RequestValidator.violations(member)).isEmpty();
    }
    for (int i = 0; i < log.size(); i += 37) {
      assertThat(RequestValidator.violations(log.get(i))).isEmpty();
    }
  }

  @Test
  void itemsSpeakBothLanguagesAndDiffer() {
    Set<String> ids = new HashSet<>();
    int soldOut = 0;
    int hidden = 0;
    int fresh = 0;
    int announced = 0;
    for (Item item : shop.items()) {
      assertThat(ids.add(item.getItemId())).isTrue();
      assertThat(item.getTitlesMap()).containsKeys("en", "zh");
      assertThat(item.getDescriptionsMap()).containsKeys("en", "zh");
      assertThat(item.getAttributesMap()).containsKeys("category_zh", "brand_zh", "size");
      assertThat(item.getTitlesOrThrow("zh")).contains(item.getAttributesOrThrow("brand_zh"));
      assertThat(item.getCategory()).contains("/");
      assertThat(item.getFloorPriceMinorUnits()).isLessThanOrEqualTo(item.getPriceMinorUnits());
      assertThat(item.getCostMinorUnits()).isLessThan(item.getPriceMinorUnits());
      soldOut += item.getStock() == 0 ? 1 : 0;
      hidden += item.getHidden() ? 1 : 0;
      fresh += item.containsAttributes("new") ? 1 : 0;
      announced += item.getAvailableFromUnixMs() > NOW.toEpochMilli() ? 1 : 0;
    }
    assertThat(soldOut).isBetween(40, 160);
    assertThat(hidden).isBetween(15, 90);
    assertThat(fresh).isBetween(60, 200);
    assertThat(announced).isBetween(15, 90);
  }

  @Test
  void promotionsOfAllSevenTypesAreLive() {
    long now = NOW.toEpochMilli();
    Set<PromotionType> types = EnumSet.noneOf(PromotionType.class);
    int live = 0;
    boolean upcomingFlash = false;
    for (Promotion promotion : shop.promotions()) {
      assertThat(promotion.getNamesMap()).containsKeys("en", "zh");
      boolean isOn =
          promotion.getState() == PromotionState.PROMOTION_STATE_LIVE
              && promotion.getSchedule().getStartUnixMs() <= now
              && promotion.getSchedule().getEndUnixMs() > now;
      if (isOn) {
        live++;
        types.add(promotion.getType());
      }
      upcomingFlash |=
          promotion.getType() == PromotionType.PROMOTION_TYPE_FLASH_SALE
              && promotion.getSchedule().getStartUnixMs() > now;
    }
    assertThat(live).isBetween(28, 36);
    assertThat(types)
        .containsExactlyInAnyOrder(
            PromotionType.PROMOTION_TYPE_PERCENT_OFF,
            PromotionType.PROMOTION_TYPE_AMOUNT_OFF,
            PromotionType.PROMOTION_TYPE_THRESHOLD,
            PromotionType.PROMOTION_TYPE_BUY_X_GET_Y,
            PromotionType.PROMOTION_TYPE_COUPON,
            PromotionType.PROMOTION_TYPE_FLASH_SALE,
            PromotionType.PROMOTION_TYPE_MEMBER_EXCLUSIVE);
    assertThat(upcomingFlash).isTrue();
  }

  @Test
  void eventsAreInTimeOrderWithinNinetyDaysAndReferToWhatThereIs() {
    Map<String, Item> items = new HashMap<>();
    shop.items().forEach(item -> items.put(item.getItemId(), item));
    Set<String> promotions = new HashSet<>();
    shop.promotions().forEach(promotion -> promotions.add(promotion.getPromotionId()));
    Set<String> ids = new HashSet<>();
    long before = NOW.minus(Duration.ofDays(90)).toEpochMilli();
    for (Event event : log) {
      assertThat(event.getEventTimeUnixMs()).isGreaterThanOrEqualTo(before);
      before = event.getEventTimeUnixMs();
      assertThat(ids.add(event.getEventId())).isTrue();
      if (!event.getPromotionId().isEmpty()) {
        assertThat(promotions).contains(event.getPromotionId());
      }
      if (!event.getItemId().isEmpty()) {
        Item item = items.get(event.getItemId());
        assertThat(item.getHidden()).isFalse();
        assertThat(item.getAvailableFromUnixMs()).isLessThanOrEqualTo(event.getEventTimeUnixMs());
        if (event.getType() == EventType.EVENT_TYPE_PURCHASE) {
          assertThat(event.getUnitPriceMinorUnits())
              .isBetween(item.getFloorPriceMinorUnits(), item.getPriceMinorUnits());
        }
      }
    }
    assertThat(before).isLessThan(NOW.toEpochMilli());
  }

  @Test
  void whatIsBoughtTogetherPredictsFarBetterThanWhatSellsMost() {
    HeldOutPurchases heldOut = new HeldOutPurchases(log);
    double popularity = heldOut.hitRateOfPopularity();
    double coOccurrence = heldOut.hitRateOfCoOccurrence();
    assertThat(heldOut.people()).isGreaterThan(1_500);
    assertThat(popularity).isBetween(0.01, 0.08);
    assertThat(coOccurrence)
        .as("co-occurrence %.4f, popularity %.4f", coOccurrence, popularity)
        .isGreaterThan(2.5 * popularity);
  }

  @Test
  void fewItemsCarryMuchOfTheSales() {
    Map<String, Integer> sold = new HashMap<>();
    int all = 0;
    for (Event event : log) {
      if (event.getType() == EventType.EVENT_TYPE_PURCHASE) {
        sold.merge(event.getItemId(), 1, Integer::sum);
        all++;
      }
    }
    int top =
        sold.values().stream()
            .sorted(java.util.Comparator.reverseOrder())
            .limit(shop.items().size() / 10)
            .mapToInt(Integer::intValue)
            .sum();
    assertThat((double) top / all).isBetween(0.25, 0.7);
  }

  @Test
  void bargainHuntersBuyOnPromotionMoreThanOthers() {
    Set<String> hunters = new HashSet<>();
    past.members().stream()
        .filter(member -> member.getSegmentsList().contains("bargain-hunter"))
        .forEach(member -> hunters.add(member.getUserId()));
    int[] bought = new int[2];
    int[] onWeekendSale = new int[2];
    for (Event event : log) {
      if (event.getType() == EventType.EVENT_TYPE_PURCHASE) {
        int kind = hunters.contains(event.getUserId()) ? 1 : 0;
        bought[kind]++;
        onWeekendSale[kind] += event.getPromotionId().startsWith("weekend-") ? 1 : 0;
      }
    }
    assertThat((double) onWeekendSale[1] / bought[1])
        .isGreaterThan(1.8 * onWeekendSale[0] / bought[0]);
  }

  @Test
  void peopleComeInTheEveningAndAtTheWeekend() {
    int evening = 0;
    int night = 0;
    int weekend = 0;
    for (Event event : log) {
      var local = Instant.ofEpochMilli(event.getEventTimeUnixMs()).atZone(SamplePromotions.ZONE);
      evening += local.getHour() >= 20 && local.getHour() < 23 ? 1 : 0;
      night += local.getHour() >= 3 && local.getHour() < 6 ? 1 : 0;
      weekend += local.getDayOfWeek().compareTo(DayOfWeek.FRIDAY) >= 0 ? 1 : 0;
    }
    assertThat(evening).isGreaterThan(10 * night);
    assertThat((double) weekend / log.size()).isGreaterThan(0.46);
  }

  @Test
  void consumablesAreBoughtAgain() {
    Map<String, Integer> purchases = new HashMap<>();
    for (Event event : log) {
      if (event.getType() == EventType.EVENT_TYPE_PURCHASE) {
        purchases.merge(event.getUserId() + " " + event.getItemId(), 1, Integer::sum);
      }
    }
    assertThat(purchases.values().stream().filter(count -> count > 1).count()).isGreaterThan(500);
  }

  @Test
  void ordersOfMembersAreThoseOfTheEvents() {
    Map<String, Set<String>> orders = new HashMap<>();
    for (Event event : log) {
      if (event.getType() == EventType.EVENT_TYPE_PURCHASE) {
        orders.computeIfAbsent(event.getUserId(), _ -> new HashSet<>()).add(event.getOrderId());
      }
    }
    long start = NOW.minus(Duration.ofDays(90)).toEpochMilli();
    for (Member member : past.members()) {
      int counted = orders.getOrDefault(member.getUserId(), Set.of()).size();
      if (member.getFirstSeenUnixMs() >= start) {
        assertThat(Math.abs(member.getOrderCount() - counted)).isLessThanOrEqualTo(1);
      } else {
        assertThat(member.getOrderCount()).isGreaterThanOrEqualTo(counted);
      }
    }
  }

  @Test
  void anInterruptedLoadIsContinued() throws IOException {
    SampleShop small = new SampleShop(5, NOW, 200);
    try (FakeServices services = new FakeServices(true)) {
      services.featureStore.failCalls(2);
      SampleShopLoader loader =
          new SampleShopLoader(services.channel, services.channel, Progress.silent());
      Loaded first = loader.load(small);
      Loaded second = loader.load(small);

      assertThat(first.events().rejected()).isZero();
      assertThat(second.events().accepted()).isZero();
      assertThat(second.events().duplicates()).isEqualTo(services.featureStore.log().size());
      assertThat(services.catalogue.items()).hasSize(small.items().size());
      assertThat(services.catalogue.members()).hasSize(200);
      assertThat(services.promotions.promotions()).hasSize(small.promotions().size());
    }
  }

  private static String digest(SampleShop shop) {
    try {
      DigestOutputStream out =
          new DigestOutputStream(
              OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"));
      CodedOutputStream coded = CodedOutputStream.newInstance(out);
      coded.useDeterministicSerialization();
      shop.items().forEach(item -> write(item, coded));
      shop.promotions().forEach(promotion -> write(promotion, coded));
      Past past = shop.live(event -> write(event, coded));
      past.members().forEach(member -> write(member, coded));
      coded.flush();
      return HexFormat.of().formatHex(out.getMessageDigest().digest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(Message message, CodedOutputStream out) {
    try {
      message.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
