// SPDX-License-Identifier: GPL-3.0-or-later
/// Commands that measure how well the chatbot understands.
@NullMarked
package dev.proffer.chatbot.evaluation;

import org.jspecify.annotations.NullMarked;
