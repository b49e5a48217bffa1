// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.ctr;

import dev.proffer.ranker.evaluation.EvaluationException;
import dev.proffer.runtime.file.PlainOrGzip;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Rows in the libfm format, cut into train, validation and test: `label feature:1 feature:1 …`,
/// one feature of each field, labels 1 and -1 or 0. Plain or gzip.
///
/// The folder holds files whose names end in `validation.libfm` and `test.libfm`, and either one
/// that ends in `train.libfm` or the table of all positive rows that the three were made from (tab
/// between cells, a header, one column for each field, first the person and then the item). From
/// the table the train part is made again: positive rows that are neither in validation nor in
/// test, and for each of them two negatives with the same person and context and an item, drawn
/// evenly, that the person has in no row of the table, which is how the negatives of the other two
/// parts were drawn. Which cell is which feature is found from positive rows of validation and test
/// that the person and the item alone identify; their labels are used for nothing else.
public final class FieldFolder {
  private static final int NEGATIVES = 2;
  private static final int ROUNDS = 4;

  private FieldFolder() {}

  /// The three parts.
  ///
  /// @param sampled whether the negatives of train were drawn here
  public record Parts(FieldRows train, FieldRows validation, FieldRows test, boolean sampled) {}

  /// Reads a folder.
  ///
  /// @param seed of the negatives that are drawn
  public static Parts read(Path folder, long seed) throws IOException, EvaluationException {
    Rows validation = libfm(required(folder, "validation.libfm"));
    Rows test = libfm(required(folder, "test.libfm"));
    Optional<Path> train = find(folder, "train.libfm");
    Rows learned;
    if (train.isPresent()) {
      learned = libfm(train.get());
    } else {
      learned = sample(table(folder), validation, test, seed);
    }
    int features = 1 + Math.max(learned.max(), Math.max(validation.max(), test.max()));
    return new Parts(
        learned.with(features), validation.with(features), test.with(features), train.isEmpty());
  }

  private static Path required(Path folder, String end) throws IOException, EvaluationException {
    return find(folder, end)
        .orElseThrow(() ->
            new EvaluationException(folder + ": no file ends in " + end + " or " + end + ".gz"));
  }

