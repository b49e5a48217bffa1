// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.ranker.index.Hits;
import dev.proffer.runtime.degraded.Degradation;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class SourcesTest {
  private static final int DAY = 86_400_000;

  private static Query query(int... history) {
    return new Query(history, 0, item -> Arrays.stream(history).noneMatch(h -> h == item));
  }

  @Test
  void popularityFadesByHalfInItsTime() {
    Popularity model = new Popularity(DAY);
    for (int i = 0; i < 3; i++) {
      model.learn(1, 0, 1);
    }
    model.learn(2, 2 * DAY, 1);

    // Three of two days ago weigh 3/4 of one of now.
    assertThat(model.propose(query(), 2).items()).containsExactly(2, 1);
    float[] scores = model.score(query(), new int[] {1, 2});
    assertThat((double) scores[0] / scores[1])
        .isCloseTo(Math.sqrt(0.75), org.assertj.core.api.Assertions.within(1e-5));
  }

  @Test
  void popularityStaysFiniteOverDecades() {
    Popularity model = new Popularity(DAY);
    for (long day = 0; day < 20_000; day += 7) {
      model.learn((int) (day % 10), day * DAY, 1);
    }
    for (float score : model.propose(query(), 10).scores()) {
      assertThat(Float.isFinite(score)).isTrue();
    }
  }

  /// Two groups of people with ten items each, and few strays.
  private static int[][] groups() {
    Random random = new Random(4);
    int[][] people = new int[400][];
    for (int p = 0; p < people.length; p++) {
      int offset = p % 2 == 0 ? 0 : 10;
      people[p] = random.ints(4, 0, 10).map(i -> i + offset).distinct().toArray();
    }
    return people;
  }

  @Test
  void neighboursAndFactorsFindTheOwnGroup() {
    int[][] people = groups();
    List<CandidateSource> sources =
        List.of(
            new ItemKnn(people, 20, ItemKnn.Parameters.DEFAULT, 2),
            new SessionKnn(people, 20, SessionKnn.Parameters.DEFAULT),
            ImplicitFactors.train(
                people, 20, new ImplicitFactors.Parameters(2, 0.1, 0.003, 1, 8, 1), 2));
    for (CandidateSource source : sources) {
      Hits hits = source.propose(query(12, 15), 6);
      assertThat(hits.size()).as(source.name()).isEqualTo(6);
      assertThat(Arrays.stream(hits.items())).as(source.name()).allMatch(item -> item >= 10);
      assertThat(source.score(query(12, 15), hits.items()))
          .as(source.name())
          .containsExactly(hits.scores());
      assertThat(source.propose(query(), 5).size()).as(source.name()).isZero();
      assertThat(source.propose(query(999), 5).size()).as(source.name()).isZero();
    }
  }

  @Test
  void factorsDoNotDependOnTheNumberOfThreads() {
    int[][] people = groups();
    ImplicitFactors.Parameters parameters = new ImplicitFactors.Parameters(8, 0.1, 0.003, 1, 3, 1);
    int[] items = {1, 5, 11, 17};

    assertThat(ImplicitFactors.train(people, 20, parameters, 1).score(query(3), items))
        .containsExactly(ImplicitFactors.train(people, 20, parameters, 3).score(query(3), items));
  }

  @Test
  void factorsSolveTheirEquations() {
    int[][] people = {{0, 1}, {1, 2}, {0, 2}, {3}};
    ImplicitFactors model =
        ImplicitFactors.train(people, 4, new ImplicitFactors.Parameters(3, 0.5, 0.01, 1, 4, 9), 1);
    // At the solution, the fold-in of a history is close to 1 on its own items and small elsewhere.
    float[] scores = model.score(new Query(new int[] {0, 1}, 0, _ -> true), new int[] {0, 1, 3});
    assertThat(scores[0]).isGreaterThan(0.5f);
    assertThat(scores[1]).isGreaterThan(0.5f);
    assertThat(scores[2]).isLessThan(0.3f);
  }

  @Test
  void aSlowOrFailingSourceIsCutAndNamed() {
    CandidateSource slow = source("slow", () -> sleep(3_000));
    CandidateSource failing =
        source(
            "failing",
            () -> {
              throw new IllegalStateException("broken");
            });
    CandidateSource good = source("good", () -> {});
    Degradation degradation = new Degradation();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      long start = System.nanoTime();
      List<Retrieval.Proposal> proposals =
          new Retrieval(executor)
              .ask(List.of(slow, failing, good), query(), 5, 300_000_000L, degradation);

      assertThat(System.nanoTime() - start).isLessThan(2_500_000_000L);
      assertThat(proposals).hasSize(1);
      assertThat(proposals.getFirst().source().name()).isEqualTo("good");
      assertThat(degradation.parts()).containsExactly("source:slow", "source:failing");
      assertThat(degradation.toProto().getReasons(0).getCause())
          .isEqualTo(DegradedCause.DEGRADED_CAUSE_DEADLINE);
      assertThat(degradation.toProto().getReasons(1).getCause())
          .isEqualTo(DegradedCause.DEGRADED_CAUSE_FAILED);
    }
  }

  @Test
  void eachSourceHasItsQuotaAndItsTime() {
    CandidateSource slow = source("slow", () -> sleep(3_000));
    Popularity popularity = new Popularity(1_000);
    for (int item = 0; item < 30; item++) {
      popularity.learn(item, 0, item + 1);
    }
    CandidateSource silent =
        source(
            "silent",
            () -> {
              throw new AssertionError("asked in spite of a quota of 0");
            });
    Degradation degradation = new Degradation();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Retrieval.Proposal> proposals =
          new Retrieval(executor)
              .ask(
                  List.of(slow, popularity, silent),
                  query(),
                  source ->
                      switch (source.name()) {
                        case "slow" -> new Retrieval.Budget(5, 20_000_000L);
                        case "silent" -> new Retrieval.Budget(0, 20_000_000L);
                        default -> new Retrieval.Budget(7, 60_000_000_000L);
                      },
                  60_000_000_000L,
                  degradation);

      assertThat(proposals).hasSize(1);
      assertThat(proposals.getFirst().hits().items()).hasSize(7).startsWith(29, 28);
      // Sixty seconds for all, but the slow one is cut at its own time.
      assertThat(degradation.parts()).containsExactly("source:slow");
    }
  }

  @Test
  void budgetsAreReadFromOneLine() {
    SourceBudgets budgets = SourceBudgets.parse("slow=5@20ms, silent = 0,");
    assertThat(budgets.of(source("slow", () -> {}), 300, 9))
        .isEqualTo(new Retrieval.Budget(5, 20_000_000L));
    assertThat(budgets.of(source("silent", () -> {}), 300, 9).candidates()).isZero();
    assertThat(budgets.of(source("other", () -> {}), 300, 9))
        .isEqualTo(new Retrieval.Budget(300, 9));
    assertThatThrownBy(() -> SourceBudgets.parse("content:100"))
        .hasMessageContaining("'content:100'");
  }

  private static CandidateSource source(String name, Runnable behaviour) {
    return new CandidateSource() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Hits propose(Query query, int max) {
        behaviour.run();
        return new Hits(new int[] {1}, new float[] {1});
      }

      @Override
      public float[] score(Query query, int[] items) {
        return new float[items.length];
      }
    };
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
