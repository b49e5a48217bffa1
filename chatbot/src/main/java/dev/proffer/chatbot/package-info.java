// SPDX-License-Identifier: GPL-3.0-or-later
@NullMarked
package dev.proffer.chatbot;

import org.jspecify.annotations.NullMarked;
