// SPDX-License-Identifier: Apache-2.0
/// The commands of `./proffer`, one class each.
@NullMarked
package dev.proffer.app.command;

import org.jspecify.annotations.NullMarked;
