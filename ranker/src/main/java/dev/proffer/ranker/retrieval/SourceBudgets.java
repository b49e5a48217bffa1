// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Quotas and times of candidate sources by name; those that are not named have the common ones.
public final class SourceBudgets {
  private static final Pattern ONE =
      Pattern.compile("([a-z0-9-]+)\\s*=\\s*(\\d{1,6})(?:\\s*@\\s*(\\d{1,6})\\s*ms)?");

  private final Map<String, Retrieval.Budget> byName;

  private SourceBudgets(Map<String, Retrieval.Budget> byName) {
    this.byName = byName;
  }

  /// Reads `name=candidates@millisecondsms`, separated by commas; the time may be missing.
  public static SourceBudgets parse(String text) {
    Map<String, Retrieval.Budget> byName = new LinkedHashMap<>();
    for (String part : text.split(",", -1)) {
      if (part.isBlank()) {
        continue;
      }
      Matcher one = ONE.matcher(part.strip());
      if (!one.matches()) {
        throw new IllegalArgumentException(
            "source budget '" + part.strip() + "' (expected: such as content=100@30ms)");
      }
      String millis = one.group(3);
      byName.put(
          one.group(1),
          new Retrieval.Budget(
              Integer.parseInt(one.group(2)),
              millis == null
                  ? Long.MAX_VALUE
                  : TimeUnit.MILLISECONDS.toNanos(Long.parseLong(millis))));
    }
    return new SourceBudgets(byName);
  }

  /// What a source may take.
  ///
  /// @param candidates of a source that is not named
  public Retrieval.Budget of(CandidateSource source, int candidates, long timeoutNanos) {
    Retrieval.Budget own = byName.get(source.name());
    return own == null ? new Retrieval.Budget(candidates, timeoutNanos) : own;
  }
}
