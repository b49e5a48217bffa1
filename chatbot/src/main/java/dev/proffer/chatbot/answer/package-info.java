// SPDX-License-Identifier: GPL-3.0-or-later
/// Answers: templates, formats, evidence and the grounding check.
@NullMarked
package dev.proffer.chatbot.answer;

import org.jspecify.annotations.NullMarked;
