// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.intent;

/// A phrase, masked and in lower case, with what it wants.
public record LabelledPhrase(String phrase, String label) {}
