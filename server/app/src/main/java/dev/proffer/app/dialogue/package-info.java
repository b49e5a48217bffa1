// SPDX-License-Identifier: Apache-2.0
/// Scripted conversations with the chatbot, and what became of them.
@NullMarked
package dev.proffer.app.dialogue;

import org.jspecify.annotations.NullMarked;
