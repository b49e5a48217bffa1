// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import dev.proffer.app.dialogue.DialogueRun;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.proto.chatbot.v1.AnalyzeSentimentRequest;
import dev.proffer.proto.chatbot.v1.AspectOpinion;
import dev.proffer.proto.chatbot.v1.KnowledgeEntry;
import dev.proffer.proto.chatbot.v1.KnowledgeServiceGrpc;
import dev.proffer.proto.chatbot.v1.LanguageServiceGrpc;
import dev.proffer.proto.chatbot.v1.Sentiment;
import dev.proffer.proto.chatbot.v1.WriteEntriesRequest;
import dev.proffer.proto.chatbot.v1.WriteEntriesResponse;
import dev.proffer.proto.featurestore.v1.FeatureRow;
import dev.proffer.proto.featurestore.v1.FeatureStoreServiceGrpc;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.proto.featurestore.v1.WriteFeaturesRequest;
import dev.proffer.proto.featurestore.v1.WriteOutcome;
import dev.proffer.runtime.file.PlainOrGzip;
import dev.proffer.runtime.service.Peers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// What a shop does with its chatbot.
@Command(
    name = "chatbot",
    description = "Train and test the chatbot, teach it answers, and read reviews with it.",
    footer = "./proffer chatbot test my-dialogues.yaml",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ChatbotCommand.Train.class,
      ChatbotCommand.Test.class,
      ChatbotCommand.Learn.class,
      ChatbotCommand.Reviews.class
    })
final class ChatbotCommand implements Callable<Integer> {
  private final Console console;

  ChatbotCommand(Console console) {
    this.console = console;
  }

  Console console() {
    return console;
  }

  @Override
  public Integer call() {
    console.say("chatbot: name what to do, such as 'chatbot test FILE'");
    return Commands.WRONG_USE;
  }

