// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot;

import dev.proffer.chatbot.answer.Formats;
import dev.proffer.chatbot.chat.ChatHandler;
import dev.proffer.chatbot.chat.HandOffHandler;
import dev.proffer.chatbot.chat.KnowledgeHandler;
import dev.proffer.chatbot.chat.LanguageHandler;
import dev.proffer.chatbot.chat.TurnLimit;
import dev.proffer.chatbot.conversation.ConversationStore;
import dev.proffer.chatbot.conversation.InMemoryConversationStore;
import dev.proffer.chatbot.conversation.RedisConversationStore;
import dev.proffer.chatbot.dialogue.Dialogue;
import dev.proffer.chatbot.dialogue.Understander;
import dev.proffer.chatbot.handoff.DeskHours;
import dev.proffer.chatbot.handoff.HandOffDesk;
import dev.proffer.chatbot.handoff.HandOffRules;
import dev.proffer.chatbot.intent.Intents;
import dev.proffer.chatbot.intent.LearningIntents;
import dev.proffer.chatbot.knowledge.Knowledge;
import dev.proffer.chatbot.knowledge.KnowledgeStore;
import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.language.Languages;
import dev.proffer.chatbot.language.ModelCache;
import dev.proffer.chatbot.mention.GazetteerSource;
import dev.proffer.chatbot.mention.Lexicon;
import dev.proffer.chatbot.sentiment.LearningSentiment;
import dev.proffer.chatbot.sentiment.NgramSentiment;
import dev.proffer.chatbot.sentiment.SentimentReader;
import dev.proffer.chatbot.shop.CatalogueWatcher;
import dev.proffer.chatbot.shop.GrpcShop;
import dev.proffer.chatbot.shop.Shop;
import dev.proffer.chatbot.skill.SkillBook;
import dev.proffer.runtime.redis.RedisLink;
import dev.proffer.runtime.redis.RedisLinkOptions;
import dev.proffer.runtime.redis.RedisSettings;
import dev.proffer.runtime.service.Peers;
import dev.proffer.runtime.service.RunningService;
import dev.proffer.runtime.service.ServiceContext;
import dev.proffer.runtime.service.ServiceModule;
import dev.proffer.runtime.settings.Setting;
import dev.proffer.runtime.settings.Settings;
import dev.proffer.runtime.sql.Database;
import dev.proffer.runtime.sql.SqlSettings;
import io.grpc.BindableService;
import io.grpc.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/// The chatbot as a plugin of the engine. It starts at once; the models of its languages load
/// behind it, and until they are there it understands with less.
public final class ChatbotModule implements ServiceModule {
  private final BiFunction<SkillBook, Settings, Intents> training;

  public ChatbotModule() {
    this(Running::learnInBackground);
  }

  /// @param training makes what knows the intents of the skills, without waiting for it
  ChatbotModule(BiFunction<SkillBook, Settings, Intents> training) {
    this.training = training;
  }

  @Override
  public String name() {
    return Peers.CHATBOT;
  }

  @Override
  public List<Setting<?>> settings() {
    return Stream.of(ChatbotSettings.all(), RedisSettings.all(), SqlSettings.all())
        .<Setting<?>>flatMap(List::stream)
        .toList();
  }

  @Override
  public RunningService start(ServiceContext context) {
    Thread caller = Thread.currentThread();
    ClassLoader before = caller.getContextClassLoader();
    // ICU and CoreNLP look for their data through the loader of the thread.
    caller.setContextClassLoader(ChatbotModule.class.getClassLoader());
    try {
      return new Running(context, training);
    } finally {
      caller.setContextClassLoader(before);
    }
  }

  private static final class Running implements RunningService {

    private final Languages languages;
    private final Intents intents;
    private final LearningSentiment sentiment;
    private final CatalogueWatcher catalogue;
    private final Database database;
    private final ConversationStore store;
    private final List<BindableService> services;

