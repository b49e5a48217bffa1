// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import dev.proffer.app.console.FailureText;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.runtime.file.PlainOrGzip;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;

/// Recommends to everybody in a file, into a file: one JSON object a line, in the order of the
/// people. Each goes the way of a request, with all that is legal and eligible now, and into the
/// decision log. An id that the ranker refuses has an object too, which says why.
///
/// What is done is written beside the file's place; when everybody is done, the file appears whole.
/// A run that was stopped and is started again with the same people and options goes on after the
/// last person that was written.
final class BatchRecommendation {
  private static final int AT_ONCE = 8;
  private static final int SAY_EVERY = 10_000;
  private static final int REFUSED_SAID_MAX = 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Console console;
  private final Channel ranker;
  private final RecommendRequest like;

  /// @param like what every request has but the person
  BatchRecommendation(Console console, Channel ranker, RecommendRequest like) {
    this.console = console;
    this.ranker = ranker;
    this.like = like;
  }

  private record Asked(String user, long line, Future<RecommendResponse> reply) {}

  /// What a run did.
  ///
  /// @param people that are in the file
  /// @param degraded for how many of those that this run asked for less than everything was there
  /// @param refused how many ids of those the ranker refused
  record Done(int people, int degraded, int refused) {}

  /// Writes the recommendations.
  Done run(Path users, Path out) throws IOException, InterruptedException {
    Path draft = out.resolveSibling(out.getFileName() + ".draft");
    String about = about(users);
    int before = resume(draft, about);
    if (before > 0) {
      console.say(
          String.format(
              Locale.ROOT, "going on after the first %,d people of a run before", before));
    }
    int people = 0;
    int degraded = 0;
    int refused = 0;
    try (BufferedReader in = PlainOrGzip.lines(users);
        Writer writer =
            Files.newBufferedWriter(draft, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Deque<Asked> asked = new ArrayDeque<>();
      int found = 0;
      long number = 0;
      for (String line = in.readLine(); line != null || !asked.isEmpty(); ) {
        if (line != null && asked.size() < AT_ONCE) {
          String user = line.strip();
          number++;
          if (!user.isEmpty() && found++ >= before) {
            asked.addLast(new Asked(user, number, executor.submit(() -> recommend(user))));
          }
          line = in.readLine();
          continue;
        }
        Asked first = asked.removeFirst();
        try {
          RecommendResponse reply = reply(first);
          degraded += reply.hasDegraded() ? 1 : 0;
          writer.write(line(first.user(), reply));
        } catch (Refused e) {
          if (refused++ < REFUSED_SAID_MAX) {
            console.say(
                users + ", line " + first.line() + ": '" + first.user() + "': " + e.getMessage());
          }
          writer.write(refusal(first.user(), String.valueOf(e.getMessage())));
        }
        writer.write('\n');
        people++;
        if (people % SAY_EVERY == 0) {
          writer.flush();
          console.say(String.format(Locale.ROOT, "%,d people", before + people));
        }
      }
    }
    publish(draft, out);
    console.say(String.format(Locale.ROOT, "%,d people, written to %s", before + people, out));
    return new Done(before + people, degraded, refused);
  }

  /// People and options in one line: what a draft has to agree on to be gone on with.
  private String about(Path users) throws IOException {
    ObjectNode about = JSON.createObjectNode();
    about.put("people", users.toAbsolutePath().toString());
    about.put("bytes", Files.size(users));
    about.put("changed_unix_ms", Files.getLastModifiedTime(users).toMillis());
    about.put("request", HexFormat.of().formatHex(like.toByteArray()));
    return JSON.writeValueAsString(about);
  }

  /// Returns for how many people a draft of the same holds recommendations, after cutting off a
  /// line that was not finished; begins a new draft otherwise.
  private static int resume(Path draft, String about) throws IOException {
    if (Files.exists(draft)) {
      long whole = 0;
      int lines = 0;
      boolean same = false;
      try (BufferedInputStream in = new BufferedInputStream(Files.newInputStream(draft), 1 << 16)) {
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        long at = 0;
        for (int next = in.read(); next >= 0; next = in.read()) {
          at++;
          if (next == '\n') {
            whole = at;
            lines++;
            if (lines == 1) {
              same = first.toString(StandardCharsets.UTF_8).equals(about);
            }
          } else if (lines == 0) {
            first.write(next);
          }
        }
      }
      if (same) {
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
          channel.truncate(whole);
        }
        return lines - 1;
      }
    }
    Files.writeString(draft, about + "\n");
    return 0;
  }

  /// Turns the draft into the file, less its first line.
  private static void publish(Path draft, Path out) throws IOException {
    Path whole = out.resolveSibling(out.getFileName() + ".whole");
    try (BufferedReader in = Files.newBufferedReader(draft);
        Writer writer = writer(whole, String.valueOf(out.getFileName()).endsWith(".gz"))) {
      in.readLine();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        writer.write(line);
        writer.write('\n');
      }
    }
    Files.move(whole, out, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    Files.delete(draft);
  }

  private RecommendResponse recommend(String user) {
    return RecommenderServiceGrpc.newBlockingStub(ranker)
        .recommend(like.toBuilder().setUserId(user).build());
  }

  /// The ranker does not take this person.
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private static RecommendResponse reply(Asked asked) throws InterruptedException, Refused {
    try {
      return asked.reply().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException status) {
        String message = String.join("; ", FailureText.of(status)).strip();
        // Only what is wrong with the id: with a wrong k nobody would get anything.
        if (status.getStatus().getCode() == Status.Code.INVALID_ARGUMENT
            && message.contains("user_id")) {
          throw new Refused(message, status);
        }
        throw new Failure(
            asked.user() + ": " + message + "; started again, it goes on from here", status);
      }
      throw new Failure(asked.user() + ": " + e.getMessage(), e);
    }
  }

  private static Writer writer(Path file, boolean gzip) throws IOException {
    OutputStream out = Files.newOutputStream(file);
    return new BufferedWriter(
        new OutputStreamWriter(
            gzip ? new GZIPOutputStream(out, 1 << 16) : out, StandardCharsets.UTF_8));
  }

  private static String refusal(String user, String why) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("user_id", user);
    root.put("error", why);
    return JSON.writeValueAsString(root);
  }

  private static String line(String user, RecommendResponse reply) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("user_id", user);
    root.put("request_id", reply.getRequestId());
    root.put("model_version", reply.getModelVersion());
    ArrayNode items = root.putArray("items");
    for (RecommendedItem item : reply.getItemsList()) {
      ObjectNode node = items.addObject();
      node.put("item_id", item.getItemId());
      node.put("score", item.getScore());
      node.put("price_minor_units", item.getPriceMinorUnits());
      node.put("currency", item.getCurrency());
      if (item.hasOffer()) {
        node.put("promotion_id", item.getOffer().getPromotionId());
      }
      node.put("propensity", item.getPropensity());
    }
    if (reply.hasDegraded()) {
      ArrayNode parts = root.putArray("degraded");
      reply.getDegraded().getReasonsList().forEach(reason -> parts.add(reason.getPart()));
    }
    return JSON.writeValueAsString(root);
  }
}
