// SPDX-License-Identifier: GPL-3.0-or-later
/// The shop's own questions and answers: kept, found, quoted with their source.
@NullMarked
package dev.proffer.chatbot.knowledge;

import org.jspecify.annotations.NullMarked;
