// SPDX-License-Identifier: Apache-2.0

/// Measurements of response and uplift models on public data.
@NullMarked
package dev.proffer.ranker.uplift.study;

import org.jspecify.annotations.NullMarked;
