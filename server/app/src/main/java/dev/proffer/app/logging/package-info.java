// SPDX-License-Identifier: Apache-2.0
/// Where the log goes and how it looks.
@NullMarked
package dev.proffer.app.logging;

import org.jspecify.annotations.NullMarked;
