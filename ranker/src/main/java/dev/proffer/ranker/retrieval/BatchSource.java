// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.VectorIndex;
import dev.proffer.ranker.index.VectorTable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/// A source that learns from all there is at once, when a model is trained, and comes in a bundle.
/// People are not part of it: what it proposes depends on the history of the request alone.
public sealed interface BatchSource extends CandidateSource
    permits ItemKnn, ImplicitFactors, Spectral, ItemRegression, SelfAttention {
  /// The names of all of them, in the order in which they are tried and asked.
  List<String> NAMES =
      List.of(
          ItemKnn.NAME,
          ImplicitFactors.NAME,
          Spectral.NAME,
          ItemRegression.NAME,
          SelfAttention.NAME);

  /// Writes all that asking needs. Item numbers are written as they are: the bundle keeps their
  /// ids.
  void write(DataOutput out) throws IOException;

  /// Reads what the source of this name wrote.
  ///
  /// @param indexing makes what finds the nearest of its vectors, for those that have some
  static BatchSource read(String name, DataInput in, Function<VectorTable, VectorIndex> indexing)
      throws IOException {
    try {
      return switch (name) {
        case ItemKnn.NAME -> ItemKnn.read(in);
        case ImplicitFactors.NAME -> ImplicitFactors.read(in, indexing);
        case Spectral.NAME -> Spectral.read(in, indexing);
        case ItemRegression.NAME -> ItemRegression.read(in);
        case SelfAttention.NAME -> SelfAttention.read(in, indexing);
        default -> throw new IOException("source '" + name + "' (expected: one of " + NAMES + ")");
      };
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    }
  }
}
