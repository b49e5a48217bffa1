// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ImplicitFactorsTest {
  private static int[][] people(int count, int items) {
    Random random = new Random(3);
    int[][] people = new int[count][];
    for (int p = 0; p < count; p++) {
      people[p] = random.ints(1 + random.nextInt(12), 0, items).distinct().toArray();
    }
    return people;
  }

  @Test
  void systemsOfAnySizeAreSolved() {
    for (int columns : new int[] {1, 3, 16, 17, 40, 64}) {
      int width = Symmetric.width(columns);
      Random random = new Random(columns);
      float[] rows = new float[200 * width];
      for (int r = 0; r < 200; r++) {
        for (int c = 0; c < columns; c++) {
          rows[r * width + c] = (float) random.nextGaussian();
        }
      }
      float[] matrix = new float[width * width];
      Symmetric.addOuter(matrix, rows, 200, width);
      for (int c = 0; c < width; c++) {
        matrix[c * width + c] += 1;
      }
      Symmetric.mirror(matrix, width);
      float[] wanted = new float[width];
      for (int c = 0; c < columns; c++) {
        wanted[c] = (float) random.nextGaussian();
      }
      float[] right = new float[width];
      Symmetric.multiply(matrix, wanted, right, width);
      float[] solution = new float[width];
      Symmetric.solve(matrix, right, solution, width);
      assertThat(solution).containsExactly(wanted, within(1e-3f));
    }
  }

  @Test
  void theOuterProductsAreThoseOfTheDefinition() {
    int width = Symmetric.width(5);
    float[] rows = new float[3 * width];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i % width < 5 ? i % 7 - 3 : 0;
    }
    float[] matrix = new float[width * width];
    Symmetric.addOuter(matrix, rows, 3, width);
    for (int r = 0; r < 5; r++) {
      for (int c = r; c < 5; c++) {
        float sum = 0;
        for (int row = 0; row < 3; row++) {
          sum += rows[row * width + r] * rows[row * width + c];
        }
        assertThat(matrix[r * width + c]).isEqualTo(sum);
      }
    }
  }

  @Test
  void manyStepsOfConjugateGradientsGiveTheExactSolution() {
    int[][] people = people(60, 30);
    int[] asked = {0, 5, 11, 17, 29};
    Query query = new Query(people[7], 0, _ -> true);
    ImplicitFactors exact =
        ImplicitFactors.train(
            people, 30, new ImplicitFactors.Parameters(12, 0.1, 0.01, 1, 4, 5), 2);
    ImplicitFactors near =
        ImplicitFactors.train(
            people, 30, new ImplicitFactors.Parameters(12, 0.1, 0.01, 1, 4, 5, 40), 2);
    assertThat(near.score(query, asked)).containsExactly(exact.score(query, asked), within(2e-3f));
  }

  @Test
  void threeStepsAnEpochAreNearlyAsGoodAfterAWhile() {
    int[][] people = people(200, 40);
    ImplicitFactors exact =
        ImplicitFactors.train(
            people, 40, new ImplicitFactors.Parameters(8, 0.1, 0.01, 1, 15, 5), 2);
    ImplicitFactors near =
        ImplicitFactors.train(
            people, 40, new ImplicitFactors.Parameters(8, 0.1, 0.01, 1, 15, 5, 3), 2);
    int same = 0;
    for (int[] own : people) {
      Query query = new Query(own, 0, _ -> true);
      int[] first = exact.propose(query, 10).items();
      int[] second = near.propose(query, 10).items();
      same += (int) Arrays.stream(second).filter(i -> contains(first, i)).count();
    }
    assertThat(same / 2_000.0).isGreaterThan(0.85);
  }

  private static boolean contains(int[] items, int item) {
    return Arrays.stream(items).anyMatch(i -> i == item);
  }

  @Test
  void peopleWithoutItemsAndItemsWithoutPeopleAreNoTrouble() {
    ImplicitFactors model =
        ImplicitFactors.train(new int[][] {{}, {0}, {}}, 2, ImplicitFactors.Parameters.DEFAULT, 2);
    assertThat(model.propose(new Query(new int[0], 0, _ -> true), 3).size()).isZero();
    assertThat(model.propose(new Query(new int[] {5}, 0, _ -> true), 3).size()).isZero();
    assertThat(model.propose(new Query(new int[] {0}, 0, _ -> true), 3).items()).containsExactly(0);
    assertThatThrownBy(() -> new ImplicitFactors.Parameters(0, 1, 1, 1, 1, 1))
        .hasMessageContaining("dimension");
  }
}
