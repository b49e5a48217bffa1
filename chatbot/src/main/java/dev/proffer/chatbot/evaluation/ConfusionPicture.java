// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What was taken for what, as a picture: a row for each true label, a column for each answer, dark
/// where many fall. The diagonal is what was right. With many labels, only those that take part in
/// the most mistakes are drawn.
final class ConfusionPicture {
  private static final int LABELS_MAX = 40;
  private static final int CELL = 18;
  private static final int LEFT = 190;
  private static final int TOP = 190;

  private final Map<String, Map<String, Integer>> counts = new TreeMap<>();

  void add(String truth, String answer) {
    counts.computeIfAbsent(truth, _ -> new TreeMap<>()).merge(answer, 1, Integer::sum);
  }

  /// Writes an SVG document.
  void write(Path file, String title) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(file, svg(title));
  }

  /// The labels to draw, in the order of the alphabet.
  List<String> drawn() {
    Map<String, Integer> mistakes = new TreeMap<>();
    counts.forEach((truth, answers) ->
        answers.forEach((answer, n) -> {
          int wrong = truth.equals(answer) ? 0 : n;
          mistakes.merge(truth, wrong, Integer::sum);
          mistakes.merge(answer, wrong, Integer::sum);
        }));
    List<String> labels = new ArrayList<>(mistakes.keySet());
    labels.sort(
        Comparator.comparingInt((String label) -> -mistakes.getOrDefault(label, 0))
            .thenComparing(Comparator.naturalOrder()));
    List<String> most =
        new ArrayList<>(labels.size() > LABELS_MAX ? labels.subList(0, LABELS_MAX) : labels);
    most.sort(Comparator.naturalOrder());
    return most;
  }

  String svg(String title) {
    List<String> labels = drawn();
    int size = labels.size() * CELL;
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"11\" fill=\"#111\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>%n"
                + "<text x=\"10\" y=\"20\" font-size=\"15\">%s</text>%n"
                + "<text x=\"10\" y=\"38\">rows: what it is; columns: what it was taken for%s</text>%n",
            LEFT + size + 30,
            TOP + size + 20,
            escaped(title),
            labels.size() < labelCount()
                ? "; the " + labels.size() + " of " + labelCount() + " labels with most mistakes"
                : ""));
    for (int i = 0; i < labels.size(); i++) {
      String name = escaped(labels.get(i));
      int middle = i * CELL + CELL / 2 + 4;
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n"
                  + "<text transform=\"translate(%d,%d) rotate(-90)\">%s</text>%n",
              LEFT - 6,
              TOP + middle,
              name,
              LEFT + middle,
              TOP - 6,
              name));
    }
    for (int row = 0; row < labels.size(); row++) {
      Map<String, Integer> answers = counts.getOrDefault(labels.get(row), Map.of());
      int all = answers.values().stream().mapToInt(Integer::intValue).sum();
      for (int column = 0; column < labels.size(); column++) {
        int n = answers.getOrDefault(labels.get(column), 0);
        double share = all == 0 ? 0 : (double) n / all;
        svg.append(
            String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" stroke=\"#e5e7eb\""
                    + " fill=\"%s\" fill-opacity=\"%.2f\"><title>%s taken for %s: %d of %d</title></rect>%n",
                LEFT + column * CELL,
                TOP + row * CELL,
                CELL,
                CELL,
                n == 0 ? "#fff" : row == column ? "#1d4ed8" : "#c2410c",
                n == 0 ? 1 : 0.25 + 0.75 * share,
                escaped(labels.get(row)),
                escaped(labels.get(column)),
                n,
                all));
        if (n > 0) {
          svg.append(
              String.format(
                  Locale.ROOT,
                  "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" font-size=\"8\" fill=\"%s\">%s</text>%n",
                  LEFT + column * CELL + CELL / 2,
                  TOP + row * CELL + CELL / 2 + 3,
                  share > 0.4 ? "#fff" : "#111",
                  n < 1_000 ? Integer.toString(n) : n / 1_000 + "k"));
        }
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private int labelCount() {
    return (int)
        counts.entrySet().stream()
            .flatMap(entry ->
                java.util.stream.Stream.concat(
                    java.util.stream.Stream.of(entry.getKey()), entry.getValue().keySet().stream()))
            .distinct()
            .count();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
