// SPDX-License-Identifier: Apache-2.0

/// Supervised models on tables of numbers: gradient-boosted trees and forests (trained by LightGBM,
/// scored by our own walker), logistic regression (liblinear), isotonic calibration, and the
/// figures that judge them. Training is deterministic for a seed.
@NullMarked
package dev.proffer.ranker.learning;

import org.jspecify.annotations.NullMarked;