    Running(ServiceContext context, BiFunction<SkillBook, Settings, Intents> training) {
      Settings settings = context.settings();
      ZoneId zone = ZoneId.of(settings.get(ChatbotSettings.TIME_ZONE));
      String folder = settings.get(ChatbotSettings.SKILLS);
      SkillBook skills =
          SkillBook.load(folder.isEmpty() ? Optional.empty() : Optional.of(Path.of(folder)));
      this.intents = training.apply(skills, settings);
      ModelCache models = ModelCache.at(settings.get(ChatbotSettings.MODEL_CACHE));
      this.languages =
          new Languages(
              Languages.parse(settings.get(ChatbotSettings.LANGUAGES)),
              models,
              language -> Languages.load(language, models));
      Channel ranker = context.peers().channel(Peers.RANKER);
      this.catalogue =
          new CatalogueWatcher(
              ranker,
              new GazetteerSource(Lexicon.load(), skills.words()),
              settings.get(ChatbotSettings.CATALOGUE_INTERVAL));
      Shop shop = new GrpcShop(ranker, settings.get(ChatbotSettings.RANKER_DEADLINE));
      this.sentiment =
          new LearningSentiment(
              intents::awaitEncoder,
              LearningIntents.folder(settings.get(ChatbotSettings.INTENT_CACHE)));
      SentimentReader sentiments =
          SentimentReader.of(
              sentimentModel(settings.get(ChatbotSettings.SENTIMENT_MODEL)), sentiment);
      Understander understander =
          new Understander(languages, catalogue::names, intents, sentiments, context.clock(), zone);
      this.database = Database.open(settings, context.dataFolder(), "chatbot");
      HandOffDesk desk =
          new HandOffDesk(
              database,
              DeskHours.parse(settings.get(ChatbotSettings.DESK_HOURS), zone),
              settings.get(ChatbotSettings.AGENT_PRESENCE),
              context.clock());
      Knowledge knowledge =
          new Knowledge(
              new KnowledgeStore(database, context.clock()),
              intents::encoder,
              context.clock(),
              settings.get(ChatbotSettings.KNOWLEDGE_THRESHOLD),
              settings.get(ChatbotSettings.KNOWLEDGE_STALE_AFTER));
      String rules = settings.get(ChatbotSettings.HAND_OFF_RULES);
      Dialogue dialogue =
          new Dialogue(
              understander,
              languages,
              catalogue::names,
              skills,
              shop,
              new Formats(zone),
              context.clock(),
              settings.get(ChatbotSettings.INTENT_THRESHOLD),
              HandOffRules.load(rules.isEmpty() ? Optional.empty() : Optional.of(Path.of(rules))),
              knowledge);
      this.store = store(settings, context);
      this.services =
          List.of(
              new ChatHandler(
                  dialogue,
                  store,
                  desk,
                  knowledge,
                  new TurnLimit(settings.get(ChatbotSettings.TURNS_PER_MINUTE), context.clock()),
                  settings.get(ChatbotSettings.WATCHERS_MAX),
                  context.clock(),
                  context.meters()),
              new LanguageHandler(languages, intents, understander, sentiments),
              new HandOffHandler(desk, store, dialogue, knowledge),
              new KnowledgeHandler(knowledge));
      catalogue.start();
    }

    private static ConversationStore store(Settings settings, ServiceContext context) {
      InMemoryConversationStore local =
          new InMemoryConversationStore(
              settings.get(ChatbotSettings.CONVERSATION_TTL),
              settings.get(ChatbotSettings.CONVERSATIONS_MAX),
              context.clock());
      return switch (settings.get(ChatbotSettings.CONVERSATIONS)) {
        case "memory" -> local;
        case "redis" ->
            new RedisConversationStore(
                RedisLink.open(RedisLinkOptions.of(settings), "conversations", context.meters()),
                local,
                settings.get(ChatbotSettings.CONVERSATION_TTL));
        default ->
            throw new IllegalArgumentException(
                "chatbot.conversations: '"
                    + settings.get(ChatbotSettings.CONVERSATIONS)
                    + "' (expected: redis or memory)");
      };
    }

    private static Optional<NgramSentiment> sentimentModel(String file) {
      try {
        return file.isEmpty() ? Optional.empty() : Optional.of(NgramSentiment.load(Path.of(file)));
      } catch (IOException e) {
        throw new UncheckedIOException("chatbot.sentiment-model: " + file + " cannot be read", e);
      }
    }

    private static Intents learnInBackground(SkillBook skills, Settings settings) {
      String model = settings.get(ChatbotSettings.INTENT_MODEL);
      return new LearningIntents(
          skills.phrases(),
          settings.get(ChatbotSettings.SENTENCE_VECTORS)
              ? Languages.parse(settings.get(ChatbotSettings.LANGUAGES))
              : List.of(),
          LearningIntents.folder(settings.get(ChatbotSettings.INTENT_CACHE)),
          model.isEmpty() ? Optional.empty() : Optional.of(Path.of(model)));
    }

    @Override
    public List<BindableService> services() {
      return services;
    }

    @Override
    public List<Shortcoming> shortcomings() {
      List<Shortcoming> shortcomings = new ArrayList<>();
      for (Language language : Language.values()) {
        Languages.Status status = languages.status(language);
        if (status.state() == Languages.State.LOADING || status.state() == Languages.State.FAILED) {
          shortcomings.add(new Shortcoming("language:" + language.code(), status.detail()));
        }
      }
      String words =
          intents.pending().isEmpty() ? intents.trouble() : "learning with " + intents.pending();
      if (!words.isEmpty()) {
        shortcomings.add(new Shortcoming("intents", words));
      }
      String trouble = catalogue.trouble();
      if (!trouble.isEmpty()) {
        shortcomings.add(new Shortcoming("catalogue", trouble));
      }
      String lost = store.trouble();
      if (!lost.isEmpty()) {
        shortcomings.add(new Shortcoming("conversations", lost));
      }
      return shortcomings;
    }

    @Override
    public void close() {
      catalogue.close();
      languages.close();
      intents.close();
      sentiment.close();
      if (store instanceof RedisConversationStore redis) {
        redis.close();
      }
      database.close();
    }
  }
}
