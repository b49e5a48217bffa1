// SPDX-License-Identifier: Apache-2.0
/// Promotions: their rules compiled once, the best price of one item, the best price of a cart, and
/// why something does not apply.
@NullMarked
package dev.proffer.ranker.promotion;

import org.jspecify.annotations.NullMarked;
