// SPDX-License-Identifier: Apache-2.0

/// Load tests: schedules, requests of the sample shop, two generators, what they found, and the
/// search for the highest rate that still keeps its promise.
@NullMarked
package dev.proffer.app.load;

import org.jspecify.annotations.NullMarked;
