// SPDX-License-Identifier: GPL-3.0-or-later
/// What a turn wants: examples, features and the classifier.
@NullMarked
package dev.proffer.chatbot.intent;

import org.jspecify.annotations.NullMarked;
