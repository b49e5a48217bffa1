// SPDX-License-Identifier: GPL-3.0-or-later
/// How texts feel, and about what.
@NullMarked
package dev.proffer.chatbot.sentiment;

import org.jspecify.annotations.NullMarked;
