// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.proffer.ranker.training.TrainingProgress;
import dev.proffer.ranker.training.TrialJournal;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatorTest {
  private static final Evaluator.Options QUICK =
      Evaluator.Options.DEFAULT.withSeconds(2, 0).withThreads(2);

  @TempDir Path folder;

  private static EvaluationReport evaluate(Path data, Format format, Protocol protocol)
      throws EvaluationException {
    return new Evaluator(QUICK, TrainingProgress.silent())
        .evaluate(Dataset.read(data, format, protocol));
  }

  /// People walk through a ring of 100 items, with some noise.
  private static String walk(Random random, int length) {
    StringBuilder line = new StringBuilder();
    int at = random.nextInt(100);
    for (int i = 0; i < length; i++) {
      line.append(' ').append("item").append(random.nextInt(5) == 0 ? random.nextInt(100) : at);
      at = (at + 1) % 100;
    }
    return line.toString();
  }

  @Test
  void measuresSequencesInBothFormats() throws Exception {
    Random random = new Random(1);
    Path lines = folder.resolve("anything");
    Path pairs = folder.resolve("pairs.gz");
    try (Writer a = Files.newBufferedWriter(lines);
        Writer b = new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(pairs)))) {
      for (int user = 0; user < 300; user++) {
        String walk = walk(random, 12);
        a.write("u" + user + walk + "\n");
        for (String item : walk.strip().split(" ")) {
          b.write("u" + user + " " + item + "\n");
        }
      }
    }

    EvaluationReport report = evaluate(lines, Format.S3REC, Protocol.LEAVE_ONE_OUT);

    assertThat(report.metrics().get("hr@10")).isGreaterThan(0.6);
    assertThat(report.metrics().get("ndcg@10"))
        .isGreaterThan(3 * report.popularity().get("ndcg@10"));
    assertThat(report.sources()).containsKeys("seq-knn", "item-knn", "factors", "blend");
    assertThat(report.seconds()).containsKeys("tuning", "training", "inference");
    Dataset read = Dataset.read(pairs, Format.SASREC, Protocol.LEAVE_ONE_OUT);
    Dataset same = Dataset.read(lines, Format.S3REC, Protocol.LEAVE_ONE_OUT);
    assertThat(read.train()).isDeepEqualTo(same.train());
    assertThat(read.test()).hasSameSizeAs(same.test());
  }

  @Test
  void whereNoSourceKnowsAnyAnswerThereIsNoHybridAndTheOthersAreMeasured() throws Exception {
    Random random = new Random(1);
    Path lines = folder.resolve("anything");
    try (Writer out = Files.newBufferedWriter(lines)) {
      for (int user = 0; user < 600; user++) {
        // What everybody takes in the end, nobody else ever takes.
        out.write("u" + user + walk(random, 6) + " v" + user + " t" + user + "\n");
      }
    }

    EvaluationReport report = evaluate(lines, Format.S3REC, Protocol.LEAVE_ONE_OUT);

    assertThat(report.metrics().get("hr@10")).isZero();
    assertThat(report.sources()).containsKey("blend").doesNotContainKey("hybrid");
    Dataset data = Dataset.read(lines, Format.S3REC, Protocol.LEAVE_ONE_OUT);
    assertThatThrownBy(() ->
            new Evaluator(QUICK.withModel("hybrid"), TrainingProgress.silent()).evaluate(data))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("model hybrid")
        .hasMessageContaining("no source proposes an answer");
  }

  @Test
  void aRunThatIsStartedAgainTriesNothingTwice() throws Exception {
    Random random = new Random(1);
    Path lines = folder.resolve("anything");
    try (Writer out = Files.newBufferedWriter(lines)) {
      for (int user = 0; user < 300; user++) {
        out.write("u" + user + walk(random, 12) + "\n");
      }
    }
    Dataset data = Dataset.read(lines, Format.S3REC, Protocol.LEAVE_ONE_OUT);
    Path journal = folder.resolve("journal");
    Evaluator.Options patient = QUICK.withSeconds(600, 0).withModel("blend");
    EvaluationReport first;
    EvaluationReport second;
    int tried;
    try (TrialJournal trials = TrialJournal.open(journal, "the same")) {
      first = new Evaluator(patient, TrainingProgress.silent(), trials).evaluate(data);
    }
    tried = Files.readAllLines(journal).size();
    try (TrialJournal trials = TrialJournal.open(journal, "the same")) {
      second = new Evaluator(patient, TrainingProgress.silent(), trials).evaluate(data);
    }

    assertThat(tried).isGreaterThan(20);
    assertThat(Files.readAllLines(journal)).hasSize(tried);
    assertThat(second.chosen()).isEqualTo(first.chosen());
    // Threads add up in another order each time.
    first
        .metrics()
        .forEach((name, value) ->
            assertThat(second.metrics().get(name)).as(name).isCloseTo(value, within(1e-9)));
  }

  @Test
  void measuresFixedSplits() throws Exception {
    Random random = new Random(2);
    try (Writer train = Files.newBufferedWriter(folder.resolve("train.txt"));
        Writer test = Files.newBufferedWriter(folder.resolve("test.txt"))) {
      for (int user = 0; user < 200; user++) {
        int offset = user % 2 * 50;
        StringBuilder own = new StringBuilder();
        random.ints(14, 0, 50).distinct().forEach(i -> own.append(' ').append(i + offset));
        String[] items = own.toString().strip().split(" ");
        train.write(user + " " + String.join(" ", java.util.Arrays.copyOf(items, 8)) + "\n");
        test.write(user + " " + items[8] + "\n");
      }
    }

    EvaluationReport report = evaluate(folder, Format.NGCF, Protocol.FIXED_SPLIT);

    assertThat(report.metrics().get("recall@20"))
        .isGreaterThan(1.3 * report.popularity().get("recall@20"));
  }

  @Test
  void measuresSessions() throws Exception {
    Random random = new Random(3);
    try (Writer train = Files.newBufferedWriter(folder.resolve("train_sessions.txt"));
        Writer test = Files.newBufferedWriter(folder.resolve("test_prefix_target.tsv"))) {
      for (int s = 0; s < 600; s++) {
        train.write(walk(random, 5).strip() + "\n");
      }
      for (int s = 0; s < 100; s++) {
        String[] items = walk(random, 4).strip().split(" ");
        test.write(String.join(" ", java.util.Arrays.copyOf(items, 3)) + "\t" + items[3] + "\n");
      }
    }

    EvaluationReport report = evaluate(folder, Format.SESSION, Protocol.SESSION);

    assertThat(report.metrics().get("p@20")).isBetween(60.0, 100.0);
    assertThat(report.metrics().get("mrr@20")).isGreaterThan(30.0);
  }

  @Test
  void refusesDataThatItCannotRead() throws Exception {
    Path empty = Files.createFile(folder.resolve("empty"));
    assertThatThrownBy(() -> Dataset.read(empty, Format.S3REC, Protocol.LEAVE_ONE_OUT))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("empty");
    assertThatThrownBy(
            () -> Dataset.read(folder.resolve("none"), Format.S3REC, Protocol.LEAVE_ONE_OUT))
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> Dataset.read(folder, Format.NGCF, Protocol.FIXED_SPLIT))
        .hasMessageContaining("train.txt");
    assertThatThrownBy(() -> Dataset.read(empty, Format.S3REC, Protocol.SESSION))
        .hasMessageContaining("cannot be split");
    Path tiny = Files.writeString(folder.resolve("tiny"), "u1 a b\nu2 c\n");
    assertThatThrownBy(() -> Dataset.read(tiny, Format.S3REC, Protocol.LEAVE_ONE_OUT))
        .hasMessageContaining("three items");
    Path damaged = folder.resolve("damaged");
    Files.write(damaged, new byte[] {0x1f, (byte) 0x8b, 1, 2, 3});
    assertThatThrownBy(() -> Dataset.read(damaged, Format.S3REC, Protocol.LEAVE_ONE_OUT))
        .isInstanceOf(EvaluationException.class);
    Path same = Files.writeString(folder.resolve("same"), "u1 a a a a\n");
    evaluate(same, Format.S3REC, Protocol.LEAVE_ONE_OUT);
    Path ok = Files.writeString(folder.resolve("ok"), "u1 a b c d\nu2 a b c\n");
    assertThatThrownBy(() ->
            new Evaluator(QUICK.withModel("no-such"), TrainingProgress.silent())
                .evaluate(Dataset.read(ok, Format.S3REC, Protocol.LEAVE_ONE_OUT)))
        .hasMessageContaining("no-such");
  }

  @Test
  void computesMetricsByTheirDefinitions() {
    RankingMetrics metrics = new RankingMetrics(3, 4);
    metrics.add(new int[] {7, 8, 9, 1}, new int[] {8, 1});
    metrics.add(new int[] {7, 6}, new int[] {7});
    metrics.add(new int[0], new int[] {7});

    assertThat(metrics.hitRate()).isCloseTo(2.0 / 3, within(1e-12));
    assertThat(metrics.recall()).isCloseTo(1.5 / 3, within(1e-12));
    assertThat(metrics.mrr()).isCloseTo(1.5 / 3, within(1e-12));
    double second = Math.log(2) / Math.log(3);
    assertThat(metrics.ndcg()).isCloseTo((second / (1 + second) + 1) / 3, within(1e-12));
    assertThat(metrics.coverage()).isCloseTo(1.0, within(1e-12));
  }
}
