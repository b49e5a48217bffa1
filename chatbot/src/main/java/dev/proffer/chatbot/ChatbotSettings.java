// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot;

import dev.proffer.runtime.settings.Setting;
import java.time.Duration;
import java.util.List;

/// The settings of the chatbot.
public final class ChatbotSettings {
  public static final Setting<List<String>> LANGUAGES =
      Setting.list(
          "chatbot.languages",
          "en,zh",
          "The languages that the bot speaks, in the order in which their models are loaded. The models of a language that is not listed are never needed.");
  public static final Setting<String> MODEL_CACHE =
      Setting.text(
          "chatbot.model-cache",
          "~/.cache/proffer/corenlp/4.5.10",
          "The folder of the unpacked CoreNLP models, one folder for each language.");
  public static final Setting<String> SKILLS =
      Setting.text(
          "chatbot.skills",
          "",
          "A folder with skill files of the shop, which replace or add to those of the plugin; empty means none.");
  public static final Setting<String> TIME_ZONE =
      Setting.text(
          "chatbot.time-zone", "UTC", "The time zone in which the bot says and reads dates.");
  public static final Setting<Duration> RANKER_DEADLINE =
      Setting.duration(
          "chatbot.ranker-deadline",
          "800ms",
          "How long one call to the ranker may take before the bot answers without it.");
  public static final Setting<Duration> CATALOGUE_INTERVAL =
      Setting.duration(
          "chatbot.catalogue-interval",
          "15s",
          "How often the bot asks whether the names of the catalogue have changed.");
  public static final Setting<Duration> CONVERSATION_TTL =
      Setting.duration(
          "chatbot.conversation-ttl",
          "2h",
          "How long a conversation is remembered after its last turn.");
  public static final Setting<Integer> CONVERSATIONS_MAX =
      Setting.integer(
          "chatbot.conversations-max",
          20_000,
          1,
          10_000_000,
          "How many conversations are remembered in memory; the ones that were quiet longest go first.");
  public static final Setting<Double> INTENT_THRESHOLD =
      Setting.number(
          "chatbot.intent-threshold",
          0.45,
          0,
          1,
          "The probability of an intent below which the bot asks what was meant.");

  private ChatbotSettings() {}

  public static List<Setting<?>> all() {
    return List.of(
        LANGUAGES,
        MODEL_CACHE,
        SKILLS,
        TIME_ZONE,
        RANKER_DEADLINE,
        CATALOGUE_INTERVAL,
        CONVERSATION_TTL,
        CONVERSATIONS_MAX,
        INTENT_THRESHOLD);
  }
}
