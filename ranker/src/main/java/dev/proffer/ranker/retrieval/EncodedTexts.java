// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.ranker.index.Vectors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Vectors of texts, each encoded once: a changed catalogue costs only its new texts. Used by one
/// thread.
final class EncodedTexts {
  private final TextVectors vectors;
  private Map<String, float[]> known = new HashMap<>();
  private Map<String, float[]> used = new HashMap<>();

  EncodedTexts(TextVectors vectors) {
    this.vectors = vectors;
  }

  int dimension() {
    return vectors.dimension();
  }

  float[] of(String text) {
    return used.computeIfAbsent(
        text,
        _ -> {
          float[] before = known.get(text);
          return before == null ? vectors.of(text) : before;
        });
  }

  /// The mean of the vectors of texts. Encoders put all texts into one corner of their space; less
  /// the mean, unlike texts are far from each other.
  float[] mean(List<String> texts) {
    float[] mean = new float[dimension()];
    if (mean.length == 0) {
      return mean;
    }
    List<String> all = texts.stream().filter(text -> !text.isEmpty()).distinct().toList();
    if (all.size() < 2) {
      return mean;
    }
    for (String text : all) {
      Vectors.addScaled(mean, 0, of(text), 0, 1f / all.size(), mean.length);
    }
    return mean;
  }

  /// Forgets the texts that were not asked for since the last time.
  void forgetOthers() {
    known = used;
    used = new HashMap<>();
  }
}
