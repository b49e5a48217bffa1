// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.ranker.index.Vectors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OnnxTextVectorsTest {
  @Test
  void textsOfOneMeaningAreNearThoughTheyShareNoWord() throws Exception {
    try (OnnxTextVectors vectors = OnnxTextVectors.english()) {
      float[] sofa = vectors.of("Sofa");
      assertThat(sofa).hasSize(vectors.dimension()).hasSize(384);
      assertThat(Vectors.dot(sofa, 0, sofa, 0, 384)).isCloseTo(1, within(1e-4f));
      float couch = Vectors.dot(sofa, 0, vectors.of("Couch"), 0, 384);
      float trousers = Vectors.dot(sofa, 0, vectors.of("Trousers"), 0, 384);
      assertThat(couch).isGreaterThan(trousers + 0.05f);
      assertThat(vectors.of("")).hasSize(384);
      assertThat(vectors.of("word ".repeat(5_000))).hasSize(384);
    }
  }

  @Test
  void eachTextIsEncodedOnceAsLongAsItIsUsed() {
    List<String> encoded = new ArrayList<>();
    EncodedTexts texts =
        new EncodedTexts(
            new TextVectors() {
              @Override
              public int dimension() {
                return 2;
              }

              @Override
              public float[] of(String text) {
                encoded.add(text);
                return new float[] {1, text.length()};
              }
            });
    assertThat(texts.mean(List.of("a", "abc", "a", ""))).containsExactly(1, 2);
    texts.of("a");
    texts.forgetOthers();
    texts.of("a");
    texts.forgetOthers();
    texts.of("abc");
    assertThat(encoded).containsExactly("a", "abc", "abc");
  }
}
