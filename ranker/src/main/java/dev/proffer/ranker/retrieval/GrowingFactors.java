// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.TopK;
import dev.proffer.ranker.index.VectorIndex;
import dev.proffer.ranker.index.VectorTable;
import dev.proffer.ranker.index.Vectors;
import java.util.Arrays;
import java.util.function.Function;

/// Factors that take in new items: those of the catalogue that nobody had dealt with when the
/// factors were learned lie where a [ContentMap] puts them, from the moment that they are in the
/// catalogue. They are proposed, and they count in histories.
///
/// Safe for use by many threads; one of them follows the catalogue.
public final class GrowingFactors implements CandidateSource {
  private final ImplicitFactors learned;
  private final Renumbering numbers;
  private final ContentMap map;
  private final Function<VectorTable, VectorIndex> indexing;
  private volatile Fresh fresh;

  /// The new items of one catalogue.
  ///
  /// @param rowOf the row of each item number, or -1
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Fresh(CatalogueSnapshot of, int[] rowOf, VectorTable table, VectorIndex index) {
    int row(int item) {
      return item >= 0 && item < rowOf.length ? rowOf[item] : -1;
    }
  }

  /// @param numbers what the numbers of the factors are in this process
  /// @param indexing makes what finds the nearest of the new items
  public GrowingFactors(
      ImplicitFactors learned,
      Renumbering numbers,
      ContentMap map,
      Function<VectorTable, VectorIndex> indexing) {
    if (map.dimension() != learned.parameters().dimension()) {
      throw new IllegalArgumentException(
          "map: gives "
              + map.dimension()
              + " factors (expected: "
              + learned.parameters().dimension()
              + ")");
    }
    this.learned = learned;
    this.numbers = numbers;
    this.map = map;
    this.indexing = indexing;
    VectorTable none = new VectorTable(map.dimension(), new int[0], new float[0]);
    this.fresh =
        new Fresh(
            CatalogueSnapshot.empty(new dev.proffer.ranker.catalogue.ItemNumbers()),
            new int[0],
            none,
            indexing.apply(none));
  }

  /// Takes in what is new in a catalogue. One that is the same costs nothing, and an item that was
  /// there before keeps its place.
  public void follow(CatalogueSnapshot snapshot) {
    Fresh before = fresh;
    if (before.of() == snapshot) {
      return;
    }
    int d = map.dimension();
    int[] rowOf = new int[snapshot.capacity()];
    Arrays.fill(rowOf, -1);
    int[] items = new int[16];
    float[] values = new float[16 * d];
    int rows = 0;
    boolean same = true;
    for (int number = 0; number < rowOf.length; number++) {
      CatalogueItem item = snapshot.item(number);
      if (item == null || learned.knows(numbers.inner(number))) {
        continue;
      }
      int known = before.of().item(number) == item ? before.row(number) : -1;
      float[] vector = known >= 0 ? before.table().copyOf(known) : map.factors(item);
      same &= known >= 0;
      if (vector.length == 0) {
        continue;
      }
      if (rows == items.length) {
        items = Arrays.copyOf(items, rows * 2);
        values = Arrays.copyOf(values, rows * 2 * d);
      }
      System.arraycopy(vector, 0, values, rows * d, d);
      rowOf[number] = rows;
      items[rows++] = number;
    }
    if (same && rows == before.table().size()) {
      fresh = new Fresh(snapshot, rowOf, before.table(), before.index());
      return;
    }
    VectorTable table =
        new VectorTable(d, Arrays.copyOf(items, rows), Arrays.copyOf(values, rows * d));
    fresh = new Fresh(snapshot, rowOf, table, indexing.apply(table));
  }

  /// How many new items it knows.
  public int freshItems() {
    return fresh.table().size();
  }

  @Override
  public String name() {
    return ImplicitFactors.NAME;
  }

  @Override
  public Hits propose(Query query, int max) {
    Fresh now = fresh;
    float[] person = person(query.history(), now);
    if (person.length == 0) {
      return Hits.NONE;
    }
    Hits old = learned.nearest(person, max, item -> query.eligible().test(numbers.outer(item)));
    Hits added = now.index().search(person, max, query.eligible()).positive();
    if (added.size() == 0) {
      return new Hits(numbers.outer(old.items()), old.scores());
    }
    TopK best = new TopK(Math.min(max, old.size() + added.size()));
    for (int i = 0; i < old.size(); i++) {
      best.offer(numbers.outer(old.items()[i]), old.scores()[i]);
    }
    for (int i = 0; i < added.size(); i++) {
      best.offer(added.items()[i], added.scores()[i]);
    }
    return best.drain();
  }

  @Override
  public float[] score(Query query, int[] items) {
    Fresh now = fresh;
    float[] person = person(query.history(), now);
    float[] scores = new float[items.length];
    int d = map.dimension();
    for (int i = 0; i < items.length && person.length > 0; i++) {
      int inner = numbers.inner(items[i]);
      int row = now.row(items[i]);
      if (learned.knows(inner)) {
        scores[i] = Math.max(0, Vectors.dot(learned.rows(), inner * d, person, 0, d));
      } else if (row >= 0) {
        scores[i] = Math.max(0, Vectors.dot(now.table().values(), row * d, person, 0, d));
      }
    }
    return scores;
  }

  /// The factors of somebody with this history; empty when it holds nothing that has a place.
  private float[] person(int[] history, Fresh now) {
    int d = map.dimension();
    float[] rows = new float[history.length * d];
    int count = 0;
    for (int item : history) {
      int inner = numbers.inner(item);
      int row = now.row(item);
      if (learned.knows(inner)) {
        System.arraycopy(learned.rows(), inner * d, rows, count++ * d, d);
      } else if (row >= 0) {
        System.arraycopy(now.table().values(), row * d, rows, count++ * d, d);
      }
    }
    return count == 0 ? new float[0] : learned.foldInRows(Arrays.copyOf(rows, count * d));
  }
}
