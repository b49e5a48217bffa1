// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.eventlog;

import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.runtime.failure.ProfferException.FieldViolation;
import dev.proffer.runtime.grpc.RequestValidator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The rules that stand in `event.proto`, for each event of a batch.
///
/// Evaluating them in general costs more than everything else that is done for an event. Almost all
/// events keep them, which plain code sees in a fraction of a microsecond; only an event that seems
/// to break one is given to the general validator, which has the last word and says why. A test
/// holds that the two agree.
final class EventRules {
  private EventRules() {}

  /// Why an event breaks the rules; null when it keeps them.
  static @Nullable String reasonToRefuse(Event event) {
    if (keeps(event)) {
      return null;
    }
    List<FieldViolation> violations = RequestValidator.violations(event);
    return violations.isEmpty()
        ? null
        : violations.stream()
            .map(violation -> violation.field() + ": " + violation.description())
            .collect(Collectors.joining("; "));
  }

  /// Whether an event certainly keeps all rules.
  static boolean keeps(Event event) {
    EventType type = event.getType();
    return !event.getEventId().isEmpty()
        && isShort(event.getEventId(), 128)
        && type != EventType.UNRECOGNIZED
        && type != EventType.EVENT_TYPE_UNSPECIFIED
        && event.getEventTimeUnixMs() > 0
        && isShort(event.getUserId(), 256)
        && isShort(event.getSessionId(), 256)
        && isShort(event.getItemId(), 256)
        && isShort(event.getPromotionId(), 256)
        && event.getQuantity() >= 0
        && event.getQuantity() <= 1_000_000
        && event.getUnitPriceMinorUnits() >= 0
        && event.getUnitPriceMinorUnits() <= 1_000_000_000_000L
        && isCurrency(event.getCurrency())
        && isShort(event.getOrderId(), 128)
        && isShort(event.getRequestId(), 128)
        && event.getPosition() >= 0
        && event.getPosition() <= 100_000
        && isShort(event.getQuery(), 1024)
        && event.getRating() >= 0
        && event.getRating() <= 5
        && isShort(event.getText(), 16_384)
        && isShort(event.getChannel(), 64)
        && isShort(event.getRegion(), 64)
        && areAttributes(event)
        && !(event.getUserId().isEmpty() && event.getSessionId().isEmpty())
        && (event.getUnitPriceMinorUnits() == 0 || !event.getCurrency().isEmpty())
        && (!event.getItemId().isEmpty()
            || type == EventType.EVENT_TYPE_SEARCH
            || !event.getPromotionId().isEmpty());
  }

  private static boolean areAttributes(Event event) {
    if (event.getAttributesCount() == 0) {
      return true;
    }
    if (event.getAttributesCount() > 32) {
      return false;
    }
    for (Map.Entry<String, String> entry : event.getAttributesMap().entrySet()) {
      if (entry.getKey().isEmpty()
          || !isShort(entry.getKey(), 64)
          || !isShort(entry.getValue(), 1024)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isCurrency(String text) {
    if (text.isEmpty()) {
      return true;
    }
    return text.length() == 3 && isCapital(text, 0) && isCapital(text, 1) && isCapital(text, 2);
  }

  private static boolean isCapital(String text, int at) {
    return text.charAt(at) >= 'A' && text.charAt(at) <= 'Z';
  }

  /// Rules count code points, of which there are at most as many as chars.
  private static boolean isShort(String text, int charsMax) {
    return text.length() <= charsMax;
  }
}
