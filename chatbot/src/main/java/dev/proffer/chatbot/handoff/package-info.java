// SPDX-License-Identifier: GPL-3.0-or-later
/// Passing conversations to humans of the shop: when, in which order, and what is said meanwhile.
@NullMarked
package dev.proffer.chatbot.handoff;

import org.jspecify.annotations.NullMarked;
