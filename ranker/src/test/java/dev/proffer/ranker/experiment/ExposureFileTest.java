// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of exposures as shops bring them, also broken ones.
class ExposureFileTest {
  @TempDir private Path folder;

  private ExposureFile file(int people, IntFunction<String> line) throws IOException {
    StringBuilder text = new StringBuilder("who,arm,group,before,profit\n");
    for (int i = 0; i < people; i++) {
      text.append(line.apply(i)).append('\n');
    }
    Path file = folder.resolve("exposures.csv");
    Files.writeString(file, text);
    return new ExposureFile(file, "who", "arm", List.of("profit"), "before", "group");
  }

  private static String line(int i, String arm, double profit) {
    return "u" + i + "," + arm + ",g" + i % 2 + "," + i % 7 + "," + profit;
  }

  @Test
  void findsADifferenceThatIsThereWithHelpOfWhatWasBefore() throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    Analysis analysis =
        file(
                4_000,
                i ->
                    line(
                        i,
                        i % 2 == 0 ? "a" : "b",
                        3 * (i % 7) + (i % 2 == 0 ? 0 : .5) + random.nextGaussian()))
            .analyze(Map.of(), .95);

    Analysis.Comparison found = analysis.comparisons().getFirst();
    assertThat(analysis.refusal()).isEmpty();
    assertThat(found.verdict()).isEqualTo(Analysis.Verdict.BETTER);
    assertThat(found.difference().value()).isBetween(.4, .6);
    assertThat(found.varianceExplained()).isGreaterThan(.9);
    assertThat(AnalysisPage.html(analysis))
        .contains("<svg", "&#39;b&#39; changes profit by")
        // Nothing is loaded from anywhere.
        .doesNotContainPattern("(src|href)=|<script|@import|url\\(|NaN");
  }

  @Test
  void rowsOfOnePersonAreAddedUp() throws Exception {
    Analysis analysis =
        file(3_000, i -> line(i % 1_000, i % 2 == 0 ? "a" : "b", i % 3)).analyze(Map.of(), .95);
    assertThat(analysis.arms()).extracting(Analysis.Arm::units).containsExactly(500L, 500L);
    assertThat(analysis.comparisons().getFirst().sample().mean()).isEqualTo(3);
  }

  @Test
  void peopleInSeveralVariantsAnUnbalancedSplitAndAnEmptyArmAreRefusedWithTheReason()
      throws Exception {
    assertThat(refusal(i -> line(i % 900, i % 2 == 0 || i >= 900 ? "a" : "b", i % 3), Map.of()))
        .contains("seen in more than one variant");
    assertThat(refusal(i -> line(i, i % 5 < 3 ? "a" : "b", i % 3), Map.of()))
        .contains("did not come out as planned");
    assertThat(refusal(i -> line(i, i % 5 < 3 ? "a" : "b", i % 3), Map.of("a", 3.0, "b", 2.0)))
        .isEmpty();
    Map<String, Double> withEmpty = new LinkedHashMap<>(Map.of("a", 1.0));
    withEmpty.put("nobody", 1.0);
    assertThat(refusal(i -> line(i, "a", i % 3), withEmpty)).contains("'nobody' has 0 units");
    assertThat(refusal(i -> line(i, i == 0 ? "a" : "b", i % 3), Map.of()))
        .contains("the arm 'a' has 1 units");
  }

  private String refusal(IntFunction<String> line, Map<String, Double> weights) throws Exception {
    Analysis analysis = file(1_000, line).analyze(weights, .95);
    assertThat(analysis.comparisons())
        .allMatch(comparison ->
            analysis.refusal().isEmpty() || comparison.verdict() == Analysis.Verdict.REFUSED);
    return analysis.refusal();
  }

  @Test
  void whatIsNoNumberHasNoVariantOrNoPlanIsNamed() {
    assertThatThrownBy(() ->
            file(500, i -> line(i, i % 2 == 0 ? "a" : "b", i == 7 ? Double.NaN : 1))
                .analyze(Map.of(), .95))
        .hasMessageContaining("metric 'profit' of variant 'b'");
    assertThatThrownBy(() ->
            file(
                    500,
                    i ->
                        "u%d,%s,g,%s,1"
                            .formatted(i, i % 2 == 0 ? "a" : "b", i == 8 ? "inf" : "1.5"))
                .analyze(Map.of(), .95))
        .hasMessageContaining("covariate 'before' of variant 'a'");
    assertThatThrownBy(() ->
            file(500, i -> line(i, i < 5 ? "" : i % 2 == 0 ? "a" : "b", 1)).analyze(Map.of(), .95))
        .hasMessageContaining("variant: 5 units have none");
    assertThatThrownBy(
            () -> file(500, i -> line(i, i % 2 == 0 ? "a" : "b", 1)).analyze(Map.of("a", 1.0), .95))
        .hasMessageContaining("variant 'b' has no planned weight");
    assertThatThrownBy(() -> file(500, i -> line(i, "a", 1)).analyze(Map.of(), .95))
        .hasMessageContaining("variants: [a] (expected: 2 or more)");
    assertThatThrownBy(() ->
            new ExposureFile(
                    file(5, i -> line(i, "a", 1)).file(),
                    "who",
                    "version",
                    List.of("profit"),
                    "",
                    "")
                .analyze(Map.of(), .95))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("version");
  }
}
