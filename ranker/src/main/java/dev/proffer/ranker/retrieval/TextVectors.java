// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

/// Turns texts into vectors whose inner product says how alike they are in meaning.
///
/// Implementations are safe for use by many threads.
public interface TextVectors {
  /// The length of all vectors; 0 when there are none.
  int dimension();

  /// The vector of a text, of length 1.
  float[] of(String text);

  /// No vectors: texts are compared by their words alone.
  static TextVectors none() {
    return new TextVectors() {
      @Override
      public int dimension() {
        return 0;
      }

      @Override
      public float[] of(String text) {
        return new float[0];
      }
    };
  }
}
