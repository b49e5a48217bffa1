// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.search;

import dev.proffer.proto.ranker.v1.Item;
import dev.proffer.ranker.catalogue.CatalogueItem;
import dev.proffer.ranker.catalogue.CatalogueSnapshot;
import dev.proffer.ranker.catalogue.ItemNumbers;
import dev.proffer.ranker.index.Hits;
import dev.proffer.ranker.retrieval.MeaningIndex;
import dev.proffer.ranker.retrieval.OnnxTextVectors;
import dev.proffer.ranker.retrieval.TextVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How well texts find items, by words, by meaning and by both, and how long that takes.
///
/// Every other query chooses how words and meaning are put together; the rest judges.
public final class SearchStudy {
  private static final int LIST = 10;
  private static final int CANDIDATES = 300;
  private static final float[] FLOORS = {0, 0.1f, 0.2f, 0.3f, 0.4f};
  private static final double[] WEIGHTS = {0.1, 0.25, 0.5, 1, 2};

  /// A text and what is right.
  ///
  /// @param kind such as `typo`
  /// @param answers parts of titles in lower case; an item whose title holds one is right
  public record Question(String kind, String text, List<String> answers) {
    public Question {
      answers = List.copyOf(answers);
    }
  }

  /// NDCG@10 by kind of question, and over all as `all`.
  public record Quality(String way, Map<String, Double> choosing, Map<String, Double> judging) {}

  /// How long a step took, in milliseconds.
  public record Latency(String step, double p50, double p99) {}

  /// What was measured.
  public record Report(
      int items, double encodeMillisPerTitle, List<Quality> rows, List<Latency> latencies) {}

  private final CatalogueSnapshot snapshot;
  private final List<Question> questions;
  private final Consumer<String> say;

  public SearchStudy(List<Item> items, List<Question> questions, Consumer<String> say) {
    this.snapshot = CatalogueSnapshot.of(new ItemNumbers(), items);
    this.questions = List.copyOf(questions);
    this.say = say;
  }

  public Report run() throws IOException {
    TextVectors english = OnnxTextVectors.english();
    TextVectors chinese = OnnxTextVectors.chinese();
    say.accept("encoding " + snapshot.count() + " titles in two languages");
    long start = System.nanoTime();
    MeaningIndex meanings = MeaningIndex.of(snapshot, english, chinese);
    double encoding = (System.nanoTime() - start) / 1e6 / (2.0 * snapshot.count());
    try (TextIndex texts = new TextIndex(snapshot)) {
      Map<Question, Hits> words = new LinkedHashMap<>();
      Map<Question, Hits> meant = new LinkedHashMap<>();
      for (Question question : questions) {
        words.put(
            question,
            Fusion.shares(texts.search(snapshot, question.text(), CANDIDATES, _ -> true).hits()));
        meant.put(question, meanings.search(question.text(), CANDIDATES, _ -> true));
      }
      List<Quality> rows = new ArrayList<>();
      rows.add(quality("words", q -> hits(words, q)));
      rows.add(quality("meaning", q -> hits(meant, q)));
      Quality bestWeighted = null;
      Quality bestPlaced = null;
      for (float floor : FLOORS) {
        for (double weight : WEIGHTS) {
          Quality weighted =
              quality(
                  String.format(
                      Locale.ROOT, "sum of scores, floor %.1f, weight %.2f", floor, weight),
                  q ->
                      Fusion.weighted(
                          List.of(hits(words, q), Fusion.above(hits(meant, q), floor)),
                          new double[] {1, weight}));
          bestWeighted = better(bestWeighted, weighted);
          Quality placed =
              quality(
                  String.format(
                      Locale.ROOT, "reciprocal places, floor %.1f, weight %.2f", floor, weight),
                  q ->
                      Fusion.byPlace(
                          List.of(hits(words, q), Fusion.above(hits(meant, q), floor)),
                          new double[] {1, weight}));
          bestPlaced = better(bestPlaced, placed);
        }
      }
      rows.add(bestWeighted);
      rows.add(bestPlaced);
      return new Report(
          snapshot.count(),
          encoding,
          rows,
          List.of(
              latency("words", q -> texts.search(snapshot, q, CANDIDATES, _ -> true).hits()),
              latency("meaning, text encoded", q -> meanings.search(q, CANDIDATES, _ -> true)),
              latency(
                  "both and their sum",
                  q ->
                      Fusion.weighted(
                          List.of(
                              Fusion.shares(
                                  texts.search(snapshot, q, CANDIDATES, _ -> true).hits()),
                              Fusion.above(meanings.search(q, CANDIDATES, _ -> true), FLOORS[2])),
                          new double[] {1, 1}))));
    }
  }

  private static Hits hits(Map<Question, Hits> all, Question question) {
    return all.getOrDefault(question, Hits.NONE);
  }

  private static Quality better(@Nullable Quality best, Quality other) {
    return best == null
            || other.choosing().getOrDefault("all", 0.0) > best.choosing().getOrDefault("all", 0.0)
        ? other
        : best;
  }

  private Quality quality(String way, Function<Question, Hits> search) {
    Map<String, double[]> choosing = new LinkedHashMap<>();
    Map<String, double[]> judging = new LinkedHashMap<>();
    for (int i = 0; i < questions.size(); i++) {
      Question question = questions.get(i);
      double ndcg = ndcg(question, search.apply(question));
      Map<String, double[]> part = i % 2 == 0 ? choosing : judging;
      boolean ideographs = question.text().codePoints().anyMatch(Character::isIdeographic);
      for (String kind :
          List.of(question.kind() + (ideographs ? ", Chinese" : ", English"), "all")) {
        double[] sum = part.computeIfAbsent(kind, _ -> new double[2]);
        sum[0] += ndcg;
        sum[1]++;
      }
    }
    return new Quality(way, means(choosing), means(judging));
  }

  private static Map<String, Double> means(Map<String, double[]> sums) {
    Map<String, Double> means = new LinkedHashMap<>();
    sums.forEach((kind, sum) -> means.put(kind, sum[0] / sum[1]));
    return means;
  }

  private double ndcg(Question question, Hits hits) {
    int right = 0;
    for (CatalogueItem item : snapshot.sortedById()) {
      right += isRight(question, item) ? 1 : 0;
    }
    double found = 0;
    double ideal = 0;
    for (int place = 0; place < LIST; place++) {
      double share = Math.log(2) / Math.log(place + 2.0);
      ideal += place < right ? share : 0;
      CatalogueItem item = place < hits.size() ? snapshot.item(hits.items()[place]) : null;
      found += item != null && isRight(question, item) ? share : 0;
    }
    return ideal == 0 ? 0 : found / ideal;
  }

  private static boolean isRight(Question question, CatalogueItem item) {
    return item.item().getTitlesMap().values().stream()
        .map(title -> title.toLowerCase(Locale.ROOT))
        .anyMatch(title -> question.answers().stream().anyMatch(title::contains));
  }

  private Latency latency(String step, Function<String, Hits> search) {
    int rounds = 5;
    double[] millis = new double[questions.size() * rounds];
    int at = 0;
    for (int round = -1; round < rounds; round++) {
      for (Question question : questions) {
        // Another text each time, so that none is remembered.
        String text = question.text() + " ".repeat(round + 2);
        long start = System.nanoTime();
        Hits hits = search.apply(text);
        double took = (System.nanoTime() - start) / 1e6;
        if (round >= 0 && hits.size() >= 0) {
          millis[at++] = took;
        }
      }
    }
    Arrays.sort(millis);
    return new Latency(step, millis[millis.length / 2], millis[(int) (millis.length * 0.99)]);
  }
}
