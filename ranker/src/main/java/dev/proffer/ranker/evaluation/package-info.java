// SPDX-License-Identifier: Apache-2.0
/// Protocols and metrics of public data sets.
@NullMarked
package dev.proffer.ranker.evaluation;

import org.jspecify.annotations.NullMarked;
