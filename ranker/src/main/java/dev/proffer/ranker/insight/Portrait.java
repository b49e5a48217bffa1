// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.insight;

import java.util.List;
import java.util.Map;

/// What is known of one person now.
///
/// @param facts those that exist; no value is NaN
/// @param categories decayed shares of interest, largest first
/// @param interest the direction of interest in texts, of length 1 or empty; see [InterestVector]
/// @param segmentIds the found segment first, then rule segments
/// @param tags readable interests by each language that was asked for
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record Portrait(
    String userId,
    Map<PersonFact, Double> facts,
    String currency,
    Map<String, Double> categories,
    Map<String, Double> brands,
    List<Double> hourShares,
    List<Double> weekdayShares,
    List<String> segmentIds,
    Map<String, List<String>> tags,
    float[] interest,
    long asOfMillis) {
  /// The languages that tags are in.
  public static final List<String> LANGUAGES = List.of("en", "zh");

  /// Readable interests in a language that was asked for.
  public List<String> tags(String language) {
    return tags.getOrDefault(language, List.of());
  }
}
