// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.retrieval.ContentKeeper;
import dev.proffer.ranker.retrieval.Query;
import dev.proffer.ranker.search.Fusion;
import dev.proffer.ranker.search.TextIndex;
import dev.proffer.runtime.degraded.Degradation;
import dev.proffer.runtime.failure.ProfferException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Finds items by words, by meaning and by a vector of the caller, and adds up what each says.
///
/// Without vectors of titles, words alone decide; while they are still to be made, the reply says
/// so.
public final class Searching {
  static final String MEANING = "search:meaning";
  static final String VECTOR = "search:vector";

  /// Titles less alike in meaning than this say nothing; chosen by `./proffer bench search`.
  public static final float MEANING_FLOOR = 0.2f;

  /// What the meaning of a title weighs beside its words; chosen by `./proffer bench search`.
  public static final double MEANING_WEIGHT = 0.25;

  private final TextIndex texts;
  private final ContentKeeper content;
  private final Valuing valuing;
  private final int candidatesMax;

  /// @param candidatesMax items that each way to search may find
  public Searching(TextIndex texts, ContentKeeper content, Valuing valuing, int candidatesMax) {
    this.texts = texts;
    this.content = content;
    this.valuing = valuing;
    this.candidatesMax = candidatesMax;
  }

  /// What was found, best first.
  ///
  /// @param total how many were found before the cut
  record Found(List<Scored> items, int total) {}

  /// Checks a vector that the caller brings; an empty one is none.
  static float[] vector(List<Float> asked, int length) {
    float[] vector = new float[asked.size()];
    boolean zero = true;
    for (int d = 0; d < vector.length; d++) {
      vector[d] = asked.get(d);
      zero &= vector[d] == 0;
    }
    if (vector.length > 0 && vector.length != length) {
      throw ProfferException.invalidField(
          "vector",
          length == 0
              ? "must be empty: no item has a vector"
              : "must have "
                  + length
                  + " numbers, as many as the vectors of the items; has "
                  + vector.length);
    }
    if (vector.length > 0 && zero) {
      throw ProfferException.invalidField("vector", "must not be all zeros");
    }
    return vector;
  }

  /// @param vector as [#vector] returned it
  Found find(
      Scene scene,
      String text,
      float[] vector,
      int k,
      Eligibility eligible,
      Degradation degradation) {
    int max = Math.max(k, candidatesMax);
    ContentKeeper.Kept kept = content.kept();
    List<Hits> lists = new ArrayList<>(3);
    List<Double> weights = new ArrayList<>(3);
    int total = 0;
    if (!text.isBlank()) {
      TextIndex.Found words = texts.search(scene.snapshot(), text, max, eligible);
      total += words.total();
      lists.add(Fusion.shares(words.hits()));
      weights.add(1.0);
      if (kept != null && kept.meanings().knows(text)) {
        lists.add(Fusion.above(kept.meanings().search(text, max, eligible), MEANING_FLOOR));
        weights.add(MEANING_WEIGHT);
      } else if (content.encodes()) {
        degradation.missing(
            MEANING,
            DegradedCause.DEGRADED_CAUSE_NOT_LOADED,
            "the words of the text alone",
            "vectors of titles are still to be made, or their encoder did not load",
            0.1);
      }
    }
    if (vector.length > 0) {
      if (kept == null || kept.meanings().vectorLength() != vector.length) {
        degradation.missing(
            VECTOR,
            DegradedCause.DEGRADED_CAUSE_NOT_LOADED,
            text.isBlank() ? "" : "the text alone",
            "the index of the items' vectors is still being built",
            0.3);
      } else {
        lists.add(kept.meanings().near(vector, max, eligible));
        weights.add(1.0);
      }
    }
    Hits hits =
        lists.size() == 1
            ? lists.getFirst()
            : Fusion.weighted(lists, weights.stream().mapToDouble(Double::doubleValue).toArray());
    return new Found(valued(scene, hits), Math.max(total, different(total, lists)));
  }

  /// The matches of words, of which only the first may be in their list, and what others add.
  private static int different(int ofWords, List<Hits> lists) {
    if (lists.isEmpty()) {
      return 0;
    }
    Set<Integer> all = new HashSet<>();
    for (Hits hits : lists) {
      for (int item : hits.items()) {
        all.add(item);
      }
    }
    return ofWords == 0 ? all.size() : ofWords + all.size() - lists.getFirst().size();
  }

  /// What was asked for decides; what sells and what is on promotion only breaks near ties.
  private List<Scored> valued(Scene scene, Hits hits) {
    float[] popular =
        scene
            .model()
            .trained()
            .popularity()
            .score(new Query(new int[0], scene.atMillis(), _ -> true), hits.items());
    float most = 0;
    for (float count : popular) {
      most = Math.max(most, count);
    }
    List<Scored> found = new ArrayList<>(hits.size());
    for (int i = 0; i < hits.size(); i++) {
      CatalogueItem item = scene.snapshot().item(hits.items()[i]);
      if (item != null) {
        float match = hits.scores()[i] / hits.scores()[0];
        float lift = 1 + (most > 0 ? 0.1f * popular[i] / most : 0);
        found.add(valuing.blended(scene, item, match * lift));
      }
    }
    found.sort(Scored.BY_VALUE);
    return found;
  }
}
