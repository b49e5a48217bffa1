// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import dev.proffer.ranker.insight.PersonFact;

/// What a rule may ask about a person.
public interface FactSource {
  /// A fact; NaN when it is not known.
  double fact(PersonFact fact);

  /// The share of interest in a category and all below it, from 0 to 1.
  double category(String category);

  /// The share of interest in a brand, from 0 to 1.
  double brand(String brand);

  /// Whether the person is in a segment that clustering found.
  boolean inSegment(String segmentId);
}
