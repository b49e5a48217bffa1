// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.index.Vectors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a text finds while the catalogue changes, by scans and by graphs.
class MeaningIndexTest {
  private static final int NOBODY = Integer.MAX_VALUE;

  private final ItemNumbers numbers = new ItemNumbers();
  private final Map<String, Item> items = new HashMap<>();
  private final AtomicInteger encoded = new AtomicInteger();

  /// Counts letters, so that texts of the same letters mean the same.
  private final TextVectors letters =
      new TextVectors() {
        @Override
        public int dimension() {
          return 64;
        }

        @Override
        public float[] of(String text) {
          encoded.incrementAndGet();
          float[] vector = new float[64];
          text.chars().forEach(c -> vector[c % 64] += 1);
          Vectors.normalize(vector, 0, 64);
          return vector;
        }
      };

  MeaningIndexTest() {
    for (int i = 0; i < 300; i++) {
      put(
          "i" + i,
          "thing " + (char) ('a' + i % 26) + (char) ('a' + i / 26),
          "物" + (char) (0x4e00 + i));
    }
  }

  private void put(String id, String english, String chinese) {
    Item.Builder item = Item.newBuilder().setItemId(id).putTitles("en", english);
    if (!chinese.isEmpty()) {
      item.putTitles("zh", chinese);
    }
    items.put(id, item.addVector(english.length()).addVector(1).build());
  }

  private CatalogueSnapshot snapshot() {
    return CatalogueSnapshot.of(numbers, List.copyOf(items.values()));
  }

  private List<Integer> found(MeaningIndex index, String text) {
    Hits hits = index.search(text, 3, _ -> true);
    return Arrays.stream(hits.items()).boxed().toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, NOBODY})
  void followsTheCatalogue(int scanMax) {
    CatalogueSnapshot first = snapshot();
    MeaningIndex index = MeaningIndex.of(first, letters, letters).graphed(scanMax);
    put("new", "zzz qqq zzz", "");
    put("i7", "qqq zzz", "新新新");
    items.remove("i9");
    int before = encoded.get();

    CatalogueSnapshot second = snapshot();
    MeaningIndex after = index.updated(second, ContentVectors.changed(first, second));

    // Titles that did not change are not encoded again.
    assertThat(encoded.get() - before).isLessThanOrEqualTo(3);
    assertThat(found(after, "zzz qqq")).contains(numbers.find("new"), numbers.find("i7"));
    assertThat(found(after, "新新").getFirst()).isEqualTo(numbers.find("i7"));
    assertThat(found(after, "thing jb")).contains(numbers.find("i35"));
    for (int i = 0; i < 26; i++) {
      assertThat(found(after, "thing " + (char) ('a' + i) + "a"))
          .doesNotContain(numbers.find("i9"));
    }
    Hits near = after.near(new float[] {11, 1}, 300, _ -> true);
    assertThat(near.items()).contains(numbers.find("new")).doesNotContain(numbers.find("i9"));
    assertThat(after.updated(second, new int[0])).isSameAs(after);
  }

  @Test
  void theFirstTitleOfALanguageAndTheFirstVectorAreFound() {
    items.replaceAll((_, item) -> item.toBuilder().removeTitles("zh").clearVector().build());
    CatalogueSnapshot first = snapshot();
    MeaningIndex index = MeaningIndex.of(first, letters, letters).graphed(0);
    assertThat(index.knows("物")).isFalse();
    assertThat(index.vectorLength()).isZero();
    put("new", "zzz", "新物");
    CatalogueSnapshot second = snapshot();
    MeaningIndex after = index.updated(second, ContentVectors.changed(first, second));
    assertThat(after.knows("物")).isTrue();
    assertThat(after.vectorLength()).isEqualTo(2);
    assertThat(after.near(new float[] {3, 1}, 3, _ -> true).items())
        .containsExactly(numbers.find("new"));
  }
}
