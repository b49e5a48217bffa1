// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.evaluation;

import java.util.LinkedHashMap;
import java.util.Map;

/// What an evaluation found: figures by name, ready for a table and for JSON.
///
/// @param chosen which model was chosen on validation, and its parameters
/// @param metrics figures of the chosen model on test
/// @param validation figures of the chosen model on validation
/// @param popularity figures of honest popularity on test
/// @param sources figures of every single source on test
/// @param seconds how long reading, tuning, training and asking took
public record EvaluationReport(
    String protocol,
    Map<String, String> chosen,
    Map<String, Double> metrics,
    Map<String, Double> validation,
    Map<String, Double> popularity,
    Map<String, Map<String, Double>> sources,
    Map<String, Double> seconds) {
  public EvaluationReport {
    chosen = new LinkedHashMap<>(chosen);
    metrics = new LinkedHashMap<>(metrics);
    validation = new LinkedHashMap<>(validation);
    popularity = new LinkedHashMap<>(popularity);
    sources = new LinkedHashMap<>(sources);
    seconds = new LinkedHashMap<>(seconds);
  }
}
