// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore;

import dev.proffer.runtime.settings.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Settings of the feature store.
public final class FeatureStoreSettings {
  public static final Setting<Path> FILE =
      Setting.path(
          "features.file",
          "",
          "Declaration of feature views and feature sets (YAML); empty uses the built-in one");

  public static final Setting<Duration> EVENT_FUTURE_MAX =
      Setting.duration(
          "features.event-future-max",
          "5m",
          "How far ahead of the clock the time of an event or row may be");

  public static final Setting<Duration> EVENT_HORIZON =
      Setting.duration(
          "features.event-horizon", "36500d", "How far back the time of an event may be");

  public static final Setting<Integer> SEGMENT_MEGABYTES =
      Setting.integer(
          "features.log-segment-megabytes", 256, 1, 2000, "Size of one file of the event log");

  public static final Setting<Integer> NEAR_CACHE_MEGABYTES =
      Setting.integer(
          "features.near-cache-megabytes",
          64,
          1,
          65536,
          "Memory for copies of rows in this process, for each feature view");

  public static final Setting<Duration> STALE_MAX =
      Setting.duration(
          "features.stale-max",
          "10m",
          "How old a copy of a row may be when it stands in for a lost Redis");

  public static final Setting<Integer> AGGREGATOR_MEGABYTES =
      Setting.integer(
          "features.aggregator-megabytes",
          128,
          8,
          65536,
          "Memory for rows that the aggregator keeps between batches");

  public static final Setting<Duration> WRITE_TIMEOUT =
      Setting.duration(
          "features.write-timeout", "5s", "How long one batch of writes to Redis may take");

  public static final Setting<Double> SERVED_SHARE =
      Setting.number(
          "features.served-share",
          0.01,
          0,
          1,
          "Share of the entities whose served rows are logged and profiled");

  public static final Setting<Integer> SERVED_MEGABYTES =
      Setting.integer("features.served-megabytes", 256, 1, 65536, "Size of the log of served rows");

  private FeatureStoreSettings() {}

  public static List<Setting<?>> all() {
    return List.of(
        FILE,
        EVENT_FUTURE_MAX,
        EVENT_HORIZON,
        SEGMENT_MEGABYTES,
        NEAR_CACHE_MEGABYTES,
        STALE_MAX,
        AGGREGATOR_MEGABYTES,
        WRITE_TIMEOUT,
        SERVED_SHARE,
        SERVED_MEGABYTES);
  }
}
