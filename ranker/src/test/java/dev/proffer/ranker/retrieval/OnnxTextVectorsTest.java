// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.ranker.index.Vectors;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
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
  void piecesAreNumberedAsTheModelLearnedThem() throws Exception {
    try (InputStream json =
        OnnxTextVectors.class.getResourceAsStream("/bge-small-en-v1.5-q-tokenizer.json")) {
      assertThat(json).isNotNull();
      assertThat(WordPieces.read(json).ids("Hello, world", 9))
          .containsExactly(101, 7592, 1010, 2088, 102);
    }
  }

  @Test
  void wordsAreCutIntoTheLongestPieces() throws Exception {
    String json =
        "{\"model\":{\"vocab\":{\"[UNK]\":1,\"[CLS]\":2,\"[SEP]\":3,\"tea\":4,\"##pot\":5,"
            + "\"##s\":6,\"te\":7,\"!\":8,\"caf\":9,\"##e\":10}}}";
    WordPieces pieces =
        WordPieces.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    assertThat(pieces.ids("Teapots! Caf\u00e9", 20)).containsExactly(2, 4, 5, 6, 8, 9, 10, 3);
    assertThat(pieces.ids("teaxpot 茶", 20)).containsExactly(2, 1, 1, 3);
    assertThat(pieces.ids("tea tea tea tea", 4)).containsExactly(2, 4, 4, 3);
    assertThat(pieces.ids("", 4)).containsExactly(2, 3);
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
