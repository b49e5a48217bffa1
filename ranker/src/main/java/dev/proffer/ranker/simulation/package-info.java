// SPDX-License-Identifier: Apache-2.0
/// A shop and its people whose every reason is known, to see what policies are worth.
@NullMarked
package dev.proffer.ranker.simulation;

import org.jspecify.annotations.NullMarked;
