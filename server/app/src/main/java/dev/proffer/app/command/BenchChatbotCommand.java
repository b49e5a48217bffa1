// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import dev.proffer.app.console.Table;
import dev.proffer.app.dialogue.DialogueScript;
import dev.proffer.app.engine.EngineSession;
import dev.proffer.proto.chatbot.v1.ChatRequest;
import dev.proffer.proto.chatbot.v1.ChatResponse;
import dev.proffer.proto.chatbot.v1.ChatServiceGrpc;
import dev.proffer.proto.chatbot.v1.LanguageServiceGrpc;
import dev.proffer.proto.chatbot.v1.LanguageState;
import dev.proffer.proto.chatbot.v1.LanguageStatus;
import dev.proffer.proto.chatbot.v1.ListLanguagesRequest;
import dev.proffer.proto.promotion.v1.Cart;
import dev.proffer.proto.promotion.v1.CartLine;
import dev.proffer.runtime.service.Peers;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// What the chatbot costs: start, heap, latency at a fixed rate of turns with the ranker in the
/// same process, and whether the heap stays bounded over many turns.
@Command(
    name = "chatbot",
    description =
        "Measure the start, the heap and the latency of the chatbot at a fixed rate of turns, the"
            + " ranker included; with --soak, hold many turns and watch the heap.",
    footer = "./proffer bench chatbot chatbot/dialogues/en.yaml --seconds 60",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets what is required.
final class BenchChatbotCommand implements Callable<Integer> {
  private static final long MEGABYTE = 1024 * 1024;
  private static final int WARM_UP_TURNS = 400;
  private static final int SOAK_STEP_MIN = 5_000;
  private static final int SOAK_STEP_MAX = 100_000;

  /// Each so many turns of a soak say something that was never said before, so that what remembers
  /// texts has to forget some.
  private static final int NEW_EACH = 10;

  /// What a soak may add to the heap once the caches are full.
  private static final double GROWTH_MAX = 1.25;

  @ParentCommand private BenchCommand parent;

  @picocli.CommandLine.Mixin private final SessionOptions session = new SessionOptions();

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "YAML files of dialogues.")
  private List<Path> files;

  @Option(names = "--rate", description = "Turns a second (default: ${DEFAULT-VALUE}).")
  private double rate = 20;

  @Option(names = "--seconds", description = "How long (default: ${DEFAULT-VALUE}).")
  private int seconds = 60;

  @Option(
      names = "--soak",
      paramLabel = "TURNS",
      description = "Hold this many turns, as fast as they are answered, and watch the heap.")
  private int soak;

  @Option(
      names = "--soak-minutes",
      paramLabel = "MINUTES",
      description = "End a soak after so long, however far it came (default: no end).")
  private int soakMinutes = Integer.MAX_VALUE;

  @Option(
      names = "--callers",
      description = "Conversations at a time in a soak (default: ${DEFAULT-VALUE}).")
  private int callers = 4;

  /// One turn to send, in its conversation.
  private record Said(DialogueScript script, int turn) {}

  @Override
  public Integer call() throws Exception {
    List<DialogueScript> scripts = new ArrayList<>();
    for (Path file : files) {
      if (!Files.isReadable(file)) {
        throw new Failure(file + ": cannot be read");
      }
      scripts.addAll(DialogueScript.read(file));
    }
    Console console = parent.console();
    long without = heapWithoutChatbot(console);
    long opened = System.nanoTime();
    try (EngineSession engine =
        session.openForBulk(console, Peers.FEATURE_STORE, Peers.RANKER, Peers.CHATBOT)) {
      Channel channel = engine.channel(Peers.CHATBOT);
      long up = System.nanoTime();
      double ready = awaitReady(channel);
      Table table = new Table("what", "figure");
      table.row("engine answers after", seconds(up - opened));
      for (LanguageStatus language : languages(channel)) {
        table.row(
            language.getLanguage() + " models loaded in",
            String.format(
                Locale.ROOT, "%.1f s, %s", language.getLoadMs() / 1e3, language.getDetail()));
      }
      table.row("all of it ready after the engine", String.format(Locale.ROOT, "%.1f s", ready));
      EvaluateDialoguesCommand.awaitReady(channel, engine.channel(Peers.RANKER));
      Bot bot = new Bot(channel);
      bot.hold(scripts, WARM_UP_TURNS, callers);
      long with = heap();
      table.row("heap without the chatbot", with(without));
      table.row("heap with it", with(with));
      table.row("heap of the chatbot", with(with - without));
      if (soak > 0) {
        boolean bounded = soak(console, bot, scripts, table);
        table.printTo(console);
        return bounded ? Commands.DONE : Commands.FAILED;
      }
      long[] nanos = bot.atRate(scripts, rate, seconds);
      table.row("turns", nanos.length + " at " + rate + " a second");
      table.row("p50", millis(nanos, 0.5));
      table.row("p90", millis(nanos, 0.9));
      table.row("p99", millis(nanos, 0.99));
      table.row("slowest", millis(nanos, 1));
      table.row("failed", Integer.toString(bot.failed.get()));
      table.printTo(console);
      return bot.failed.get() == 0 ? Commands.DONE : Commands.FAILED;
    }
  }

  /// The heap of the services that the chatbot asks, so that its own can be told.
  private long heapWithoutChatbot(Console console) throws Exception {
    try (EngineSession engine = session.openForBulk(console, Peers.FEATURE_STORE, Peers.RANKER)) {
      EvaluateDialoguesCommand.openSampleShop(console, session, engine);
      Thread.sleep(3_000);
      return heap();
    }
  }

  private boolean soak(Console console, Bot bot, List<DialogueScript> scripts, Table table)
      throws InterruptedException {
    long first = 0;
    long last = 0;
    long start = System.nanoTime();
    long cpu = cpuNanos();
    int done = 0;
    int whole = Math.clamp(soak / 10, SOAK_STEP_MIN, SOAK_STEP_MAX);
    bot.sayNewThings = true;
    while (done < soak && System.nanoTime() - start < soakMinutes * 60e9) {
      int step = Math.min(whole, soak - done);
      bot.hold(scripts, step, callers);
      done += step;
      last = heap();
      // The first step fills the caches.
      first = first == 0 ? last : first;
      console.say(
          String.format(
              Locale.ROOT,
              "%d turns in %.0f s, heap %s, failed %d",
              done,
              (System.nanoTime() - start) / 1e9,
              with(last),
              bot.failed.get()));
    }
    table.row("turns", Integer.toString(done));
    table.row(
        "turns a second",
        String.format(Locale.ROOT, "%.0f", done / ((System.nanoTime() - start) / 1e9)));
    table.row(
        "processor time a turn, the ranker included",
        String.format(Locale.ROOT, "%.2f ms", (cpuNanos() - cpu) / 1e6 / done));
    table.row("heap after the first " + Math.min(soak, whole), with(first));
    table.row("heap after all", with(last));
    table.row("failed", Integer.toString(bot.failed.get()));
    return last <= GROWTH_MAX * first && bot.failed.get() == 0;
  }

  private static List<LanguageStatus> languages(Channel channel) {
    return LanguageServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .listLanguages(ListLanguagesRequest.getDefaultInstance())
        .getLanguagesList();
  }

  /// Waits until no language is loading; returns the seconds that it took.
  private static double awaitReady(Channel channel) throws InterruptedException {
    long start = System.nanoTime();
    while (languages(channel).stream()
        .anyMatch(language -> language.getState() == LanguageState.LANGUAGE_STATE_LOADING)) {
      Thread.sleep(50);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static long cpuNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }

  private static long heap() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(100);
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static String with(long bytes) {
    return bytes / MEGABYTE + " MB";
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }

  private static String millis(long[] sorted, double share) {
    return sorted.length == 0
        ? "-"
        : String.format(
            Locale.ROOT,
            "%.1f ms",
            sorted[Math.min(sorted.length - 1, (int) (share * sorted.length))] / 1e6);
  }

  /// Holds conversations, each as another person.
  private static final class Bot {
    private final ChatServiceGrpc.ChatServiceBlockingStub stub;
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong turns = new AtomicLong();
    private volatile boolean sayNewThings;

    Bot(Channel channel) {
      this.stub = ChatServiceGrpc.newBlockingStub(channel);
    }

    /// Holds whole dialogues until about so many turns were said.
    void hold(List<DialogueScript> scripts, int turns, int callers) throws InterruptedException {
      AtomicInteger left = new AtomicInteger(turns);
      try (ExecutorService people = Executors.newFixedThreadPool(callers)) {
        for (int i = 0; i < callers; i++) {
          people.execute(() -> {
            while (left.get() > 0) {
              DialogueScript script = scripts.get((int) (next.getAndIncrement() % scripts.size()));
              String person = "bench-" + UUID.randomUUID();
              String conversation = "";
              for (int t = 0; t < script.turns().size() && left.getAndDecrement() > 0; t++) {
                conversation = say(script, t, person, conversation);
              }
            }
          });
        }
      }
    }

    /// Sends turns at a fixed rate whether or not earlier ones are answered; what a turn waits for
    /// its turn counts. Turns of one conversation are a second or more apart.
    long[] atRate(List<DialogueScript> scripts, double perSecond, int seconds)
        throws InterruptedException {
      ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
      int apart = (int) Math.max(1, perSecond);
      List<String> people = new ArrayList<>();
      String[] conversations = new String[apart];
      DialogueScript[] held = new DialogueScript[apart];
      int[] at = new int[apart];
      for (int i = 0; i < apart; i++) {
        people.add("");
        conversations[i] = "";
      }
      long start = System.nanoTime();
      int total = (int) (perSecond * seconds);
      try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int n = 0; n < total; n++) {
          long due = start + (long) (n / perSecond * 1e9);
          long wait = due - System.nanoTime();
          if (wait > 0) {
            TimeUnit.NANOSECONDS.sleep(wait);
          }
          int seat = n % apart;
          if (held[seat] == null || at[seat] >= held[seat].turns().size()) {
            held[seat] = scripts.get((int) (next.getAndIncrement() % scripts.size()));
            at[seat] = 0;
            people.set(seat, "bench-" + UUID.randomUUID());
            conversations[seat] = UUID.randomUUID().toString();
          }
          Said said = new Said(held[seat], at[seat]++);
          String person = people.get(seat);
          String conversation = conversations[seat];
          pool.execute(() -> {
            say(said.script(), said.turn(), person, conversation);
            nanos.add(System.nanoTime() - due);
          });
        }
      }
      long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
      Arrays.sort(sorted);
      return sorted;
    }

    private String say(DialogueScript script, int turn, String person, String conversation) {
      Cart.Builder cart = Cart.newBuilder();
      script
          .cart()
          .forEach((item, units) ->
              cart.addLines(CartLine.newBuilder().setItemId(item).setQuantity(units)));
      String text = script.turns().get(turn).text();
      if (sayNewThings && turns.incrementAndGet() % NEW_EACH == 0) {
        text = text + " " + Long.toString(turns.get(), 36);
      }
      try {
        ChatResponse reply =
            stub.withDeadlineAfter(30, TimeUnit.SECONDS)
                .chat(
                    ChatRequest.newBuilder()
                        .setConversationId(conversation)
                        .setUserId(person)
                        .setText(text)
                        .setCart(cart)
                        .build());
        return reply.getConversationId();
      } catch (StatusRuntimeException e) {
        failed.incrementAndGet();
        return conversation;
      }
    }
  }
}
