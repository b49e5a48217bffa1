// SPDX-License-Identifier: Apache-2.0

/// Who gets which offer, and which campaigns are worth running, from what people did.
@NullMarked
package dev.proffer.ranker.planning;

import org.jspecify.annotations.NullMarked;
