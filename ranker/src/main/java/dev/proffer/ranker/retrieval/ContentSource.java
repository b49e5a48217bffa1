// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.HnswIndex;
import dev.proffer.ranker.index.VectorIndex;
import dev.proffer.ranker.index.Vectors;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Proposes items whose texts and vectors are like those of the history. It knows new items at
/// once: a changed catalogue gets a new one from [#updated], which costs as much as has changed.
public final class ContentSource implements CandidateSource {
  public static final String NAME = "content";

  private static final int HISTORY_MAX = 10;
  private static final float DECAY = 0.85f;

  private final CatalogueSnapshot snapshot;
  private final EncodedTexts texts;
  private final ContentVectors content;
  private final ItemVectors vectors;
  // Others ask for the same history in the same request.
  private volatile @Nullable Wish latest;

  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Wish(int[] history, float[] wanted) {}

  public ContentSource(CatalogueSnapshot snapshot) {
    this(snapshot, TextVectors.none());
  }

  /// @param encoder what titles are compared by besides their words
  public ContentSource(CatalogueSnapshot snapshot, TextVectors encoder) {
    this(snapshot, new EncodedTexts(encoder));
  }

  private ContentSource(CatalogueSnapshot snapshot, EncodedTexts texts) {
    this.snapshot = snapshot;
    this.texts = texts;
    this.content = new ContentVectors(snapshot.sortedById(), snapshot.vectorLength(), texts);
    this.vectors = new ItemVectors(content.table(snapshot.sortedById()), snapshot.capacity());
    texts.forgetOthers();
  }

  private ContentSource(ContentSource before, CatalogueSnapshot snapshot, ItemVectors vectors) {
    this.snapshot = snapshot;
    this.texts = before.texts;
    this.content = before.content;
    this.vectors = vectors;
  }

  /// The vectors of titles that are known, for the thread that builds.
  EncodedTexts texts() {
    return texts;
  }

  /// Whether it has so many items that it is faster [#graphed].
  public boolean wantsGraph() {
    return vectors.scansMoreThan(VectorIndex.EXACT_MAX - 1);
  }

  boolean searchesGraph() {
    return vectors.index() instanceof HnswIndex;
  }

  /// The same source, which searches a graph. Building it takes minutes for many items; meanwhile
  /// this one answers, and then the catalogue of that moment is caught up with by [#updated].
  public ContentSource graphed() {
    return new ContentSource(this, snapshot, vectors.graphed());
  }

  /// The source for a newer snapshot; the same one when no content has changed.
  public ContentSource updated(CatalogueSnapshot newer) {
    return updated(newer, changed(newer));
  }

  /// The items whose content differs in a newer snapshot.
  int[] changed(CatalogueSnapshot newer) {
    return newer == snapshot ? new int[0] : ContentVectors.changed(snapshot, newer);
  }

  ContentSource updated(CatalogueSnapshot newer, int[] changed) {
    boolean sameLength = newer.vectorLength() == snapshot.vectorLength();
    if (changed.length == 0 && sameLength) {
      return this;
    }
    ItemVectors next =
        sameLength
            ? vectors.updated(
                newer.capacity(),
                changed,
                number -> {
                  CatalogueItem item = newer.item(number);
                  return item == null ? null : content.of(item);
                })
            : null;
    return next == null ? new ContentSource(newer, texts) : new ContentSource(this, newer, next);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Hits propose(Query query, int max) {
    float[] wanted = wanted(query.history());
    if (wanted.length == 0) {
      return Hits.NONE;
    }
    int[] known = query.history().clone();
    Arrays.sort(known);
    IntPredicate eligible = query.eligible();
    return vectors
        .index()
        .search(wanted, max, i -> Arrays.binarySearch(known, i) < 0 && eligible.test(i))
        .positive();
  }

  @Override
  public float[] score(Query query, int[] items) {
    float[] wanted = wanted(query.history());
    float[] scores = new float[items.length];
    for (int i = 0; i < items.length && wanted.length > 0; i++) {
      scores[i] = Math.max(0, vectors.dot(items[i], wanted));
    }
    return scores;
  }

  @Override
  public int because(Query query, int item) {
    boolean known = vectors.has(item);
    int best = -1;
    float bestShare = 0.2f;
    float weight = 1;
    for (int p = 0; p < Math.min(HISTORY_MAX, query.history().length) && known; p++) {
      float share = weight * Math.max(0, similarity(query.history()[p], item));
      if (share > bestShare) {
        best = p;
        bestShare = share;
      }
      weight *= DECAY;
    }
    return best;
  }

  /// The cosine of the vectors of two items; 0 when one has none.
  public float similarity(int a, int b) {
    return vectors.dot(a, b);
  }

  /// What somebody with a history looks for; empty when nothing is known of it.
  private float[] wanted(int[] history) {
    Wish known = latest;
    if (known != null && Arrays.equals(known.history, history)) {
      return known.wanted;
    }
    Wish wish = new Wish(history, sum(history));
    latest = wish;
    return wish.wanted;
  }

  private float[] sum(int[] history) {
    float[] sum = new float[vectors.dimension()];
    float weight = 1;
    boolean any = false;
    for (int p = 0; p < Math.min(HISTORY_MAX, history.length); p++) {
      if (vectors.has(history[p])) {
        any = true;
        vectors.addTo(sum, history[p], weight);
      }
      weight *= DECAY;
    }
    // Opposite vectors can cancel out: then there is nothing to look for.
    return any && Vectors.normalize(sum, 0, sum.length) > 0 ? sum : new float[0];
  }
}
