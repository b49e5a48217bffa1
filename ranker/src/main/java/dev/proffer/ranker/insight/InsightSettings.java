// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import dev.proffer.runtime.settings.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Settings of the insight part of the ranker.
public final class InsightSettings {
  public static final Setting<Duration> REFRESH =
      Setting.duration(
          "insight.refresh",
          "10m",
          "How often segments, lifetime values and association rules are made anew from the event"
              + " log, when it has not grown much before; 0s: only when asked to. Portraits follow"
              + " events at once");

  public static final Setting<Duration> HALF_LIFE =
      Setting.duration(
          "insight.half-life", "30d", "After which the weight of an event as interest has halved");

  public static final Setting<String> ZONE =
      Setting.text(
          "insight.zone", "UTC", "The time zone of hours and weekdays, such as Asia/Shanghai");

  public static final Setting<Integer> PEOPLE_MAX =
      Setting.integer(
          "insight.people-max",
          200_000,
          100,
          50_000_000,
          "People whose portraits are kept up to date in memory; others are as of the last study");

  public static final Setting<Integer> EVENTS_MAX =
      Setting.integer(
          "insight.events-max",
          20_000_000,
          1_000,
          1_000_000_000,
          "The most events that one study reads");

  public static final Setting<Integer> MEMORY_MAX =
      Setting.integer(
          "insight.memory-max-megabytes",
          1_024,
          128,
          1_000_000,
          "Memory of the column store of a study, beside the heap");

  public static final Setting<Path> SEGMENTS =
      Setting.path("insight.segments", "", "A YAML file of rule segments; none when empty");

  public static final Setting<Double> RULE_SUPPORT =
      Setting.number(
          "insight.rule-support",
          0,
          0,
          1,
          "Least share of baskets of a rule; 0: from 0.005 down to what gives 200 rules, but at"
              + " least 10 baskets");

  public static final Setting<Double> RULE_CONFIDENCE =
      Setting.number("insight.rule-confidence", 0.2, 0, 1, "Least confidence of a rule");

  private InsightSettings() {}

  public static List<Setting<?>> all() {
    return List.of(
        REFRESH,
        HALF_LIFE,
        ZONE,
        PEOPLE_MAX,
        EVENTS_MAX,
        MEMORY_MAX,
        SEGMENTS,
        RULE_SUPPORT,
        RULE_CONFIDENCE);
  }
}
