// SPDX-License-Identifier: GPL-3.0-or-later
/// What a turn names: prices, offers, codes, dates, and the names of the live catalogue.
@NullMarked
package dev.proffer.chatbot.mention;

import org.jspecify.annotations.NullMarked;
