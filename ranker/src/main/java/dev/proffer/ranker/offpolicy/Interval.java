// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

/// An estimate with what it is uncertain by.
///
/// @param value the point estimate
/// @param standardError the standard deviation over bootstrap samples
/// @param low the lower end of the studentised bootstrap interval
/// @param high the upper end
public record Interval(double value, double standardError, double low, double high) {
  public boolean covers(double truth) {
    return low <= truth && truth <= high;
  }
}
