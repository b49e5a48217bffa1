// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.proffer.ranker.segment.KMeans.Clustering;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Against scikit-learn; the script beside the reference says how.
final class KMeansTest {
  private static final int DIMENSIONS = 4;

  private final double[] points =
      new BufferedReader(open("kmeans_points.csv"))
          .lines()
          .flatMapToDouble(
              line -> Arrays.stream(line.split(",", -1)).mapToDouble(Double::parseDouble))
          .toArray();
  private final JsonObject reference =
      JsonParser.parseReader(open("kmeans_reference.json")).getAsJsonObject();

  @Test
  void reachesTheInertiaOfScikitLearnWithinOnePercent() {
    for (int k : new int[] {2, 3, 5, 8, 12}) {
      double theirs = reference.getAsJsonObject("inertia").get("" + k).getAsDouble();
      Clustering ours = new KMeans(new SplittableRandom(1)).cluster(points, DIMENSIONS, k, 20);
      assertThat(ours.inertia()).isLessThanOrEqualTo(theirs * 1.01);
    }
  }

  @Test
  void measuresSilhouetteAndAgreementAsScikitLearnDoes() {
    for (int k : new int[] {2, 3, 5}) {
      Clustering ours = new KMeans(new SplittableRandom(1)).cluster(points, DIMENSIONS, k, 20);
      assertThat(Agreement.silhouette(points, DIMENSIONS, ours.clusters(), k))
          .isCloseTo(
              reference.getAsJsonObject("silhouette").get("" + k).getAsDouble(), within(0.005));
    }
    JsonObject rand = reference.getAsJsonObject("rand");
    assertThat(Agreement.adjustedRand(ints(rand, "left"), ints(rand, "right")))
        .isCloseTo(rand.get("adjusted").getAsDouble(), within(1e-9));
  }

  @Test
  void everyPointIsWithItsNearestCentre() {
    Clustering found = new KMeans(new SplittableRandom(5)).cluster(points, DIMENSIONS, 6);
    double inertia = 0;
    for (int i = 0; i < points.length / DIMENSIONS; i++) {
      double nearest = Double.POSITIVE_INFINITY;
      for (double[] centre : found.centres()) {
        nearest = Math.min(nearest, KMeans.squared(points, i * DIMENSIONS, centre, 0, DIMENSIONS));
      }
      inertia += nearest;
    }
    assertThat(found.inertia()).isCloseTo(inertia, within(1e-6));
  }

  @Test
  void threadsChangeNothing() {
    Clustering alone = new KMeans(new SplittableRandom(5), 1).cluster(points, DIMENSIONS, 6, 5);
    Clustering together = new KMeans(new SplittableRandom(5), 3).cluster(points, DIMENSIONS, 6, 5);
    assertThat(together.inertia()).isEqualTo(alone.inertia());
    assertThat(together.clusters()).isEqualTo(alone.clusters());
  }

  @Test
  void anyNumberOfPointsFillsItsTiles() {
    // Group c is at (10 c, -10 c), so a lane that is no point would show as a centre of its own.
    for (int n = 3; n < 40; n++) {
      double[] few = new double[2 * n];
      for (int i = 0; i < n; i++) {
        few[2 * i] = 10 * (1 + i % 3) + 0.01 * i;
        few[2 * i + 1] = -few[2 * i];
      }
      Clustering found = new KMeans(new SplittableRandom(n)).cluster(few, 2, 3, 3);
      assertThat(found.clusters()).hasSize(n);
      assertThat(
              Arrays.stream(found.centres())
                  .mapToLong(centre -> Math.round(centre[0] / 10))
                  .sorted())
          .containsExactly(1L, 2L, 3L);
    }
  }

  @Test
  void miniBatchesOfManyPointsComeNearTheFullResult() {
    int copies = KMeans.FULL_POINTS_MAX / (points.length / DIMENSIONS) + 1;
    double[] many = new double[points.length * copies];
    for (int i = 0; i < copies; i++) {
      System.arraycopy(points, 0, many, i * points.length, points.length);
    }
    double best = reference.getAsJsonObject("inertia").get("5").getAsDouble() * copies;
    assertThat(new KMeans(new SplittableRandom(1)).cluster(many, DIMENSIONS, 5).inertia())
        .isLessThan(best * 1.1);
  }

  @Test
  void neverLeavesAClusterEmptyNorMakesNaN() {
    double[] same = new double[40]; // twenty equal points
    Clustering clustering = new KMeans(new SplittableRandom(1)).cluster(same, 2, 4);
    assertThat(clustering.inertia()).isZero();
    assertThat(Arrays.stream(clustering.centres()).flatMapToDouble(Arrays::stream))
        .allMatch(Double::isFinite);
  }

  @Test
  void refusesMoreClustersThanPoints() {
    assertThatThrownBy(() -> new KMeans(new SplittableRandom(1)).cluster(new double[4], 2, 3))
        .hasMessage("k: 3 (expected: from 1 to the number of points, which is 2)");
  }

  private static int[] ints(JsonObject object, String key) {
    return object.getAsJsonArray(key).asList().stream().mapToInt(e -> e.getAsInt()).toArray();
  }

  private static InputStreamReader open(String name) {
    return new InputStreamReader(
        Objects.requireNonNull(KMeansTest.class.getResourceAsStream("/segment/" + name)),
        StandardCharsets.UTF_8);
  }
}
