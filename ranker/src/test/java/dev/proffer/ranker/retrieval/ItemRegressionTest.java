// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ItemRegressionTest {
  private static Query query(int... history) {
    return new Query(history, 0, _ -> true);
  }

  private static ItemRegression learned(int[][] people, int items) {
    return ItemRegression.train(people, items, new ItemRegression.Parameters(1, 1), 2);
  }

  @Test
  void weightsAreThoseOfTheClosedForm() {
    // Items 0 and 1 go together twice, 2 stands alone: XᵀX + I = [[3,2,0],[2,3,0],[0,0,2]].
    ItemRegression model = learned(new int[][] {{0, 1}, {0, 1}, {2}}, 3);
    assertThat(model.score(query(0), new int[] {0, 1, 2}))
        .containsExactly(new float[] {0, 2f / 3, 0}, within(1e-6f));
  }

  @Test
  void anItemThatIsExplainedByAnotherGetsNoWeightOfItsOwn() {
    // 2 follows 1 and 1 follows 0: beside 1, item 0 has nothing to say about 2.
    Random random = new Random(2);
    int[][] people =
        IntStream.range(0, 400)
            .mapToObj(_ -> {
              boolean a = random.nextBoolean();
              boolean b = a ? random.nextInt(10) < 8 : random.nextInt(10) < 2;
              boolean c = b ? random.nextInt(10) < 8 : random.nextInt(10) < 2;
              return IntStream.range(0, 3).filter(i -> i == 0 ? a : i == 1 ? b : c).toArray();
            })
            .toArray(int[][]::new);
    ItemRegression model = learned(people, 3);
    float direct = model.score(query(1), new int[] {2})[0];
    float through = model.score(query(0), new int[] {2})[0];
    assertThat(through).isLessThan(direct / 2);
  }

  @Test
  void theInverseIsOneForSizesAroundTheBlock() {
    for (int n : new int[] {1, 31, 32, 33, 70}) {
      Random random = new Random(n);
      float[] half = new float[n * n];
      for (int i = 0; i < half.length; i++) {
        half[i] = random.nextFloat() - 0.5f;
      }
      float[] matrix = new float[n * n];
      for (int r = 0; r < n; r++) {
        for (int c = 0; c < n; c++) {
          double sum = r == c ? 1 : 0;
          for (int k = 0; k < n; k++) {
            sum += half[r * n + k] * half[c * n + k];
          }
          matrix[r * n + c] = (float) sum;
        }
      }
      float[] inverse = matrix.clone();
      ItemRegression.invert(inverse, n, 2);
      for (int r = 0; r < n; r++) {
        for (int c = 0; c < n; c++) {
          double sum = 0;
          for (int k = 0; k < n; k++) {
            sum += matrix[r * n + k] * inverse[k * n + c];
          }
          assertThat(sum).isCloseTo(r == c ? 1 : 0, within(1e-3));
        }
      }
    }
  }

  @Test
  void strangersUnknownItemsAndHugeCatalogues() {
    ItemRegression model = learned(new int[][] {{0}}, 1);
    assertThat(model.propose(query(), 3).size()).isZero();
    assertThat(model.propose(query(0, 8), 3).size()).isZero();
    assertThatThrownBy(() -> learned(new int[0][], ItemRegression.ITEMS_MAX + 1))
        .hasMessageContaining("at most 15000");
  }
}