  private static Optional<Path> find(Path folder, String end) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> {
            String name = String.valueOf(file.getFileName());
            return name.endsWith(end) || name.endsWith(end + ".gz");
          })
          .sorted()
          .findFirst();
    }
  }

  /// Rows as they are read.
  private record Rows(int fields, List<int[]> numbers, List<Double> labels) {
    int max() {
      int max = 0;
      for (int[] row : numbers) {
        for (int number : row) {
          max = Math.max(max, number);
        }
      }
      return max;
    }

    FieldRows with(int features) {
      int[] flat = new int[numbers.size() * fields];
      for (int i = 0; i < numbers.size(); i++) {
        System.arraycopy(numbers.get(i), 0, flat, i * fields, fields);
      }
      return new FieldRows(
          fields, features, flat, labels.stream().mapToDouble(Double::doubleValue).toArray());
    }
  }

  private static Rows libfm(Path file) throws IOException, EvaluationException {
    List<int[]> numbers = new ArrayList<>();
    List<Double> labels = new ArrayList<>();
    int fields = -1;
    try (BufferedReader in = PlainOrGzip.lines(file)) {
      int at = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        at++;
        if (line.isBlank()) {
          continue;
        }
        String[] words = line.strip().split("\\s+", -1);
        int[] row = new int[words.length - 1];
        try {
          labels.add(Double.parseDouble(words[0]) > 0 ? 1.0 : 0.0);
          for (int i = 0; i < row.length; i++) {
            int colon = words[i + 1].indexOf(':');
            if (colon < 0 || Double.parseDouble(words[i + 1].substring(colon + 1)) != 1) {
              throw new NumberFormatException(words[i + 1]);
            }
            row[i] = Integer.parseInt(words[i + 1].substring(0, colon));
            if (row[i] < 0) {
              throw new NumberFormatException(words[i + 1]);
            }
          }
        } catch (NumberFormatException e) {
          throw new EvaluationException(
              file + ":" + at + ": '" + e.getMessage() + "' (expected: label feature:1 …)", e);
        }
        if (fields >= 0 && row.length != fields) {
          throw new EvaluationException(
              file + ":" + at + ": " + row.length + " fields (expected: " + fields + ")");
        }
        fields = row.length;
        numbers.add(row);
      }
    }
    if (fields < 2) {
      throw new EvaluationException(file + ": no rows of two fields or more");
    }
    return new Rows(fields, numbers, labels);
  }

  // ---- the train part that is not there

  private record Table(Path file, List<String> header, List<String[]> rows) {}

  private static Table table(Path folder) throws IOException, EvaluationException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files =
          all.filter(
                  file -> {
                    String name = String.valueOf(file.getFileName());
                    return name.endsWith(".csv")
                        || name.endsWith(".csv.gz")
                        || name.endsWith(".tsv")
                        || name.endsWith(".tsv.gz");
                  })
              .sorted()
              .toList();
    }
    for (Path file : files) {
      Table table = parse(file);
      if (table.header().size() >= 2
          && table.header().getFirst().equals("user")
          && table.header().get(1).equals("item")) {
        return table;
      }
    }
    throw new EvaluationException(
        folder
            + ": there is neither a file that ends in train.libfm nor a table whose first columns are"
            + " user and item");
  }

  private static Table parse(Path file) throws IOException {
    List<String[]> rows = new ArrayList<>();
    try (BufferedReader in = PlainOrGzip.lines(file)) {
      String first = in.readLine();
      List<String> header = first == null ? List.of() : List.of(first.split("\t", -1));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] cells = line.split("\t", -1);
        if (cells.length == header.size()) {
          rows.add(cells);
        }
      }
      return new Table(file, header, rows);
    }
  }

  private static Rows sample(Table table, Rows validation, Rows test, long seed)
      throws EvaluationException {
    int fields = validation.fields();
    List<int[]> heldOut = new ArrayList<>();
    for (Rows part : List.of(validation, test)) {
      for (int i = 0; i < part.numbers().size(); i++) {
        if (part.labels().get(i) == 1) {
          heldOut.add(part.numbers().get(i));
        }
      }
    }
    int[] columns = columns(table, validation, test);
    List<Map<String, Integer>> features = features(table, columns, heldOut, fields);
    // 1. All positive rows, less those that are held out, each as often as it is. Cells that only
    // train has get numbers of their own.
    Map<List<Integer>, Integer> held = new HashMap<>();
    for (int[] row : heldOut) {
      held.merge(boxed(row), 1, Integer::sum);
    }
    int next = 1 + Math.max(validation.max(), test.max());
    List<int[]> positives = new ArrayList<>();
    for (String[] cells : table.rows()) {
      int[] row = new int[fields];
      for (int f = 0; f < fields; f++) {
        Integer known = features.get(f).get(cells[columns[f]]);
        if (known == null) {
          known = next++;
          features.get(f).put(cells[columns[f]], known);
        }
        row[f] = known;
      }
      List<Integer> key = boxed(row);
      int left = held.getOrDefault(key, 0);
      if (left > 0) {
        held.put(key, left - 1);
      } else {
        positives.add(row);
      }
    }
    // 2. Negatives.
    Map<Integer, Set<Integer>> had = new HashMap<>();
    Set<Integer> items = new HashSet<>(features.get(1).values());
    for (String[] cells : table.rows()) {
      int item = features.get(1).getOrDefault(cells[columns[1]], -1);
      had.computeIfAbsent(features.get(0).getOrDefault(cells[columns[0]], -1), _ -> new HashSet<>())
          .add(item);
      items.add(item);
    }
    int[] all = items.stream().mapToInt(Integer::intValue).sorted().toArray();
    SplittableRandom random = new SplittableRandom(seed);
    List<int[]> numbers = new ArrayList<>();
    List<Double> labels = new ArrayList<>();
    for (int[] row : positives) {
      numbers.add(row);
      labels.add(1.0);
      Set<Integer> own = had.getOrDefault(row[0], Set.of());
      for (int n = 0; n < NEGATIVES && own.size() < all.length; n++) {
        int[] negative = row.clone();
        do {
          negative[1] = all[random.nextInt(all.length)];
        } while (own.contains(negative[1]));
        numbers.add(negative);
        labels.add(0.0);
      }
    }
    return new Rows(fields, numbers, labels);
  }

  /// The column of each field: person and item first, then those whose number of different cells
  /// fits best, in their order.
  private static int[] columns(Table table, Rows validation, Rows test) throws EvaluationException {
    int fields = validation.fields();
    int[] columns = new int[fields];
    columns[1] = 1;
    List<Set<Integer>> seen = new ArrayList<>();
    for (int f = 0; f < fields; f++) {
      seen.add(new HashSet<>());
    }
    for (Rows part : List.of(validation, test)) {
      for (int[] row : part.numbers()) {
        for (int f = 0; f < fields; f++) {
          seen.get(f).add(row[f]);
        }
      }
    }
    int column = 2;
    for (int f = 2; f < fields; f++) {
      // A field has as many features as its column has different cells, or a few less in a part.
      while (column < table.header().size()) {
        int cell = column;
        long different = table.rows().stream().map(row -> row[cell]).distinct().count();
        int own = seen.get(f).size();
        boolean leavesEnough = table.header().size() - column > fields - f;
        if (own <= different && (!leavesEnough || own >= 0.8 * different)) {
          break;
        }
        column++;
      }
      if (column == table.header().size()) {
        throw new EvaluationException(
            table.file() + ": no column fits field " + f + " of the libfm files");
      }
      columns[f] = column++;
    }
    return columns;
  }

  /// Which cell of a column is which feature: person and item by their order, the others by the
  /// most votes of rows that person and item identify.
  private static List<Map<String, Integer>> features(
      Table table, int[] columns, List<int[]> heldOut, int fields) throws EvaluationException {
    List<Map<String, Integer>> features = new ArrayList<>();
    int first = 0;
    for (int f = 0; f < 2; f++) {
      int column = columns[f];
      Map<String, Integer> byCell = new HashMap<>();
      try {
        int[] ids =
            table.rows().stream()
                .mapToInt(row -> Integer.parseInt(row[column]))
                .distinct()
                .sorted()
                .toArray();
        for (int id : ids) {
          byCell.put(Integer.toString(id), first + id);
        }
        first += ids.length == 0 ? 0 : ids[ids.length - 1] + 1;
      } catch (NumberFormatException e) {
        throw new EvaluationException(
            table.file() + ": " + e.getMessage() + " (expected: persons and items as numbers)", e);
      }
      features.add(byCell);
    }
    Map<List<Integer>, List<String[]>> byPair = new HashMap<>();
    for (String[] cells : table.rows()) {
      byPair
          .computeIfAbsent(
              List.of(
                  features.get(0).getOrDefault(cells[columns[0]], -1),
                  features.get(1).getOrDefault(cells[columns[1]], -1)),
              _ -> new ArrayList<>())
          .add(cells);
    }
    // Rows that only one row of the table can be vote first; what they say tells more rows apart.
    int aligned = 0;
    for (int round = 0; round < ROUNDS; round++) {
      List<Map<String, Map<Integer, Integer>>> votes = new ArrayList<>();
      for (int f = 0; f < fields; f++) {
        votes.add(new HashMap<>());
      }
      aligned = 0;
      for (int[] row : heldOut) {
        String[] same =
            only(byPair.getOrDefault(List.of(row[0], row[1]), List.of()), row, features, columns);
        if (same != null) {
          aligned++;
          for (int f = 2; f < fields; f++) {
            votes
                .get(f)
                .computeIfAbsent(same[columns[f]], _ -> new HashMap<>())
                .merge(row[f], 1, Integer::sum);
          }
        }
      }
      while (features.size() > 2) {
        features.removeLast();
      }
      for (int f = 2; f < fields; f++) {
        Map<String, Integer> byCell = new HashMap<>();
        votes
            .get(f)
            .forEach((cell, counts) ->
                byCell.put(
                    cell,
                    counts.entrySet().stream()
                        .max(Map.Entry.<Integer, Integer>comparingByValue())
                        .map(Map.Entry::getKey)
                        .orElse(-1)));
        features.add(byCell);
      }
    }
    if (aligned < Math.min(100, heldOut.size() / 20)) {
      throw new EvaluationException(
          table.file()
              + ": only "
              + aligned
              + " positive rows of validation and test are in the table (expected: most)");
    }
    return features;
  }

  /// The one row of some that a row of features can be, as far as cells are known; null when there
  /// is none, or when several differ.
  private static String @Nullable [] only(
      List<String[]> rows, int[] row, List<Map<String, Integer>> features, int[] columns) {
    String[] found = null;
    for (String[] cells : rows) {
      boolean fits = true;
      for (int f = 2; f < features.size() && fits; f++) {
        Integer known = features.get(f).get(cells[columns[f]]);
        fits = known == null || known == row[f];
      }
      if (fits) {
        if (found != null && !sameContext(found, cells, columns)) {
          return null;
        }
        found = cells;
      }
    }
    return found;
  }

  private static boolean sameContext(String[] a, String[] b, int[] columns) {
    for (int column : columns) {
      if (!a[column].equals(b[column])) {
        return false;
      }
    }
    return true;
  }

  private static List<Integer> boxed(int[] row) {
    return Arrays.stream(row).boxed().toList();
  }
}
