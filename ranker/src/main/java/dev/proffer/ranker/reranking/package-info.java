// SPDX-License-Identifier: Apache-2.0
/// The second look at candidates: a learned order over everything that is known of each one.
@NullMarked
package dev.proffer.ranker.reranking;

import org.jspecify.annotations.NullMarked;
