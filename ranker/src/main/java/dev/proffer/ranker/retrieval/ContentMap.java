// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// Says where an item that nobody has dealt with yet lies among the factors, by what is written
/// about it: `factors ≈ B · content + b`, a ridge regression over the items that people did deal
/// with. An item counts as n / (n + 10), n being how many dealt with it, because factors of few
/// steps are mostly chance.
///
/// The vector of an item is made of its words, category, brand, attributes and own vector, as
/// [ContentSource] makes it without an encoder; how rare words were is kept, so that the vector of
/// an item does not depend on what else comes later. Immutable.
public final class ContentMap {
  private static final double HALF_TRUST = 10;

  private final ContentVectors content;
  private final int factors;
  private final double ridge;
  // One row a content number, and at last that of the constant.
  private final float[] matrix;

  private ContentMap(ContentVectors content, int factors, double ridge, float[] matrix) {
    this.content = content;
    this.factors = factors;
    this.ridge = ridge;
    this.matrix = matrix;
  }

  /// The sums that maps of every strength of regularisation are solved from.
  public static final class Lessons {
    private final ContentVectors content;
    private final int factors;
    private final double[] left;
    private final double[] right;
    private double weights;

    /// Collects from the items of a catalogue that the factors know.
    ///
    /// @param counts how many people dealt with each item
    public Lessons(CatalogueSnapshot snapshot, ImplicitFactors learned, int[] counts) {
      List<CatalogueItem> items = snapshot.sortedById();
      this.content =
          new ContentVectors(items, snapshot.vectorLength(), new EncodedTexts(TextVectors.none()));
      this.factors = learned.parameters().dimension();
      int wide = content.dimension() + 1;
      this.left = new double[wide * wide];
      this.right = new double[wide * factors];
      int[] present = new int[wide];
      for (CatalogueItem item : items) {
        int number = item.number();
        if (!learned.knows(number) || number >= counts.length || counts[number] == 0) {
          continue;
        }
        float[] known = content.of(item);
        float[] row = known == null ? new float[wide] : Arrays.copyOf(known, wide);
        row[wide - 1] = 1;
        double weight = counts[number] / (counts[number] + HALF_TRUST);
        weights += weight;
        int count = 0;
        for (int c = 0; c < wide; c++) {
          if (row[c] != 0) {
            present[count++] = c;
          }
        }
        for (int a = 0; a < count; a++) {
          double scaled = weight * row[present[a]];
          for (int b = 0; b <= a; b++) {
            left[present[a] * wide + present[b]] += scaled * row[present[b]];
          }
          for (int f = 0; f < factors; f++) {
            right[present[a] * factors + f] += scaled * learned.rows()[number * factors + f];
          }
        }
      }
    }

    /// Whether there was anything to learn from.
    public boolean isEmpty() {
      return weights == 0;
    }

    /// Solves for a map.
    ///
    /// @param ridge what is added to the diagonal, as a multiple of its mean
    public ContentMap solve(double ridge) {
      if (!(ridge > 0)) {
        throw new IllegalArgumentException("ridge: " + ridge + " (expected: above 0)");
      }
      int wide = content.dimension() + 1;
      double[] lower = left.clone();
      double mean = Math.max(1e-9, weights / (wide - 1));
      for (int c = 0; c < wide; c++) {
        // The constant is not held back: without words an item lies where items lie on average.
        lower[c * wide + c] += c == wide - 1 ? 1e-9 : ridge * mean;
      }
      cholesky(lower, wide);
      double[] solved = right.clone();
      substitute(lower, solved, wide, factors);
      float[] matrix = new float[wide * factors];
      for (int i = 0; i < matrix.length; i++) {
        matrix[i] = (float) solved[i];
      }
      return new ContentMap(content, factors, ridge, matrix);
    }
  }

  /// What is added to the diagonal, as a multiple of its mean.
  public double ridge() {
    return ridge;
  }

  /// The length of what it gives.
  public int dimension() {
    return factors;
  }

  /// The factors of an item; of length 0 when nothing is written about it.
  public float[] factors(CatalogueItem item) {
    float[] row = content.of(item);
    if (row == null) {
      return new float[0];
    }
    float[] sum = Arrays.copyOfRange(matrix, matrix.length - factors, matrix.length);
    for (int c = 0; c < row.length; c++) {
      if (row[c] != 0) {
        for (int f = 0; f < factors; f++) {
          sum[f] += row[c] * matrix[c * factors + f];
        }
      }
    }
    return sum;
  }

  /// Writes the map.
  public void write(DataOutput out) throws IOException {
    out.writeInt(factors);
    out.writeDouble(ridge);
    content.write(out);
    ArrayFormat.write(out, matrix);
  }

  /// Reads what [#write] wrote.
  public static ContentMap read(DataInput in) throws IOException {
    int factors = ArrayFormat.length(in);
    double ridge = in.readDouble();
    ContentVectors content = ContentVectors.read(in);
    float[] matrix = ArrayFormat.floats(in);
    if (matrix.length != (content.dimension() + 1L) * factors) {
      throw new IOException("the map of new items: the lengths of its arrays do not agree");
    }
    return new ContentMap(content, factors, ridge, matrix);
  }

  /// Replaces the lower triangle by its Cholesky factor. A pivot that vanishes, as of a word that
  /// no item has, is held up.
  private static void cholesky(double[] matrix, int n) {
    for (int r = 0; r < n; r++) {
      for (int c = 0; c <= r; c++) {
        double sum = matrix[r * n + c];
        for (int k = 0; k < c; k++) {
          sum -= matrix[r * n + k] * matrix[c * n + k];
        }
        matrix[r * n + c] = r == c ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[c * n + c];
      }
    }
  }

  private static void substitute(double[] lower, double[] right, int n, int columns) {
    for (int r = 0; r < n; r++) {
      for (int k = 0; k < r; k++) {
        addRow(right, r, k, -lower[r * n + k], columns);
      }
      scaleRow(right, r, 1 / lower[r * n + r], columns);
    }
    for (int r = n - 1; r >= 0; r--) {
      for (int k = r + 1; k < n; k++) {
        addRow(right, r, k, -lower[k * n + r], columns);
      }
      scaleRow(right, r, 1 / lower[r * n + r], columns);
    }
  }

  private static void addRow(double[] rows, int to, int from, double factor, int columns) {
    if (factor != 0) {
      for (int c = 0; c < columns; c++) {
        rows[to * columns + c] += factor * rows[from * columns + c];
      }
    }
  }

  private static void scaleRow(double[] rows, int row, double factor, int columns) {
    for (int c = 0; c < columns; c++) {
      rows[row * columns + c] *= factor;
    }
  }
}
