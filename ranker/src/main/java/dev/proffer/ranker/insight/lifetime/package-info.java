// SPDX-License-Identifier: Apache-2.0

/// How often a person will come back and what that is worth.
@NullMarked
package dev.proffer.ranker.insight.lifetime;

import org.jspecify.annotations.NullMarked;
