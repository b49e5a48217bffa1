// SPDX-License-Identifier: Apache-2.0

/// The page for marketers: what a study found, as pictures with their numbers, in two languages.
@NullMarked
package dev.proffer.ranker.insight.report;

import org.jspecify.annotations.NullMarked;
