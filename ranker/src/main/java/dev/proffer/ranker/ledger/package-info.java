// SPDX-License-Identifier: Apache-2.0
/// The ledger: budgets, limits and redemptions as transactions.
@NullMarked
package dev.proffer.ranker.ledger;

import org.jspecify.annotations.NullMarked;
