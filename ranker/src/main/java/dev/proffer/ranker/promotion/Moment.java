// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

/// When, where and how somebody buys. Empty texts are not known, and fail every condition on them.
public record Moment(long unixMs, String channel, String region, String paymentMethod) {
  public static Moment at(long unixMs) {
    return new Moment(unixMs, "", "", "");
  }
}
