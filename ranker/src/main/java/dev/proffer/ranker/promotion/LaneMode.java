// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

/// How promotions of one lane go together.
public enum LaneMode {
  /// Each line is changed by one promotion of the lane at most; which one makes the total lowest.
  BEST,
  /// Promotions of the lane stack, in order of priority, then id; any may be left out where that
  /// makes the total lower.
  ALL,
  /// Each line is changed by the first promotion, by priority, then id, that can change it.
  FIRST
}
