// SPDX-License-Identifier: Apache-2.0

/// What is bought together: baskets, frequent itemsets, association rules.
@NullMarked
package dev.proffer.ranker.basket;

import org.jspecify.annotations.NullMarked;
