// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.intent;

/// An intent with its probability.
public record IntentScore(String intent, double confidence) {}
