// SPDX-License-Identifier: Apache-2.0
/// The decision log.
@NullMarked
package dev.proffer.ranker.decision;

import org.jspecify.annotations.NullMarked;
