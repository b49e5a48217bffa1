// SPDX-License-Identifier: Apache-2.0
/// What a policy that never ran would have earned, from the decisions of one that did.
@NullMarked
package dev.proffer.ranker.offpolicy;

import org.jspecify.annotations.NullMarked;
