// SPDX-License-Identifier: Apache-2.0
/// Nearest neighbours of vectors.
@NullMarked
package dev.proffer.ranker.index;

import org.jspecify.annotations.NullMarked;
