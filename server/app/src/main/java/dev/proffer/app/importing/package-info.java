// SPDX-License-Identifier: Apache-2.0
/// Importers of real orders.
@NullMarked
package dev.proffer.app.importing;

import org.jspecify.annotations.NullMarked;
