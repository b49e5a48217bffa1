// SPDX-License-Identifier: GPL-3.0-or-later
/// What the bot can do: one file of data for each skill, and the actions that they name.
@NullMarked
package dev.proffer.chatbot.skill;

import org.jspecify.annotations.NullMarked;
