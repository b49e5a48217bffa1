// SPDX-License-Identifier: Apache-2.0
/// Probabilities that something is clicked or bought, learnt from rows of fields: logistic
/// regression, factorisation machine, deep factorisation machine.
@NullMarked
package dev.proffer.ranker.ctr;

import org.jspecify.annotations.NullMarked;
