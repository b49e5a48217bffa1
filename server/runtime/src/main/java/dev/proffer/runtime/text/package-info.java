// SPDX-License-Identifier: Apache-2.0
/// Texts as encoders read them.
@NullMarked
package dev.proffer.runtime.text;

import org.jspecify.annotations.NullMarked;
