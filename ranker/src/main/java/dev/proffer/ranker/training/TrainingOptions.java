// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.ranker.retrieval.BatchSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// How a training run goes.
///
/// @param tuning how long parameters may be searched for; what was found by then is used
/// @param tuningCases how many validation cases the search looks at
/// @param cases how many cases the figures are made from
/// @param threads threads that measure
/// @param activate whether the bundle serves at once
/// @param sources which sources to try besides those that learn event by event
/// @param ranker what orders the candidates
/// @param learning how long the sequence model may learn; zero leaves it out unless it is named
/// @param epochsMax how often it goes through all sequences at most
/// @param seed of everything that is left to chance
public record TrainingOptions(
    Duration tuning,
    int tuningCases,
    int cases,
    int threads,
    boolean activate,
    SourceChoice sources,
    RankerChoice ranker,
    Duration learning,
    int epochsMax,
    long seed) {
  public static final TrainingOptions DEFAULT =
      new TrainingOptions(
          Duration.ofSeconds(25), 2_000, 10_000, Runtime.getRuntime().availableProcessors(), true);

  /// Which of [BatchSource#NAMES] are tried. Those that are named are kept, too; automatic ones
  /// stay where validation wants them.
  ///
  /// @param automatic those that suit the size of the catalogue, the people and the time
  /// @param names when it is not automatic; none is possible
  public record SourceChoice(boolean automatic, List<String> names) {
    public static final SourceChoice AUTOMATIC = new SourceChoice(true, List.of());

    public SourceChoice {
      names = List.copyOf(names);
      for (String name : names) {
        if (!BatchSource.NAMES.contains(name)) {
          throw new IllegalArgumentException(
              "source '" + name + "' (expected: auto, none or some of " + BatchSource.NAMES + ")");
        }
      }
    }

    /// Reads `auto`, `none`, or names with commas between them.
    public static SourceChoice parse(String text) {
      String plain = text.strip().toLowerCase(Locale.ROOT);
      return switch (plain) {
        case "auto" -> AUTOMATIC;
        case "none" -> new SourceChoice(false, List.of());
        default ->
            new SourceChoice(
                false, Arrays.stream(plain.split(",", -1)).map(String::strip).distinct().toList());
      };
    }

    boolean names(String source) {
      return !automatic && names.contains(source);
    }
  }

  /// What orders the candidates of a bundle.
  public enum RankerChoice {
    /// The learned ranker where it beats the blend on validation.
    AUTO,
    /// The weighted sum.
    BLEND,
    /// The learned ranker, whether or not it beats the blend.
    LAMBDAMART;

    /// Reads `auto`, `blend` or `lambdamart`.
    public static RankerChoice parse(String text) {
      for (RankerChoice choice : values()) {
        if (choice.name().equalsIgnoreCase(text.strip())) {
          return choice;
        }
      }
      throw new IllegalArgumentException(
          "ranker '" + text + "' (expected: auto, blend or lambdamart)");
    }
  }

  public TrainingOptions {
    if (tuningCases < 1 || cases < 1 || threads < 1 || epochsMax < 1) {
      throw new IllegalArgumentException(
          "tuningCases, cases, threads and epochsMax: must be at least 1");
    }
  }

  /// Sources and ranker are chosen automatically, without the sequence model.
  public TrainingOptions(
      Duration tuning, int tuningCases, int cases, int threads, boolean activate) {
    this(
        tuning,
        tuningCases,
        cases,
        threads,
        activate,
        SourceChoice.AUTOMATIC,
        RankerChoice.AUTO,
        Duration.ZERO,
        100,
        1);
  }

  public TrainingOptions withActivate(boolean newActivate) {
    return new TrainingOptions(
        tuning,
        tuningCases,
        cases,
        threads,
        newActivate,
        sources,
        ranker,
        learning,
        epochsMax,
        seed);
  }

  public TrainingOptions withSources(SourceChoice newSources) {
    return new TrainingOptions(
        tuning,
        tuningCases,
        cases,
        threads,
        activate,
        newSources,
        ranker,
        learning,
        epochsMax,
        seed);
  }

  public TrainingOptions withRanker(RankerChoice newRanker) {
    return new TrainingOptions(
        tuning,
        tuningCases,
        cases,
        threads,
        activate,
        sources,
        newRanker,
        learning,
        epochsMax,
        seed);
  }

  public TrainingOptions withLearning(Duration newLearning, int newEpochsMax) {
    return new TrainingOptions(
        tuning,
        tuningCases,
        cases,
        threads,
        activate,
        sources,
        ranker,
        newLearning,
        newEpochsMax,
        seed);
  }

  public TrainingOptions withSeed(long newSeed) {
    return new TrainingOptions(
        tuning,
        tuningCases,
        cases,
        threads,
        activate,
        sources,
        ranker,
        learning,
        epochsMax,
        newSeed);
  }
}
