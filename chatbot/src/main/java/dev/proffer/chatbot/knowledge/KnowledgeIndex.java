// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.knowledge;

import dev.proffer.chatbot.embedding.SentenceEncoder;
import dev.proffer.chatbot.language.NormalText;
import dev.proffer.chatbot.language.PlainAnalyser;
import dev.proffer.proto.chatbot.v1.KnowledgeEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds the entries that ask what a shopper asks: words in common, weighed by how rare they are,
/// and the nearness of sentence vectors when there is an encoder. Immutable; a change of the
/// entries makes a new one.
public final class KnowledgeIndex {
  /// Two questions at least this alike ask the same.
  static final double DUPLICATE = 0.86;

  private static final int CALIBRATE_MIN = 30;
  private static final Set<String> STOP_WORDS =
      Set.of(
          "a", "an", "the", "is", "are", "was", "do", "does", "did", "can", "could", "i", "my",
          "me", "you", "your", "it", "to", "of", "for", "in", "on", "at", "and", "or", "be", "will",
          "would", "please", "hi", "hello", "have", "has", "with", "if", "so", "that", "this", "am",
          "的", "了", "吗", "呢", "我", "你", "您", "们", "是", "请", "问", "啊", "吧", "在", "有", "和");

  /// An entry with how well it fits.
  ///
  /// @param similarity from 0 to 1
  /// @param confidence the calibrated probability that it answers the question
  public record Found(KnowledgeEntry entry, double similarity, double confidence) {}

  /// How similarity becomes the probability of being right: a logistic function of the similarity
  /// of the best entry and of its distance to the best one that answers something else.
  public record Calibration(double similarity, double gap, double bias) {
    /// A cautious guess, until a shop has enough questions that share an answer to fit its own.
    public static final Calibration DEFAULT = new Calibration(9.0, 6.0, -5.2);

    double probability(double of, double gapToNext) {
      return 1 / (1 + Math.exp(-(similarity * of + gap * gapToNext + bias)));
    }
  }

  private final List<KnowledgeEntry> entries;
  private final List<Map<String, Double>> vectors = new ArrayList<>();
  private final List<float[]> embeddings = new ArrayList<>();
  private final Map<String, List<Integer>> postings = new HashMap<>();
  private final Map<String, Double> idf = new HashMap<>();
  private final Optional<SentenceEncoder> encoder;
  private final Calibration calibration;

  public KnowledgeIndex(List<KnowledgeEntry> entries, Optional<SentenceEncoder> encoder) {
    this.entries = List.copyOf(entries);
    this.encoder = encoder;
    List<Map<String, Integer>> counts = new ArrayList<>();
    Map<String, Integer> documents = new HashMap<>();
    for (KnowledgeEntry entry : entries) {
      Map<String, Integer> terms = terms(entry.getQuestion());
      counts.add(terms);
      terms.keySet().forEach(term -> documents.merge(term, 1, Integer::sum));
      encoder.ifPresent(e -> embeddings.add(e.encode(NormalText.of(entry.getQuestion()).lower())));
    }
    documents.forEach(
        (term, count) -> idf.put(term, Math.log((1.0 + entries.size()) / (0.5 + count))));
    for (int i = 0; i < counts.size(); i++) {
      vectors.add(vector(counts.get(i)));
      for (String term : counts.get(i).keySet()) {
        postings.computeIfAbsent(term, _ -> new ArrayList<>()).add(i);
      }
    }
    this.calibration = calibrate();
  }

  public List<KnowledgeEntry> entries() {
    return entries;
  }

  /// The entries that fit best, best first.
  public List<Found> search(String question, int limit) {
    List<Scored> scored = scored(question, -1);
    List<Found> found = new ArrayList<>();
    for (int i = 0; i < Math.min(limit, scored.size()); i++) {
      Scored hit = scored.get(i);
      double next = 0;
      for (int j = 0; j < scored.size(); j++) {
        if (j != i && !sameAnswer(entries.get(scored.get(j).entry), entries.get(hit.entry))) {
          next = scored.get(j).similarity;
          break;
        }
      }
      found.add(
          new Found(
              entries.get(hit.entry),
              hit.similarity,
              calibration.probability(hit.similarity, hit.similarity - next)));
    }
    return found;
  }

  /// The entries that ask nearly the same as the one at a place.
  public List<KnowledgeEntry> near(int place) {
    return scored(entries.get(place).getQuestion(), place).stream()
        .takeWhile(hit -> hit.similarity >= DUPLICATE)
        .map(hit -> entries.get(hit.entry))
        .toList();
  }

  static boolean sameAnswer(KnowledgeEntry one, KnowledgeEntry other) {
    return NormalText.of(one.getAnswer()).lower().equals(NormalText.of(other.getAnswer()).lower());
  }

  private record Scored(int entry, double similarity) {}

