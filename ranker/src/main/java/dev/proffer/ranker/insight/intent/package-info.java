// SPDX-License-Identifier: Apache-2.0

/// Purchase intent: will this person buy in this visit, within seven days, in this category.
@NullMarked
package dev.proffer.ranker.insight.intent;

import org.jspecify.annotations.NullMarked;
