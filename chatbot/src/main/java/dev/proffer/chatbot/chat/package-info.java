// SPDX-License-Identifier: GPL-3.0-or-later
/// The gRPC services of the chatbot.
@NullMarked
package dev.proffer.chatbot.chat;

import org.jspecify.annotations.NullMarked;
