// SPDX-License-Identifier: Apache-2.0

/// What behaviour says about people: facts from the event log, portraits, lifetime value.
@NullMarked
package dev.proffer.ranker.insight;

import org.jspecify.annotations.NullMarked;
