// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.runtime.grpc.RequestValidator;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The quick look at an event against the rules of the proto.
class EventRulesTest {
  @Test
  void theQuickLookAgreesWithTheRulesOfTheProto() {
    Random random = new Random(3);
    int broken = 0;
    for (int i = 0; i < 4000; i++) {
      Event event = mutated(random);
      boolean keeps = RequestValidator.violations(event).isEmpty();
      broken += keeps ? 0 : 1;
      if (EventRules.keeps(event)) {
        assertThat(keeps).as("seems to keep the rules: " + event).isTrue();
      }
      assertThat(EventRules.reasonToRefuse(event) == null).as(event.toString()).isEqualTo(keeps);
    }
    assertThat(broken).isBetween(1000, 3900);
  }

  @Test
  void anOrdinaryEventNeedsNoSecondLook() {
    Event event =
        Event.newBuilder()
            .setEventId("e")
            .setType(EventType.EVENT_TYPE_PURCHASE)
            .setEventTimeUnixMs(1)
            .setUserId("u")
            .setItemId("i")
            .setUnitPriceMinorUnits(100)
            .setCurrency("CNY")
            .setQuantity(2)
            .setRating(4.5)
            .putAttributes("category", "鞋")
            .build();

    assertThat(EventRules.keeps(event)).isTrue();
    assertThat(EventRules.reasonToRefuse(event.toBuilder().clearEventId().build()))
        .contains("event_id");
  }

  private static Event mutated(Random random) {
    Event.Builder event =
        Event.newBuilder()
            .setEventId("e")
            .setType(EventType.EVENT_TYPE_CLICK)
            .setEventTimeUnixMs(1)
            .setUserId("u")
            .setItemId("i");
    for (int changes = random.nextInt(3); changes >= 0; changes--) {
      switch (random.nextInt(21)) {
        case 0 -> event.setEventId(text(random, 128));
        case 1 -> event.setTypeValue(random.nextInt(10) - 1);
        case 2 -> event.setEventTimeUnixMs(random.nextInt(3) - 1);
        case 3 -> event.setUserId(text(random, 256));
        case 4 -> event.setSessionId(text(random, 256));
        case 5 -> event.setItemId(text(random, 256));
        case 6 -> event.setPromotionId(text(random, 256));
        case 7 -> event.setQuantity(around(random, 1_000_000));
        case 8 ->
            event.setUnitPriceMinorUnits(
                random.nextBoolean() ? around(random, 5) : 1_000_000_000_000L + around(random, 0));
        case 9 ->
            event.setCurrency(new String[] {"", "EUR", "eur", "EURO", "E1R"}[random.nextInt(5)]);
        case 10 -> event.setOrderId(text(random, 128));
        case 11 -> event.setRequestId(text(random, 128));
        case 12 -> event.setPosition(around(random, 100_000));
        case 13 -> event.setQuery(text(random, 1024));
        case 14 ->
            event.setRating(
                new double[] {-1, 0, 5, 5.01, Double.NaN, Double.POSITIVE_INFINITY}
                    [random.nextInt(6)]);
        case 15 -> event.setText(text(random, 16_384));
        case 16 -> event.setChannel(text(random, 64));
        case 17 -> event.setRegion(text(random, 64));
        case 18 -> event.putAttributes(text(random, 64), "x");
        case 19 -> event.putAttributes("k", text(random, 1024));
        default -> {
          for (int i = 31 + random.nextInt(3); i > 0; i--) {
            event.putAttributes("k" + i, "v");
          }
        }
      }
    }
    return event.build();
  }

  private static int around(Random random, int limit) {
    return random.nextInt(4) == 0 ? random.nextInt(3) - 1 : limit + random.nextInt(3) - 1;
  }

  /// A text about as long as a limit, in letters of one or of two chars.
  private static String text(Random random, int limit) {
    int length = random.nextInt(3) == 0 ? random.nextInt(2) : limit + random.nextInt(3) - 1;
    return (random.nextBoolean() ? "a" : "🛒").repeat(length);
  }
}
