// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.sentiment;

import java.util.List;

/// An opinion on one aspect of a purchase.
///
/// @param aspect `price`, `quality`, `delivery`, `size` or `service`
/// @param score from -1, all bad, to 1, all good
/// @param words what it was read from
public record AspectOpinion(String aspect, double score, List<String> words) {
  public AspectOpinion {
    words = List.copyOf(words);
  }
}
