// SPDX-License-Identifier: Apache-2.0
/// Who sees what, and what the difference was worth: assignment, statistics, reports.
@NullMarked
package dev.proffer.ranker.experiment;

import org.jspecify.annotations.NullMarked;
