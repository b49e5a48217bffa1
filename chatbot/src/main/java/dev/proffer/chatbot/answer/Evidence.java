// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.answer;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.language.NormalText;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Every fact that stands in the service replies of one turn. It is collected where the replies
/// come in, not where answers are written, so that an answer cannot bring its own evidence.
public final class Evidence {
  static final Pattern NUMBER = Pattern.compile("\\d+(?:,\\d{3})*(?:\\.\\d+)?");

  private final Formats formats;
  private final Instant now;
  private final Set<BigDecimal> amounts = new HashSet<>();
  private final Set<BigDecimal> percentages = new HashSet<>();
  private final Set<BigDecimal> numbers = new HashSet<>();
  private final Set<String> moments = new HashSet<>();
  private final List<String> texts = new ArrayList<>();

  public Evidence(Formats formats, Instant now) {
    this.formats = formats;
    this.now = now;
  }

  /// Takes over everything that a reply says.
  public void reply(Message reply) {
    Set<String> currencies = new HashSet<>();
    collectCurrencies(reply, currencies);
    if (currencies.isEmpty()) {
      currencies.add("");
    }
    collect(reply, currencies);
  }

  /// Takes over a text of the shop's own knowledge.
  public void text(String text) {
    addText(text);
  }

  /// Allows a count of things that the answer shows.
  public void count(int count) {
    numbers.add(BigDecimal.valueOf(count));
  }

  boolean hasAmount(BigDecimal amount) {
    return amounts.contains(normal(amount)) || numbers.contains(normal(amount));
  }

  boolean hasPercentage(BigDecimal percentage) {
    return percentages.contains(normal(percentage)) || numbers.contains(normal(percentage));
  }

  boolean hasNumber(BigDecimal number) {
    BigDecimal normal = normal(number);
    return numbers.contains(normal) || amounts.contains(normal) || percentages.contains(normal);
  }

  boolean hasMoment(String formatted) {
    return moments.contains(formatted) || saysText(formatted);
  }

  /// Whether a reply says a text, in any case.
  boolean saysText(String text) {
    String lower = NormalText.lowerCase(text);
    return texts.stream().anyMatch(known -> known.contains(lower));
  }

  private static void collectCurrencies(Message message, Set<String> currencies) {
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      if (field.getKey().getName().equals("currency") && field.getValue() instanceof String code) {
        currencies.add(code);
      } else {
        for (Object value : values(field.getValue())) {
          if (value instanceof Message child) {
            collectCurrencies(child, currencies);
          }
        }
      }
    }
  }

  private void collect(Message message, Set<String> currencies) {
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      String name = field.getKey().getName();
      for (Object value : values(field.getValue())) {
        switch (value) {
          case Message child -> collect(child, currencies);
          case String text -> addText(text);
          case Long number -> addNumber(name, number, currencies);
          case Integer number -> addNumber(name, number, currencies);
          default -> {
            // Enums, flags and scores are not facts that an answer names.
          }
        }
      }
    }
  }

  private void addNumber(String field, long number, Set<String> currencies) {
    if (field.endsWith("_minor_units")) {
      for (String currency : currencies) {
        amounts.add(normal(Formats.majorUnits(number, currency)));
      }
    } else if (field.endsWith("_unix_ms")) {
      if (number > 0) {
        for (Language language : Language.values()) {
          moments.add(formats.moment(number, now, language));
        }
      }
    } else if (field.endsWith("basis_points")) {
      BigDecimal percentage = BigDecimal.valueOf(number, 2);
      percentages.add(normal(percentage));
      percentages.add(normal(BigDecimal.valueOf(100).subtract(percentage)));
    } else {
      numbers.add(BigDecimal.valueOf(number));
    }
  }

  private void addText(String text) {
    texts.add(NormalText.lowerCase(text));
    for (Matcher m = NUMBER.matcher(text); m.find(); ) {
      numbers.add(normal(new BigDecimal(m.group().replace(",", ""))));
    }
  }

  private static Collection<?> values(Object value) {
    return value instanceof Collection<?> many ? many : List.of(value);
  }

  private static BigDecimal normal(BigDecimal number) {
    BigDecimal stripped = number.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }
}
