// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import java.time.Duration;

/// How a training run goes.
///
/// @param tuning how long parameters may be searched for; what was found by then is used
/// @param tuningCases how many validation cases the search looks at
/// @param cases how many cases the figures are made from
/// @param threads threads that measure
/// @param activate whether the bundle serves at once
public record TrainingOptions(
    Duration tuning, int tuningCases, int cases, int threads, boolean activate) {
  public static final TrainingOptions DEFAULT =
      new TrainingOptions(
          Duration.ofSeconds(25), 2_000, 10_000, Runtime.getRuntime().availableProcessors(), true);

  public TrainingOptions {
    if (tuningCases < 1 || cases < 1 || threads < 1) {
      throw new IllegalArgumentException("tuningCases, cases and threads: must be at least 1");
    }
  }
}
