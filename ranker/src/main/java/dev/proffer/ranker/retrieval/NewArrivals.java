// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// Proposes what came into the shop lately, the newest most, and among those of one age what is
/// like the history.
///
/// The score halves with each half-life of age; an item older than the window is not proposed, and
/// neither is one that is still to come. Immutable.
public final class NewArrivals implements CandidateSource {
  public static final String NAME = "new-arrivals";

  // Among so many times what is wanted of the newest, what is like the history is looked for, but
  // not among many more than are looked at by anybody.
  private static final int WIDER = 4;
  private static final int WIDE_MAX = 800;

  private final Arrivals arrivals;
  private final double halfLifeMillis;
  private final long windowMillis;
  private final CandidateSource taste;
  private final int[] newestFirst;

  /// When items came.
  public interface Arrivals {
    /// Items are numbered below this.
    int capacity();

    /// When an item came; 0 when that is not known.
    long arrivedMillis(int item);
  }

  /// @param taste scores items for a history; only orders what is new
  public NewArrivals(
      Arrivals arrivals, double halfLifeMillis, long windowMillis, CandidateSource taste) {
    if (!(halfLifeMillis > 0) || windowMillis < 1) {
      throw new IllegalArgumentException("halfLifeMillis and windowMillis: must be above 0");
    }
    this.arrivals = arrivals;
    this.halfLifeMillis = halfLifeMillis;
    this.windowMillis = windowMillis;
    this.taste = taste;
    this.newestFirst =
        IntStream.range(0, arrivals.capacity())
            .filter(item -> arrivals.arrivedMillis(item) > 0)
            .boxed()
            .sorted(
                Comparator.comparingLong((Integer item) -> -arrivals.arrivedMillis(item))
                    .thenComparing(Comparator.naturalOrder()))
            .mapToInt(Integer::intValue)
            .toArray();
  }

  /// Whether nothing is known of when items came.
  public boolean isEmpty() {
    return newestFirst.length == 0;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Hits propose(Query query, int max) {
    int[] fresh =
        new int[Math.min(newestFirst.length, Math.max(max, Math.min(max * WIDER, WIDE_MAX)))];
    int count = 0;
    for (int item : newestFirst) {
      long age = query.atMillis() - arrivals.arrivedMillis(item);
      if (count == fresh.length || age > windowMillis) {
        break;
      }
      if (age >= 0 && query.eligible().test(item)) {
        fresh[count++] = item;
      }
    }
    int[] items = Arrays.copyOf(fresh, count);
    float[] scores = score(query, items);
    TopK best = new TopK(Math.min(max, count));
    for (int i = 0; i < count; i++) {
      best.offer(items[i], scores[i]);
    }
    return best.drain();
  }

  @Override
  public float[] score(Query query, int[] items) {
    float[] liked = taste.score(query, items);
    float most = 0;
    for (float like : liked) {
      most = Math.max(most, like);
    }
    float[] scores = new float[items.length];
    for (int i = 0; i < items.length; i++) {
      float like = most == 0 ? 0 : liked[i] / most;
      scores[i] = freshness(items[i], query.atMillis()) * (1 + like) / 2;
    }
    return scores;
  }

  private float freshness(int item, long atMillis) {
    long arrived = item >= 0 && item < arrivals.capacity() ? arrivals.arrivedMillis(item) : 0;
    long age = atMillis - arrived;
    return arrived <= 0 || age < 0 || age > windowMillis
        ? 0
        : (float) Math.pow(0.5, age / halfLifeMillis);
  }
}
