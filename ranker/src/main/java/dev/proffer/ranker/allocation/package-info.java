// SPDX-License-Identifier: Apache-2.0
/// Deciding who gets which offer within a budget.
@NullMarked
package dev.proffer.ranker.allocation;

import org.jspecify.annotations.NullMarked;
