// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ItemFeaturesTest {
  private static final ItemFeatures.Of TWO =
      new ItemFeatures.Of("hash", List.of("item_activity:clicks", "item_activity:carts"));
  private static final long SECOND = 1_000_000_000L;

  private final ItemFeatures kept = new ItemFeatures(TWO, Duration.ofSeconds(5));

  @Test
  void givesBackWhatWasKeptUntilItIsTooOld() {
    float[] read = {1, 2, 3, 4};
    kept.keep(70, 10 * SECOND, read, 1);
    read[2] = 9;

    float[] into = new float[6];
    assertThat(kept.isCopied(70, 15 * SECOND - 1, into, 2)).isTrue();
    assertThat(into).containsExactly(0, 0, 0, 0, 3, 4);
    assertThat(kept.isCopied(70, 15 * SECOND, into, 0)).isFalse();
    assertThat(kept.isCopied(71, 10 * SECOND, into, 0)).isFalse();
    assertThat(into).containsExactly(0, 0, 0, 0, 3, 4);
  }

  @Test
  void itemsThatShareAPlaceAreNotTakenForEachOther() {
    float[] read = {1, 2};
    int other = 5 + (1 << 17);
    kept.keep(5, 0, read, 0);
    kept.keep(other, 0, new float[] {7, 8}, 0);

    float[] into = new float[2];
    assertThat(kept.isCopied(5, 1, into, 0)).isFalse();
    assertThat(kept.isCopied(other, 1, into, 0)).isTrue();
    assertThat(into).containsExactly(7, 8);
  }

  @Test
  void keepsNothingForNoTime() {
    ItemFeatures none = new ItemFeatures(TWO, Duration.ZERO);
    none.keep(5, 0, new float[] {1, 2}, 0);
    assertThat(none.isCopied(5, 0, new float[2], 0)).isFalse();
  }
}
