// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import java.util.Arrays;

/// Two numberings of items: those that a model was trained with, and those of this process.
public final class Renumbering {
  // What a model does not know gets a number above all of its own.
  private static final int UNKNOWN = Integer.MAX_VALUE;

  private final int[] toOuter;
  private final int[] toInner;

  /// @param toOuter the number in this process of each number of the model
  public Renumbering(int[] toOuter) {
    this.toOuter = toOuter;
    this.toInner = new int[Arrays.stream(toOuter).max().orElse(-1) + 1];
    Arrays.fill(toInner, UNKNOWN);
    for (int inner = 0; inner < toOuter.length; inner++) {
      toInner[toOuter[inner]] = inner;
    }
  }

  /// The numbering in which both are the same.
  public static Renumbering identity(int count) {
    int[] same = new int[count];
    Arrays.setAll(same, i -> i);
    return new Renumbering(same);
  }

  /// The number in this process.
  int outer(int inner) {
    return toOuter[inner];
  }

  int[] outer(int[] inner) {
    int[] outer = new int[inner.length];
    for (int i = 0; i < outer.length; i++) {
      outer[i] = toOuter[inner[i]];
    }
    return outer;
  }

  /// The number of the model; a very large one for an item that it does not know.
  int inner(int outer) {
    return outer >= 0 && outer < toInner.length ? toInner[outer] : UNKNOWN;
  }

  int[] inner(int[] outer) {
    int[] inner = new int[outer.length];
    for (int i = 0; i < inner.length; i++) {
      inner[i] = inner(outer[i]);
    }
    return inner;
  }

  /// The query as the model understands it. The history keeps its places.
  Query inner(Query query) {
    return new Query(
        inner(query.history()),
        query.atMillis(),
        item -> query.eligible().test(toOuter[item]),
        query.groups(),
        query.purchases());
  }
}
