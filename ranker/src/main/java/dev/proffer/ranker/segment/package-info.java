// SPDX-License-Identifier: Apache-2.0

/// Groups of people: found by clustering or named by a rule.
@NullMarked
package dev.proffer.ranker.segment;

import org.jspecify.annotations.NullMarked;
