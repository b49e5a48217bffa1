// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.segment;

import dev.proffer.ranker.insight.PersonFact;
import java.util.List;
import java.util.Map;

/// A group of people that clustering found.
///
/// @param id stays the same over retraining for as long as the group does
/// @param names the name by language
/// @param descriptions what sets it apart, by language
/// @param size the number of people
/// @param sizeChange the relative change of its size since the computation before; 0 when new
/// @param profile the mean of each fact over the people who have it
/// @param centre the middle in the coordinates of the scaling
/// @param earlierNames the English names that it had before, oldest first
public record Segment(
    String id,
    Map<String, String> names,
    Map<String, String> descriptions,
    int size,
    double sizeChange,
    Map<PersonFact, Double> profile,
    List<Double> centre,
    List<String> earlierNames) {
  public Segment {
    names = Map.copyOf(names);
    descriptions = Map.copyOf(descriptions);
    profile = Map.copyOf(profile);
    centre = List.copyOf(centre);
    earlierNames = List.copyOf(earlierNames);
  }

  public String name(String language) {
    return names.getOrDefault(
        language.startsWith("zh") ? "zh" : "en", names.getOrDefault("en", id));
  }
}
