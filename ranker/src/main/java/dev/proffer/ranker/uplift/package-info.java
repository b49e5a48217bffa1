// SPDX-License-Identifier: Apache-2.0

/// Who buys because of an offer: learners of uplift, response by discount depth, and the figures
/// that judge them.
@NullMarked
package dev.proffer.ranker.uplift;

import org.jspecify.annotations.NullMarked;
