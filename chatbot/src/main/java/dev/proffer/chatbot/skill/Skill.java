// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.skill;

import dev.proffer.chatbot.language.Language;
import java.util.List;
import java.util.Map;

/// One thing that the bot can do, as its file says: how shoppers ask for it, which action answers,
/// and in which words.
///
/// @param name the name of the file, which is the name of the intent
/// @param action the action that answers
/// @param settings what the file tells the action, such as the types of promotions to list
/// @param examples phrases by language, with placeholders such as `{brand}`
/// @param answers templates by key and language, in ICU message format
/// @param quickReplies what the shopper can tap next, by language
public record Skill(
    String name,
    String action,
    Map<String, String> settings,
    Map<Language, List<String>> examples,
    Map<String, Map<Language, String>> answers,
    Map<Language, List<String>> quickReplies) {

  public Skill {
    settings = Map.copyOf(settings);
    examples = Map.copyOf(examples);
    answers = Map.copyOf(answers);
    quickReplies = Map.copyOf(quickReplies);
  }
}
