// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;

/// Proposes what others turned to next, as far as it is wanted now: the scores of [SeqKnn] times
/// those of [Popularity]. In shops with seasons this beats either, and their sum.
public final class TrendingNext implements CandidateSource {
  public static final String NAME = "trending-next";

  private static final int WIDER = 4;

  private final SeqKnn next;
  private final Popularity popularity;

  public TrendingNext(SeqKnn next, Popularity popularity) {
    this.next = next;
    this.popularity = popularity;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Hits propose(Query query, int max) {
    Hits wide = next.propose(query, max * WIDER);
    TopK best = new TopK(Math.min(max, wide.size()));
    for (int i = 0; i < wide.size(); i++) {
      float score = wide.scores()[i] * popularity.score(wide.items()[i]);
      if (score > 0) {
        best.offer(wide.items()[i], score);
      }
    }
    return best.drain();
  }

  @Override
  public float[] score(Query query, int[] items) {
    float[] scores = next.score(query, items);
    for (int i = 0; i < items.length; i++) {
      scores[i] *= popularity.score(items[i]);
    }
    return scores;
  }

  @Override
  public int because(Query query, int item) {
    return next.because(query, item);
  }
}
