// SPDX-License-Identifier: Apache-2.0
/// Replies of the engine, written for people.
@NullMarked
package dev.proffer.app.reply;

import org.jspecify.annotations.NullMarked;
