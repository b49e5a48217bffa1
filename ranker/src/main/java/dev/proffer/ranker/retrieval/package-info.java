// SPDX-License-Identifier: Apache-2.0
/// Candidate sources: each proposes items for one person in its own way.
@NullMarked
package dev.proffer.ranker.retrieval;

import org.jspecify.annotations.NullMarked;
