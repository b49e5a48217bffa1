// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Hits;

/// One way to propose items for a person.
///
/// Implementations are safe for use by many threads and never block. A new idea is one class that
/// implements this.
public interface CandidateSource {
  /// The name in replies, settings and bundles, such as `seq-knn`.
  String name();

  /// Up to `max` eligible items with scores above 0, best first. Scores are comparable within this
  /// source only.
  Hits propose(Query query, int max);

  /// The scores that this source would give to these items, 0 where it has nothing to say.
  float[] score(Query query, int[] items);

  /// The position in the history of the item that speaks most for this one, or -1 when the source
  /// does not argue by history.
  default int because(Query query, int item) {
    return -1;
  }
}
