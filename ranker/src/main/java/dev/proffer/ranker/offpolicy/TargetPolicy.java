// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.offpolicy;

/// The policy whose worth is asked for.
@FunctionalInterface
public interface TargetPolicy {
  /// The probability with which it would choose this action in the situation of this decision.
  double probability(int decision, int action);
}
