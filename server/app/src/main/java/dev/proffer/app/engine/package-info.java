// SPDX-License-Identifier: Apache-2.0
/// Wiring: which services run here, how they find each other, and who owns the data folder.
@NullMarked
package dev.proffer.app.engine;

import org.jspecify.annotations.NullMarked;
