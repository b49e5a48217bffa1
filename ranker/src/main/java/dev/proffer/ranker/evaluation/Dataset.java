// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

import dev.proffer.runtime.file.PlainOrGzip;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.StringTokenizer;

/// Public data, split as its protocol says.
///
/// @param items all item numbers are below this
/// @param tuneTrain the sequences that parameters are tried on
/// @param train the sequences that the test figures are made from
/// @param sequential whether the order inside a sequence means anything
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody; arrays are what the loops need.
public record Dataset(
    Protocol protocol,
    int items,
    int[][] tuneTrain,
    int[][] train,
    List<Question> validation,
    List<Question> test,
    boolean sequential) {
  private static final long SPLIT_SEED = 42;

  /// One question with its answers.
  ///
  /// @param history newest first, without repeats
  /// @param left sorted items that are left out of lists; empty when none are
  public record Question(int[] history, int[] left, int[] targets) {
    boolean admits(int item) {
      return Arrays.binarySearch(left, item) < 0;
    }
  }

  /// Reads data; gzip is recognised by its first bytes.
  public static Dataset read(Path data, Format format, Protocol protocol)
      throws EvaluationException {
    boolean fits =
        switch (format) {
          case S3REC, SASREC -> protocol == Protocol.LEAVE_ONE_OUT;
          case NGCF -> protocol == Protocol.FIXED_SPLIT;
          case SESSION -> protocol == Protocol.SESSION;
          case EVENTS -> protocol == Protocol.TIME_SPLIT || protocol == Protocol.LEAVE_ONE_OUT;
        };
    if (!fits) {
      throw new EvaluationException(
          "format " + format + " cannot be split by protocol " + protocol);
    }
    if (!Files.exists(data)) {
      throw new EvaluationException(data + ": there is no such file or folder");
    }
    Ids ids = new Ids();
    return switch (format) {
      case S3REC, SASREC -> leaveOneOut(sequences(data, ids), ids);
      case NGCF ->
          fixedSplit(
              sequences(inside(data, "train.txt"), ids),
              sequences(inside(data, "test.txt"), ids),
              ids);
      case SESSION ->
          sessions(
              sessionLines(inside(data, "train_sessions.txt"), ids),
              sessionTests(inside(data, "test_prefix_target.tsv"), ids),
              ids);
      case EVENTS -> events(EventFile.read(data), protocol, ids);
    };
  }

  /// People and their different items, without a split.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Lines(int[][] people, int items) {}

  /// Reads lines of a user and items.
  static Lines lines(Path file) throws EvaluationException {
    Ids ids = new Ids();
    int[][] people =
        sequences(file, ids).values().stream()
            .map(own -> Arrays.stream(own).distinct().toArray())
            .toArray(int[][]::new);
    return new Lines(people, ids.size());
  }

  private static Dataset events(List<EventFile.Event> events, Protocol protocol, Ids ids)
      throws EvaluationException {
    if (protocol == Protocol.LEAVE_ONE_OUT) {
      Map<String, int[]> byUser = new LinkedHashMap<>();
      grouped(events, events.size())
          .forEach((user, own) -> {
            int[] items = own.stream().mapToInt(event -> ids.of(event.item())).toArray();
            // The protocol asks for new items: coming back to one is not a step.
            int[] order = newestFirst(reversed(items), items.length);
            byUser.put(user, order);
          });
      return leaveOneOut(byUser, ids);
    }
    if (events.size() < 10) {
      throw new EvaluationException(events.size() + " events (expected: at least 10)");
    }
    events.forEach(event -> ids.of(event.item()));
    int validationFrom = (int) (events.size() * 0.8);
    int testFrom = (int) (events.size() * 0.9);
    int[][] tuneTrain = sequencesOf(grouped(events, validationFrom), ids);
    int[][] train = sequencesOf(grouped(events, testFrom), ids);
    List<Question> validation = questions(events, validationFrom, testFrom, ids);
    List<Question> test = questions(events, testFrom, events.size(), ids);
    if (validation.isEmpty() || test.isEmpty()) {
      throw new EvaluationException(
          "nobody is before and after the cuts with a new item: nothing can be asked");
    }
    return new Dataset(Protocol.TIME_SPLIT, ids.size(), tuneTrain, train, validation, test, true);
  }

  private static int[] reversed(int[] items) {
    int[] reversed = new int[items.length];
    for (int i = 0; i < items.length; i++) {
      reversed[items.length - 1 - i] = items[i];
    }
    return reversed;
  }

  private static Map<String, List<EventFile.Event>> grouped(List<EventFile.Event> events, int to) {
    Map<String, List<EventFile.Event>> byUser = new LinkedHashMap<>();
    for (EventFile.Event event : events.subList(0, to)) {
      byUser.computeIfAbsent(event.user(), _ -> new ArrayList<>()).add(event);
    }
    return byUser;
  }

  private static int[][] sequencesOf(Map<String, List<EventFile.Event>> byUser, Ids ids) {
    return byUser.values().stream()
        .map(own -> own.stream().mapToInt(event -> ids.of(event.item())).toArray())
        .toArray(int[][]::new);
  }

  /// What the people of a part newly turn to, asked with all that they did before it.
  private static List<Question> questions(List<EventFile.Event> events, int from, int to, Ids ids) {
    Map<String, List<EventFile.Event>> before = grouped(events, from);
    Map<String, List<EventFile.Event>> part = new LinkedHashMap<>();
    for (EventFile.Event event : events.subList(from, to)) {
      part.computeIfAbsent(event.user(), _ -> new ArrayList<>()).add(event);
    }
    List<Question> questions = new ArrayList<>();
    part.forEach((user, own) -> {
      List<EventFile.Event> past = before.getOrDefault(user, List.of());
      int[] items = past.stream().mapToInt(event -> ids.of(event.item())).toArray();
      int[] history = newestFirst(items, items.length);
      int[] left = sorted(history);
      int[] targets =
          own.stream()
              .mapToInt(event -> ids.of(event.item()))
              .distinct()
              .filter(item -> Arrays.binarySearch(left, item) < 0)
              .toArray();
      if (history.length > 0 && targets.length > 0) {
        questions.add(new Question(history, left, targets));
      }
    });
    return questions;
  }

  private static final class Ids {
    private final Map<String, Integer> numbers = new HashMap<>();

    int of(String id) {
      return numbers.computeIfAbsent(id, _ -> numbers.size());
    }

    int size() {
      return numbers.size();
    }
  }

  private static Dataset leaveOneOut(Map<String, int[]> byUser, Ids ids)
      throws EvaluationException {
    List<int[]> train = new ArrayList<>();
    List<Question> validation = new ArrayList<>();
    List<Question> test = new ArrayList<>();
    for (int[] sequence : byUser.values()) {
      int n = sequence.length;
      if (n < 3) {
        // Too short to leave anything out: it is learned from whole.
        train.add(sequence);
        continue;
      }
      train.add(Arrays.copyOf(sequence, n - 2));
      validation.add(question(sequence, n - 2, sequence[n - 2]));
      test.add(question(sequence, n - 1, sequence[n - 1]));
    }
    if (test.isEmpty()) {
      throw new EvaluationException("no person has three items: nothing can be left out");
    }
    int[][] learned = train.toArray(int[][]::new);
    return new Dataset(
        Protocol.LEAVE_ONE_OUT, ids.size(), learned, learned, validation, test, true);
  }

  private static Dataset fixedSplit(
      Map<String, int[]> trainByUser, Map<String, int[]> testByUser, Ids ids)
      throws EvaluationException {
    Random random = new Random(SPLIT_SEED);
    List<int[]> tune = new ArrayList<>();
    List<int[]> train = new ArrayList<>();
    List<Question> validation = new ArrayList<>();
    List<Question> test = new ArrayList<>();
    for (Map.Entry<String, int[]> person : trainByUser.entrySet()) {
      int[] own = Arrays.stream(person.getValue()).distinct().toArray();
      train.add(own);
      int held = own.length < 5 ? 0 : Math.max(1, own.length / 10);
      int[] shuffled = own.clone();
      for (int i = 0; i < held; i++) {
        int j = i + random.nextInt(shuffled.length - i);
        int swapped = shuffled[i];
        shuffled[i] = shuffled[j];
        shuffled[j] = swapped;
      }
      int[] kept = Arrays.copyOfRange(shuffled, held, shuffled.length);
      tune.add(kept);
      if (held > 0) {
        validation.add(new Question(kept, sorted(kept), Arrays.copyOf(shuffled, held)));
      }
      int[] targets = testByUser.get(person.getKey());
      if (targets != null && targets.length > 0) {
        test.add(new Question(own, sorted(own), Arrays.stream(targets).distinct().toArray()));
      }
    }
    if (test.isEmpty() || validation.isEmpty()) {
      throw new EvaluationException("no person is in both parts with at least five train items");
    }
    return new Dataset(
        Protocol.FIXED_SPLIT,
        ids.size(),
        tune.toArray(int[][]::new),
        train.toArray(int[][]::new),
        validation,
        test,
        false);
  }

  private static Dataset sessions(List<int[]> sessions, List<Question> test, Ids ids)
      throws EvaluationException {
    if (sessions.size() < 20) {
      throw new EvaluationException(
          "train_sessions.txt: " + sessions.size() + " sessions (expected: at least 20)");
    }
    int cut = sessions.size() - Math.max(1, sessions.size() / 10);
    List<Question> validation = new ArrayList<>();
    for (int[] session : sessions.subList(cut, sessions.size())) {
      for (int i = 1; i < session.length; i++) {
        validation.add(new Question(newestFirst(session, i), new int[0], new int[] {session[i]}));
      }
    }
    return new Dataset(
        Protocol.SESSION,
        ids.size(),
        sessions.subList(0, cut).toArray(int[][]::new),
        sessions.toArray(int[][]::new),
        validation,
        test,
        true);
  }

  private static Question question(int[] sequence, int length, int target) {
    int[] history = newestFirst(sequence, length);
    return new Question(history, sorted(history), new int[] {target});
  }

  private static int[] newestFirst(int[] sequence, int length) {
    int[] result = new int[length];
    int count = 0;
    for (int i = length - 1; i >= 0; i--) {
      boolean repeated = false;
      for (int j = 0; j < count && !repeated; j++) {
        repeated = result[j] == sequence[i];
      }
      if (!repeated) {
        result[count++] = sequence[i];
      }
    }
    return Arrays.copyOf(result, count);
  }

  private static int[] sorted(int[] items) {
    int[] copy = items.clone();
    Arrays.sort(copy);
    return copy;
  }

  // ---- files

  private static Map<String, int[]> sequences(Path file, Ids ids) throws EvaluationException {
    Map<String, int[]> byUser = new LinkedHashMap<>();
    Map<String, Integer> lengths = new HashMap<>();
    try (BufferedReader in = PlainOrGzip.lines(file)) {
      int number = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        StringTokenizer tokens = new StringTokenizer(line);
        if (!tokens.hasMoreTokens()) {
          continue;
        }
        String user = tokens.nextToken();
        int more = tokens.countTokens();
        int length = lengths.getOrDefault(user, 0);
        int[] own = byUser.computeIfAbsent(user, _ -> new int[Math.max(4, more)]);
        if (length + more > own.length) {
          own = Arrays.copyOf(own, Math.max(length + more, own.length * 2));
          byUser.put(user, own);
        }
        while (tokens.hasMoreTokens()) {
          own[length++] = ids.of(tokens.nextToken());
        }
        lengths.put(user, length);
      }
      if (number == 0 || byUser.isEmpty()) {
        throw new EvaluationException(file + ": is empty (expected: lines of a user and items)");
      }
    } catch (IOException e) {
      throw new EvaluationException(file + ": " + e.getMessage(), e);
    }
    byUser.replaceAll((user, own) -> Arrays.copyOf(own, lengths.getOrDefault(user, 0)));
    return byUser;
  }

  private static List<int[]> sessionLines(Path file, Ids ids) throws EvaluationException {
    List<int[]> sessions = new ArrayList<>();
    try (BufferedReader in = PlainOrGzip.lines(file)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        int[] session = items(line, ids);
        if (session.length > 1) {
          sessions.add(session);
        }
      }
    } catch (IOException e) {
      throw new EvaluationException(file + ": " + e.getMessage(), e);
    }
    return sessions;
  }

  private static List<Question> sessionTests(Path file, Ids ids) throws EvaluationException {
    List<Question> questions = new ArrayList<>();
    try (BufferedReader in = PlainOrGzip.lines(file)) {
      int number = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        if (line.isBlank()) {
          continue;
        }
        int tab = line.indexOf('\t');
        int[] prefix = items(tab < 0 ? "" : line.substring(0, tab), ids);
        int[] target = items(tab < 0 ? "" : line.substring(tab + 1), ids);
        if (prefix.length == 0 || target.length != 1) {
          throw new EvaluationException(
              file + ":" + number + ": expected items, a tab and one item");
        }
        questions.add(new Question(newestFirst(prefix, prefix.length), new int[0], target));
      }
    } catch (IOException e) {
      throw new EvaluationException(file + ": " + e.getMessage(), e);
    }
    if (questions.isEmpty()) {
      throw new EvaluationException(file + ": holds no question");
    }
    return questions;
  }

  private static int[] items(String text, Ids ids) {
    StringTokenizer tokens = new StringTokenizer(text, " \t,");
    int[] items = new int[tokens.countTokens()];
    for (int i = 0; i < items.length; i++) {
      items[i] = ids.of(tokens.nextToken());
    }
    return items;
  }

  /// A file of a folder, plain or with `.gz`.
  private static Path inside(Path folder, String name) throws EvaluationException {
    for (Path file : List.of(folder.resolve(name), folder.resolve(name + ".gz"))) {
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    throw new EvaluationException(folder + ": holds neither " + name + " nor " + name + ".gz");
  }
}
