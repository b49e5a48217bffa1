// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight.lifetime;

/// What the models of lifetime value know of a person, in the terms of Fader, Hardie and Lee.
///
/// Purchases of one day count once.
///
/// @param repeats days with a purchase after the first
/// @param lastDays days from the first purchase to the last; 0 when there is one only
/// @param ageDays days from the first purchase to now
/// @param meanRepeatValue mean value in minor units of a day with a repeat purchase; 0 without one
public record RepeatHistory(int repeats, double lastDays, double ageDays, double meanRepeatValue) {
  public RepeatHistory {
    if (repeats < 0 || !(lastDays >= 0) || !(ageDays >= lastDays) || !(meanRepeatValue >= 0)) {
      throw new IllegalArgumentException(
          "repeats: %d, lastDays: %s, ageDays: %s, meanRepeatValue: %s (expected: none negative,"
                  .formatted(repeats, lastDays, ageDays, meanRepeatValue)
              + " lastDays at most ageDays)");
    }
  }
}
