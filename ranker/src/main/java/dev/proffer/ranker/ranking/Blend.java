// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import dev.proffer.ranker.retrieval.Retrieval;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// Adds up what the sources think: each source's scores are divided by its highest for this person,
/// and weighted as the training run found best.
public final class Blend {
  private final List<Retrieval.Proposal> proposals;
  private final float[] weights;
  private final int[] items;
  private final float[] scores;
  // Places by item, by open addressing: the place plus 1, or 0 where there is none.
  private final int[] slots;

  public Blend(List<Retrieval.Proposal> proposals, ToDoubleFunction<String> weightOf) {
    this.proposals = proposals;
    this.weights = new float[proposals.size()];
    int total = 0;
    for (Retrieval.Proposal proposal : proposals) {
      total += proposal.hits().size();
    }
    int[] union = new int[total];
    float[] sums = new float[total];
    this.slots = new int[Integer.highestOneBit(Math.max(8, total)) * 4];
    int count = 0;
    for (int s = 0; s < proposals.size(); s++) {
      Hits hits = proposals.get(s).hits();
      weights[s] = (float) weightOf.applyAsDouble(proposals.get(s).source().name());
      float scale = hits.size() == 0 ? 0 : weights[s] / hits.scores()[0];
      for (int i = 0; i < hits.size(); i++) {
        int slot = slot(union, hits.items()[i]);
        if (slots[slot] == 0) {
          union[count++] = hits.items()[i];
          slots[slot] = count;
        }
        sums[slots[slot] - 1] += scale * hits.scores()[i];
      }
    }
    this.items = Arrays.copyOf(union, count);
    this.scores = Arrays.copyOf(sums, count);
  }

  /// The different items that were proposed.
  public int size() {
    return items.length;
  }

  public int item(int i) {
    return items[i];
  }

  public float score(int i) {
    return scores[i];
  }

  public boolean contains(int item) {
    return place(item) >= 0;
  }

  /// The place of an item among those that were proposed; -1 when nobody proposed it.
  public int place(int item) {
    return slots[slot(items, item)] - 1;
  }

  /// The slot that an item is in, or an empty one for it.
  private int slot(int[] numbers, int item) {
    int mask = slots.length - 1;
    int slot = (item * 0x9E3779B1) >>> 7 & mask;
    while (slots[slot] != 0 && numbers[slots[slot] - 1] != item) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  public int sources() {
    return proposals.size();
  }

  public Retrieval.Proposal proposal(int s) {
    return proposals.get(s);
  }

  public float weight(int s) {
    return weights[s];
  }

  /// The best items by blended score alone.
  public Hits top(int k) {
    TopK best = new TopK(Math.min(k, items.length));
    for (int i = 0; i < items.length; i++) {
      best.offer(items[i], scores[i]);
    }
    return best.drain();
  }

  /// The place of an item in the list of one source, from 0; -1 when it is not there.
  static int rank(Hits hits, int item) {
    for (int i = 0; i < hits.size(); i++) {
      if (hits.items()[i] == item) {
        return i;
      }
    }
    return -1;
  }
}
