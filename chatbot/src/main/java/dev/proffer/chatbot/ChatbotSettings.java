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

  public static final Setting<String> CONVERSATIONS =
      Setting.text(
          "chatbot.conversations",
          "redis",
          "Where conversations are remembered: redis, so that every server can go on with them, or memory.");
  public static final Setting<List<String>> DESK_HOURS =
      Setting.list(
          "chatbot.desk-hours",
          "always",
          "When humans are at the desk, in the time zone of the shop: always, never, or spans such as mon-fri 09:00-18:00.");
  public static final Setting<Duration> AGENT_PRESENCE =
      Setting.duration(
          "chatbot.agent-presence",
          "3m",
          "How long an agent counts as present after the last sign of life; later, another may take the conversation over.");
  public static final Setting<String> HAND_OFF_RULES =
      Setting.text(
          "chatbot.hand-off-rules",
          "",
          "A file that says when humans take over and who is first, in place of the plugin's; empty means the plugin's.");
  public static final Setting<Integer> TURNS_PER_MINUTE =
      Setting.integer(
          "chatbot.turns-per-minute",
          60,
          0,
          1_000_000,
          "How many turns a person may send in a minute; 0 means no limit.");
  public static final Setting<Integer> WATCHERS_MAX =
      Setting.integer(
          "chatbot.watchers-max",
          5_000,
          1,
          1_000_000,
          "How many streams of conversations may be open at once.");
  public static final Setting<Double> KNOWLEDGE_THRESHOLD =
      Setting.number(
          "chatbot.knowledge-threshold",
          0.8,
          0,
          1,
          "The probability from which an entry of the shop's knowledge is quoted; below it, agents see it as a suggestion.");
  public static final Setting<Duration> KNOWLEDGE_STALE_AFTER =
      Setting.duration(
          "chatbot.knowledge-stale-after",
          "365d",
          "After how long without a review an entry of the shop's knowledge is flagged as stale.");
  public static final Setting<String> SENTIMENT_MODEL =
      Setting.text(
          "chatbot.sentiment-model",
          "",
          "A sentiment model that ./proffer chatbot train made; empty reads with the lexicon alone.");

  public static final Setting<String> INTENT_MODEL =
      Setting.text(
          "chatbot.intent-model",
          "",
          "An intent model that ./proffer chatbot train made, with sentence vectors; empty, or one of other phrases, learns the intents at the start from words alone.");

  public static final Setting<String> INTENT_CACHE =
      Setting.text(
          "chatbot.intent-cache",
          "~/.cache/proffer/intents",
          "Where the intents that were learnt with sentence vectors are kept from start to start, when no chatbot.intent-model is named.");

  public static final Setting<Boolean> SENTENCE_VECTORS =
      Setting.flag(
          "chatbot.sentence-vectors",
          true,
          "Whether intents and the shop's knowledge are found with sentence vectors beside words, which takes some milliseconds a turn; a language whose encoder is not installed goes by words.");

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
        INTENT_THRESHOLD,
        CONVERSATIONS,
        DESK_HOURS,
        AGENT_PRESENCE,
        HAND_OFF_RULES,
        TURNS_PER_MINUTE,
        WATCHERS_MAX,
        KNOWLEDGE_THRESHOLD,
        KNOWLEDGE_STALE_AFTER,
        SENTIMENT_MODEL,
        INTENT_MODEL,
        INTENT_CACHE,
        SENTENCE_VECTORS);
  }
}
