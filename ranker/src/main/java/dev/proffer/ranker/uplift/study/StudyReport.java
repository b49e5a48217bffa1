// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.uplift.study;

import java.util.Map;

/// What a study measured.
///
/// @param protocol one sentence that says what was measured on what
/// @param figures by part of the study and model, figures by name
/// @param references published figures in the same shape
/// @param facts counts and choices, by name
public record StudyReport(
    String protocol,
    Map<String, Map<String, Map<String, Double>>> figures,
    Map<String, Map<String, Map<String, Double>>> references,
    Map<String, Object> facts) {}
