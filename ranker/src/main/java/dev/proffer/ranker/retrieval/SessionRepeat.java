// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;

/// Proposes what was dealt with already, newest first: in sessions people come back to things.
public final class SessionRepeat implements CandidateSource {
  public static final String NAME = "repeat";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Hits propose(Query query, int max) {
    TopK best = new TopK(Math.min(max, query.history().length));
    for (int p = 0; p < query.history().length; p++) {
      best.offer(query.history()[p], 1f / (p + 1), query.eligible());
    }
    return best.drain();
  }

  @Override
  public float[] score(Query query, int[] items) {
    float[] scores = new float[items.length];
    for (int i = 0; i < items.length; i++) {
      for (int p = 0; p < query.history().length && scores[i] == 0; p++) {
        scores[i] = query.history()[p] == items[i] ? 1f / (p + 1) : 0;
      }
    }
    return scores;
  }
}
