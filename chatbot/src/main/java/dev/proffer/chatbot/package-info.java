// SPDX-License-Identifier: GPL-3.0-or-later
/// A customer-service bot that answers questions about promotions in English and Chinese.
@NullMarked
package dev.proffer.chatbot;

import org.jspecify.annotations.NullMarked;
