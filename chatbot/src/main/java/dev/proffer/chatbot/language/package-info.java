// SPDX-License-Identifier: GPL-3.0-or-later
/// Text before understanding: normal forms, the language of a turn, and the CoreNLP pipelines.
@NullMarked
package dev.proffer.chatbot.language;

import org.jspecify.annotations.NullMarked;
