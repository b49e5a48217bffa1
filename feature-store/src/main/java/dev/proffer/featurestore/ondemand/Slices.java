// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.ondemand;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A column of texts, lists or vectors as parts of the arrays that hold their rows, so that nothing
/// is made for a row.
public final class Slices {
  private final byte[] @Nullable [] in;
  private final int[] from;
  private final int[] to;

  public Slices(int rows) {
    this.in = new byte[rows][];
    this.from = new int[rows];
    this.to = new int[rows];
  }

  public void set(int row, byte[] bytes, int begin, int end) {
    in[row] = bytes;
    from[row] = begin;
    to[row] = end;
  }

  public void set(int row, byte[] payload) {
    set(row, payload, 0, payload.length);
  }

  /// Gives all rows what one has.
  public void setAll(Slices other, int row) {
    Arrays.fill(in, other.in[row]);
    Arrays.fill(from, other.from[row]);
    Arrays.fill(to, other.to[row]);
  }

  /// The array that holds the value of a row; null when there is none.
  byte @Nullable [] bytes(int row) {
    return in[row];
  }

  int begin(int row) {
    return from[row];
  }

  int end(int row) {
    return to[row];
  }
}
