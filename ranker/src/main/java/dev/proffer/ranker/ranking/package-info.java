// SPDX-License-Identifier: Apache-2.0
/// What answers a request: eligibility, blending, offers, reasons, exploration.
@NullMarked
package dev.proffer.ranker.ranking;

import org.jspecify.annotations.NullMarked;
