// SPDX-License-Identifier: GPL-3.0-or-later
/// The ranker and the promotion services as the bot sees them.
@NullMarked
package dev.proffer.chatbot.shop;

import org.jspecify.annotations.NullMarked;
