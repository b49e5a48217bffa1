// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SummarySeriesTest {
  private static final String HEAD =
      "experiment_id,variant_id,metric_id,time_since_start,count_c,count_t,mean_c,mean_t,"
          + "variance_c,variance_t\n";
  private static final Path REAL =
      Path.of(
          System.getenv().getOrDefault("PROFFER_DATA", "../../shared/data"),
          "asos-experiments",
          "asos_digital_experiments_dataset.csv.gz");

  @TempDir private Path folder;

  private List<SummarySeries.Verdict> read(String rows) throws IOException {
    Path file = folder.resolve("series.csv");
    Files.writeString(file, HEAD + rows);
    return SummarySeries.read(file, .05);
  }

  @Test
  void aClearDifferenceIsDecidedEarlyAndASplitThatIsOffIsRefused() throws IOException {
    List<SummarySeries.Verdict> verdicts =
        read(
            """
            clear,1,m,1,1000,1000,1,2,1,1
            clear,1,m,2,2000,2000,1,2,1,1
            even,1,m,1,1000,1000,1,1.001,1,1
            even,1,m,2,,1000,1,2,1,1
            off,1,m,1,1000,1400,1,2,1,1
            """);
    assertThat(verdicts)
        .extracting(SummarySeries.Verdict::sequential)
        .containsExactly("better", "open", "refused");
    assertThat(verdicts)
        .extracting(SummarySeries.Verdict::fixed)
        .containsExactly("better", "open", "refused");
    assertThat(verdicts.getFirst().decidedAtDays()).isEqualTo(1);
    assertThat(verdicts.get(1).decidedAtDays()).isNegative();
    assertThatThrownBy(() -> read("x,1,m,1,10,10,NaN,1,1,1\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("line 2");
    assertThatThrownBy(() -> read("x,1,m\n")).hasMessageContaining("expected 10 columns");
  }

  /// 78 experiments of a fashion shop (Liu et al. 2021).
  @Test
  void everyRealExperimentGetsItsVerdicts() throws IOException {
    assumeThat(Files.isReadable(REAL)).as("asos-experiments is not at " + REAL).isTrue();
    List<SummarySeries.Verdict> verdicts = SummarySeries.read(REAL, .05);
    assertThat(verdicts.stream().map(SummarySeries.Verdict::experiment).distinct()).hasSize(78);
    assertThat(verdicts)
        .allMatch(v -> List.of("better", "worse", "open", "refused").contains(v.fixed()))
        .allMatch(v -> v.fixed().equals("refused") == v.sequential().equals("refused"))
        .allMatch(v -> v.fixed().equals("refused") == v.sampleRatioP() < .001);
    // One look at the end finds more than a test that may be looked at always.
    assertThat(decided(verdicts, true)).isGreaterThan(decided(verdicts, false)).isGreaterThan(50);
  }

  private static long decided(List<SummarySeries.Verdict> verdicts, boolean fixed) {
    return verdicts.stream()
        .map(v -> fixed ? v.fixed() : v.sequential())
        .filter(verdict -> List.of("better", "worse").contains(verdict))
        .count();
  }
}
