// SPDX-License-Identifier: Apache-2.0
/// What chooses among legal options with a known probability, and learns from what follows.
@NullMarked
package dev.proffer.ranker.policy;

import org.jspecify.annotations.NullMarked;
