// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

/// Texts that are asked for again are encoded once. Safe for use by many threads.
final class RememberedTexts implements TextVectors {
  private final TextVectors encoder;
  private final Cache<String, float[]> known;

  /// @param max how many are remembered
  RememberedTexts(TextVectors encoder, int max) {
    this.encoder = encoder;
    this.known = Caffeine.newBuilder().maximumSize(max).build();
  }

  @Override
  public int dimension() {
    return encoder.dimension();
  }

  @Override
  public float[] of(String text) {
    return known.get(text, encoder::of);
  }
}
