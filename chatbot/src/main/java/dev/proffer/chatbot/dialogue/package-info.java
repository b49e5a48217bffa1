// SPDX-License-Identifier: GPL-3.0-or-later
/// The policy that understands a turn, chooses a skill and keeps the conversation.
@NullMarked
package dev.proffer.chatbot.dialogue;

import org.jspecify.annotations.NullMarked;