  /// Rows of a CSV file with a header, or of JSON lines; plain or gzip.
  private static List<Map<String, String>> rows(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new Failure(file + ": cannot be read");
    }
    List<Map<String, String>> rows = new ArrayList<>();
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = PlainOrGzip.open(raw);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      reader.mark(4);
      int first = reader.read();
      if (first == '\ufeff') {
        reader.mark(4);
        first = reader.read();
      }
      reader.reset();
      if (first == '{') {
        for (String line : (Iterable<String>) reader.lines()::iterator) {
          if (!line.isBlank()) {
            JsonObject object = JsonParser.parseString(line).getAsJsonObject();
            Map<String, String> row = new HashMap<>();
            object
                .entrySet()
                .forEach(entry -> {
                  if (entry.getValue().isJsonPrimitive()) {
                    row.put(
                        entry.getKey().toLowerCase(Locale.ROOT), entry.getValue().getAsString());
                  }
                });
            rows.add(row);
          }
        }
      } else {
        try (CsvReader<NamedCsvRecord> csv = CsvReader.builder().ofNamedCsvRecord(reader)) {
          for (NamedCsvRecord record : csv) {
            Map<String, String> row = new HashMap<>();
            record
                .getFieldsAsMap()
                .forEach((key, value) -> row.put(key.strip().toLowerCase(Locale.ROOT), value));
            rows.add(row);
          }
        }
      }
    }
    return rows;
  }

  private static String first(Map<String, String> row, String... names) {
    for (String name : names) {
      String value = row.getOrDefault(name, "");
      if (!value.isBlank()) {
        return value.strip();
      }
    }
    return "";
  }

  /// Trains the intents, and sentiment from reviews.
  @Command(
      name = "train",
      description =
          "Learn the intents from the phrases of the skills, with sentence vectors and calibrated probabilities; with --reviews, a sentiment model too.",
      footer = "./proffer chatbot train --out models --reviews reviews.csv",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Train implements Callable<Integer> {
    @ParentCommand private ChatbotCommand parent;

    @Option(
        names = "--out",
        required = true,
        paramLabel = "DIR",
        description =
            "The folder for intents.model and sentiment.model; name them in chatbot.intent-model and chatbot.sentiment-model.")
    private Path out;

    @Option(
        names = "--skills",
        paramLabel = "DIR",
        description = "The shop's own skills, which add to those of the plugin.")
    private Path skills = Path.of("");

    @Option(
        names = "--reviews",
        paramLabel = "FILE",
        description = "CSV with the columns label (1 good, 0 bad) and review or text.")
    private Path reviews = Path.of("");

    @Option(
        names = "--encoder",
        defaultValue = "bge",
        description = "bge: sentence vectors beside n-grams; none: n-grams alone.")
    private String encoder;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
      Map<String, String> options = new HashMap<>();
      options.put("out", out.toString());
      options.put("skills", skills.toString());
      options.put("reviews", reviews.toString());
      options.put("encoder", encoder);
      if (json) {
        options.put("json", "");
      }
      return PluginTool.run(parent.console(), "chatbot-train", options);
    }
  }

  /// Runs conversation tests.
  @Command(
      name = "test",
      description = "Hold the conversations of files; fails when one does not go as its file says.",
      footer = "./proffer chatbot test my-dialogues.yaml",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Test implements Callable<Integer> {
    @ParentCommand private ChatbotCommand parent;

    @Mixin private final SessionOptions session = new SessionOptions();

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "YAML files of dialogues.")
    private List<Path> files;

    @Override
    public Integer call() throws Exception {
      DialogueRun run = EvaluateDialoguesCommand.hold(parent.console(), session, files, false);
      EvaluateDialoguesCommand.print(parent.console(), run, Integer.MAX_VALUE, session.json());
      return run.faults().isEmpty() ? Commands.DONE : Commands.FAILED;
    }
  }

  /// Imports questions with answers.
  @Command(
      name = "learn",
      description =
          "Teach the bot question and answer pairs from CSV or JSON lines, with the columns question, answer, and, if you like, id, language and source.",
      footer = "./proffer chatbot learn faq.csv --source 'help pages'",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Learn implements Callable<Integer> {
    private static final int BATCH = 500;

    @ParentCommand private ChatbotCommand parent;

    @Mixin private final SessionOptions session = new SessionOptions();

    @Parameters(paramLabel = "FILE", description = "CSV with a header, or JSON lines.")
    private Path file;

    @Option(
        names = "--source",
        description = "Where rows without a source come from; named beside answers.")
    private String source = "";

    @Override
    public Integer call() throws Exception {
      List<KnowledgeEntry> entries = new ArrayList<>();
      int skipped = 0;
      for (Map<String, String> row : rows(file)) {
        String question = first(row, "question", "q", "query");
        String answer = first(row, "answer", "a", "response", "reply");
        if (question.isEmpty() || answer.isEmpty()) {
          skipped++;
          continue;
        }
        String named = first(row, "source");
        entries.add(
            KnowledgeEntry.newBuilder()
                .setEntryId(first(row, "id", "entry_id"))
                .setQuestion(question)
                .setAnswer(answer)
                .setLanguage(first(row, "language", "lang"))
                .setSource(named.isEmpty() ? source : named)
                .build());
      }
      int written = 0;
      try (EngineSession engine = session.openForBulk(parent.console(), Peers.CHATBOT)) {
        var stub = KnowledgeServiceGrpc.newBlockingStub(engine.channel(Peers.CHATBOT));
        for (int from = 0; from < entries.size(); from += BATCH) {
          WriteEntriesResponse receipt =
              stub.withDeadlineAfter(60, TimeUnit.SECONDS)
                  .writeEntries(
                      WriteEntriesRequest.newBuilder()
                          .addAllEntries(
                              entries.subList(from, Math.min(entries.size(), from + BATCH)))
                          .build());
          written += receipt.getWritten();
        }
      }
      parent
          .console()
          .print(
              entries.size()
                  + " entries read, "
                  + written
                  + " new or changed, "
                  + skipped
                  + " rows without question or answer");
      return Commands.DONE;
    }
  }

  /// Reads reviews and writes what they say of each item as features.
  @Command(
      name = "reviews",
      description =
          "Read reviews (columns item_id or product, and review or text) and write the mood and the opinions on price, quality, delivery, size and service of each item to the feature store.",
      footer = "./proffer chatbot reviews reviews.csv",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli sets what is required.
  static final class Reviews implements Callable<Integer> {
    private static final int BATCH = 200;
    private static final int WRITE_BATCH = 1_000;

    /// Opinions are drawn towards none while there are few.
    private static final double PRIOR_WEIGHT = 3;

    @ParentCommand private ChatbotCommand parent;

    @Mixin private final SessionOptions session = new SessionOptions();

    @Parameters(
        paramLabel = "FILE",
        description = "CSV with a header, or JSON lines; plain or .gz.")
    private Path file;

    private static final class Opinions {
      private int reviews;
      private double mood;
      private final Map<String, double[]> aspects = new TreeMap<>();

      void add(Sentiment sentiment) {
        reviews++;
        mood += sentiment.getPositive() - sentiment.getNegative();
        for (AspectOpinion opinion : sentiment.getAspectsList()) {
          double[] sums = aspects.computeIfAbsent(opinion.getAspect(), _ -> new double[2]);
          sums[0] += opinion.getScore();
          sums[1]++;
        }
      }

      FeatureRow row(String item, long now) {
        FeatureRow.Builder row =
            FeatureRow.newBuilder()
                .setFeatureView("item_opinions")
                .setEntityId(item)
                .setEventTimeUnixMs(now)
                .putValues("reviews", Value.newBuilder().setInt64Value(reviews).build())
                .putValues("mood", number(mood, reviews));
        aspects.forEach(
            (aspect, sums) -> row.putValues(aspect + "_opinion", number(sums[0], sums[1])));
        return row.build();
      }

      private static Value number(double sum, double count) {
        return Value.newBuilder().setDoubleValue(sum / (count + PRIOR_WEIGHT)).build();
      }
    }

    @Override
    public Integer call() throws Exception {
      List<Map<String, String>> rows = rows(file);
      Map<String, Opinions> items = new TreeMap<>();
      int skipped = 0;
      try (EngineSession engine =
          session.openForBulk(parent.console(), Peers.FEATURE_STORE, Peers.CHATBOT)) {
        var language = LanguageServiceGrpc.newBlockingStub(engine.channel(Peers.CHATBOT));
        List<String> ids = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
          String item = first(rows.get(i), "item_id", "item", "product", "clothing id");
          String text = first(rows.get(i), "review", "text", "review text");
          if (item.isEmpty() || text.isEmpty()) {
            skipped++;
          } else {
            ids.add(item);
            texts.add(text.length() > 4_000 ? text.substring(0, 4_000) : text);
          }
          if (texts.size() == BATCH || (i == rows.size() - 1 && !texts.isEmpty())) {
            List<Sentiment> read =
                language
                    .withDeadlineAfter(60, TimeUnit.SECONDS)
                    .analyzeSentiment(
                        AnalyzeSentimentRequest.newBuilder().addAllTexts(texts).build())
                    .getSentimentsList();
            for (int k = 0; k < read.size(); k++) {
              items.computeIfAbsent(ids.get(k), _ -> new Opinions()).add(read.get(k));
            }
            ids.clear();
            texts.clear();
            if (i / BATCH % 25 == 24) {
              parent.console().say((i + 1) + " of " + rows.size() + " reviews");
            }
          }
        }
        int written = write(engine, items);
        parent
            .console()
            .print(
                rows.size()
                    - skipped
                    + " reviews of "
                    + items.size()
                    + " items read, "
                    + written
                    + " items written, "
                    + skipped
                    + " rows without item or text");
        return written == items.size() ? Commands.DONE : Commands.FAILED;
      }
    }

    private static int write(EngineSession engine, Map<String, Opinions> items) {
      var store = FeatureStoreServiceGrpc.newBlockingStub(engine.channel(Peers.FEATURE_STORE));
      long now = System.currentTimeMillis();
      List<FeatureRow> rows = new ArrayList<>();
      items.forEach((item, opinions) -> rows.add(opinions.row(item, now)));
      int written = 0;
      for (int from = 0; from < rows.size(); from += WRITE_BATCH) {
        written +=
            (int)
                store
                    .withDeadlineAfter(60, TimeUnit.SECONDS)
                    .writeFeatures(
                        WriteFeaturesRequest.newBuilder()
                            .addAllRows(
                                rows.subList(from, Math.min(rows.size(), from + WRITE_BATCH)))
                            .build())
                    .getResultsList()
                    .stream()
                    .filter(result -> result.getOutcome() == WriteOutcome.WRITE_OUTCOME_APPLIED)
                    .count();
      }
      return written;
    }
  }
}
