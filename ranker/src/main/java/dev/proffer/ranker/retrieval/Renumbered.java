// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Hits;

/// A source whose items have other numbers than those of this process: it proposes what the source
/// in it proposes, with the same scores in the same order.
public final class Renumbered implements CandidateSource {
  private final CandidateSource source;
  private final Renumbering numbers;

  public Renumbered(CandidateSource source, Renumbering numbers) {
    this.source = source;
    this.numbers = numbers;
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public Hits propose(Query query, int max) {
    Hits hits = source.propose(numbers.inner(query), max);
    return new Hits(numbers.outer(hits.items()), hits.scores());
  }

  @Override
  public float[] score(Query query, int[] items) {
    return source.score(numbers.inner(query), numbers.inner(items));
  }

  @Override
  public int because(Query query, int item) {
    return source.because(numbers.inner(query), numbers.inner(item));
  }
}
