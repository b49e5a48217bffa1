// SPDX-License-Identifier: Apache-2.0
/// The client of Proffer. [Proffer] is where to begin.
@NullMarked
package dev.proffer.client;

import org.jspecify.annotations.NullMarked;
