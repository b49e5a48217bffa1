// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.HnswIndex;
import dev.proffer.ranker.index.VectorIndex;
import dev.proffer.ranker.index.VectorTable;
import dev.proffer.ranker.index.Vectors;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// Proposes items whose texts and vectors are like those of the history. It knows new items at
/// once.
///
/// A changed catalogue gets a new one from [#updated]. Where a graph is searched, the new one
/// shares it and only puts the changed items in; what is behind the graph is made anew when a good
/// part of the catalogue has changed.
public final class ContentSource implements CandidateSource {
  public static final String NAME = "content";

  private static final int HISTORY_MAX = 10;
  private static final float DECAY = 0.85f;

  // A graph of many items takes minutes to build. Up to this share of its items may change before.
  private static final double CHANGED_MAX = 0.1;

  private static final int NO_ROW = -1;
  private static final int LATER = -2;

  private final CatalogueSnapshot snapshot;
  private final EncodedTexts texts;
  private final Function<VectorTable, VectorIndex> indexed;
  private final ContentVectors vectors;
  private final VectorTable table;
  private final VectorIndex index;
  // By item number: the row of the table, or LATER less the row of `later`, or NO_ROW.
  private final int[] rowOf;
  private final float[][] later;

  public ContentSource(CatalogueSnapshot snapshot) {
    this(snapshot, TextVectors.none());
  }

  /// @param vectors what titles are compared by besides their words
  public ContentSource(CatalogueSnapshot snapshot, TextVectors vectors) {
    this(snapshot, new EncodedTexts(vectors), VectorIndex::of);
  }

  /// @param indexed makes the index of a table
  ContentSource(
      CatalogueSnapshot snapshot, EncodedTexts texts, Function<VectorTable, VectorIndex> indexed) {
    this.snapshot = snapshot;
    this.texts = texts;
    this.indexed = indexed;
    this.vectors = new ContentVectors(snapshot.sortedById(), snapshot.vectorLength(), texts);
    this.table = vectors.table(snapshot.sortedById());
    texts.forgetOthers();
    this.index = indexed.apply(table);
    this.rowOf = new int[snapshot.capacity()];
    this.later = new float[0][];
    Arrays.fill(rowOf, NO_ROW);
    for (int row = 0; row < table.size(); row++) {
      rowOf[table.numbers()[row]] = row;
    }
  }

  /// The same with changed items, which are put into the same graph.
  private ContentSource(
      ContentSource before, CatalogueSnapshot snapshot, HnswIndex graph, int[] changed) {
    this.snapshot = snapshot;
    this.texts = before.texts;
    this.indexed = before.indexed;
    this.vectors = before.vectors;
    this.table = before.table;
    this.index = graph;
    this.rowOf = Arrays.copyOf(before.rowOf, snapshot.capacity());
    Arrays.fill(rowOf, Math.min(before.rowOf.length, rowOf.length), rowOf.length, NO_ROW);
    float[][] added = Arrays.copyOf(before.later, before.later.length + changed.length);
    int rows = before.later.length;
    for (int number : changed) {
      CatalogueItem item = snapshot.item(number);
      float[] vector = item == null ? null : vectors.of(item);
      if (vector == null) {
        graph.remove(number);
        rowOf[number] = NO_ROW;
      } else {
        graph.add(number, vector);
        added[rows] = vector;
        rowOf[number] = LATER - rows++;
      }
    }
    this.later = Arrays.copyOf(added, rows);
  }

  /// The vectors of titles that are known, for the thread that builds.
  EncodedTexts texts() {
    return texts;
  }

  /// The source for a newer snapshot; the same one when no content has changed.
  public ContentSource updated(CatalogueSnapshot newer) {
    if (newer == snapshot) {
      return this;
    }
    int[] changed =
        IntStream.range(0, Math.max(newer.capacity(), snapshot.capacity()))
            .filter(number -> {
              CatalogueItem now = newer.item(number);
              CatalogueItem before = snapshot.item(number);
              return (now == null || before == null)
                  ? now != before
                  : !ContentVectors.sameContent(now, before);
            })
            .toArray();
    if (changed.length == 0 && newer.vectorLength() == snapshot.vectorLength()) {
      return this;
    }
    return index instanceof HnswIndex graph
            && newer.vectorLength() == snapshot.vectorLength()
            && later.length + changed.length <= CHANGED_MAX * table.size()
        ? new ContentSource(this, newer, graph, changed)
        : new ContentSource(newer, texts, indexed);
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
    Set<Integer> known = new HashSet<>();
    for (int item : query.history()) {
      known.add(item);
    }
    IntPredicate eligible = query.eligible();
    return index.search(wanted, max, i -> !known.contains(i) && eligible.test(i)).positive();
  }

  @Override
  public float[] score(Query query, int[] items) {
    float[] wanted = wanted(query.history());
    float[] scores = new float[items.length];
    for (int i = 0; i < items.length && wanted.length > 0; i++) {
      int row = row(items[i]);
      if (row != NO_ROW) {
        scores[i] = Math.max(0, Vectors.dot(values(row), from(row), wanted, 0, table.dimension()));
      }
    }
    return scores;
  }

  @Override
  public int because(Query query, int item) {
    int row = row(item);
    int best = -1;
    float bestShare = 0.2f;
    float weight = 1;
    for (int p = 0; p < Math.min(HISTORY_MAX, query.history().length) && row != NO_ROW; p++) {
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
    int rowA = row(a);
    int rowB = row(b);
    return rowA == NO_ROW || rowB == NO_ROW
        ? 0
        : Vectors.dot(values(rowA), from(rowA), values(rowB), from(rowB), table.dimension());
  }

  private float[] wanted(int[] history) {
    float[] sum = new float[table.dimension()];
    float weight = 1;
    boolean any = false;
    for (int p = 0; p < Math.min(HISTORY_MAX, history.length); p++) {
      int row = row(history[p]);
      if (row != NO_ROW) {
        any = true;
        Vectors.addScaled(sum, 0, values(row), from(row), weight, table.dimension());
      }
      weight *= DECAY;
    }
    // Opposite vectors can cancel out: then there is nothing to look for.
    return any && Vectors.normalize(sum, 0, sum.length) > 0 ? sum : new float[0];
  }

  private int row(int item) {
    return item >= 0 && item < rowOf.length ? rowOf[item] : NO_ROW;
  }

  private float[] values(int row) {
    return row >= 0 ? table.values() : later[LATER - row];
  }

  private int from(int row) {
    return row >= 0 ? row * table.dimension() : 0;
  }
}