  private List<Scored> scored(String question, int leftOut) {
    Map<String, Double> query = vector(terms(question));
    Optional<float[]> meaning = encoder.map(e -> e.encode(NormalText.of(question).lower()));
    Set<Integer> candidates = new HashSet<>();
    if (meaning.isPresent()) {
      for (int i = 0; i < entries.size(); i++) {
        candidates.add(i);
      }
    } else {
      query.keySet().forEach(term -> candidates.addAll(postings.getOrDefault(term, List.of())));
    }
    List<Scored> scored = new ArrayList<>();
    for (int i : candidates) {
      if (i == leftOut) {
        continue;
      }
      double words = cosine(query, vectors.get(i));
      double similarity = words;
      if (meaning.isPresent()) {
        // Vectors of this family lie close together: what is unrelated is still near 0.6.
        double near = Math.max(0, (dot(meaning.get(), embeddings.get(i)) - 0.6) / 0.4);
        similarity = Math.max(words, 0.35 * words + 0.65 * near);
      }
      scored.add(new Scored(i, similarity));
    }
    scored.sort(
        Comparator.comparingDouble(Scored::similarity).reversed().thenComparingInt(Scored::entry));
    return scored;
  }

  /// When several questions share answers, how similar right and wrong neighbours are is known from
  /// the entries themselves: each is asked with itself left out.
  private Calibration calibrate() {
    List<double[]> rows = new ArrayList<>();
    Map<String, Integer> answers = new HashMap<>();
    entries.forEach(e -> answers.merge(e.getAnswer(), 1, Integer::sum));
    long shared = entries.stream().filter(e -> answers.getOrDefault(e.getAnswer(), 0) > 1).count();
    if (shared < CALIBRATE_MIN || answers.size() < 2) {
      return Calibration.DEFAULT;
    }
    int step = Math.max(1, entries.size() / 400);
    for (int i = 0; i < entries.size(); i += step) {
      List<Scored> scored = scored(entries.get(i).getQuestion(), i);
      if (scored.isEmpty()) {
        continue;
      }
      KnowledgeEntry top = entries.get(scored.getFirst().entry);
      double next =
          scored.stream()
              .filter(hit -> !sameAnswer(entries.get(hit.entry), top))
              .mapToDouble(Scored::similarity)
              .findFirst()
              .orElse(0);
      rows.add(
          new double[] {
            scored.getFirst().similarity,
            scored.getFirst().similarity - next,
            sameAnswer(top, entries.get(i)) ? 1 : 0
          });
    }
    return fit(rows);
  }

  /// Logistic regression by gradient steps, drawn towards the default so that few rows cannot make
  /// it wild.
  private static Calibration fit(List<double[]> rows) {
    double a = Calibration.DEFAULT.similarity;
    double b = Calibration.DEFAULT.gap;
    double c = Calibration.DEFAULT.bias;
    for (int step = 0; step < 800; step++) {
      double ga = 0.02 * (Calibration.DEFAULT.similarity - a);
      double gb = 0.02 * (Calibration.DEFAULT.gap - b);
      double gc = 0.02 * (Calibration.DEFAULT.bias - c);
      for (double[] row : rows) {
        double p = 1 / (1 + Math.exp(-(a * row[0] + b * row[1] + c)));
        double error = (row[2] - p) / rows.size();
        ga += error * row[0];
        gb += error * row[1];
        gc += error;
      }
      a += 2 * ga;
      b += 2 * gb;
      c += 2 * gc;
    }
    return new Calibration(Math.max(0.5, a), Math.max(0, b), c);
  }

  private Map<String, Double> vector(Map<String, Integer> terms) {
    Map<String, Double> vector = new HashMap<>();
    double unknown = Math.log(2.0 + 2.0 * entries.size());
    double norm = 0;
    for (Map.Entry<String, Integer> term : terms.entrySet()) {
      // A word that no entry has counts too: it says that something else is asked.
      double weight = idf.getOrDefault(term.getKey(), unknown) * (1 + Math.log(term.getValue()));
      vector.put(term.getKey(), weight);
      norm += weight * weight;
    }
    double scale = norm == 0 ? 0 : 1 / Math.sqrt(norm);
    vector.replaceAll((_, weight) -> weight * scale);
    return vector;
  }

  private static double cosine(Map<String, Double> one, Map<String, Double> other) {
    double sum = 0;
    for (Map.Entry<String, Double> term : one.entrySet()) {
      sum += term.getValue() * other.getOrDefault(term.getKey(), 0.0);
    }
    return sum;
  }

  private static double dot(float[] one, float[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }

  /// Singular words, and Han characters one and two at a time.
  private static Map<String, Integer> terms(String text) {
    String lower = NormalText.of(text).lower();
    Map<String, Integer> terms = new HashMap<>();
    int i = 0;
    while (i < lower.length()) {
      char c = lower.charAt(i);
      if (isHan(c)) {
        String one = lower.substring(i, i + 1);
        if (!STOP_WORDS.contains(one)) {
          terms.merge(one, 1, Integer::sum);
        }
        if (i + 1 < lower.length() && isHan(lower.charAt(i + 1))) {
          terms.merge(lower.substring(i, i + 2), 1, Integer::sum);
        }
        i++;
      } else if (Character.isLetterOrDigit(c)) {
        int end = i + 1;
        while (end < lower.length()
            && Character.isLetterOrDigit(lower.charAt(end))
            && !isHan(lower.charAt(end))) {
          end++;
        }
        String word = PlainAnalyser.lemma(lower.substring(i, end));
        if (!STOP_WORDS.contains(word)) {
          terms.merge(word, 1, Integer::sum);
        }
        i = end;
      } else {
        i++;
      }
    }
    return terms;
  }

  private static boolean isHan(char c) {
    return c >= '\u3400' && c <= '\u9fff';
  }
}
