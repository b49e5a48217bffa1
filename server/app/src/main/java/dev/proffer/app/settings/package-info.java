// SPDX-License-Identifier: Apache-2.0
/// Where settings come from: files, flags, defaults.
@NullMarked
package dev.proffer.app.settings;

import org.jspecify.annotations.NullMarked;
