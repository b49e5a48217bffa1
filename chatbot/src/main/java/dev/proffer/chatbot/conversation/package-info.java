// SPDX-License-Identifier: GPL-3.0-or-later
/// What is remembered of a conversation, and where it is kept.
@NullMarked
package dev.proffer.chatbot.conversation;

import org.jspecify.annotations.NullMarked;
