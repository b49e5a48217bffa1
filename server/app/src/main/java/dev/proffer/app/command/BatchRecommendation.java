// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.runtime.file.PlainOrGzip;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;

/// Recommends to everybody in a file, into a file: one JSON object a line, in the order of the
/// people. Each goes the way of a request, with all that is legal and eligible now, and into the
/// decision log.
///
/// The file is written beside its place and moved there when it is whole.
final class BatchRecommendation {
  private static final int AT_ONCE = 8;
  private static final int SAY_EVERY = 10_000;
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

  private record Asked(String user, Future<RecommendResponse> reply) {}

  /// Writes the recommendations, and returns for how many people they are less than whole.
  int run(Path users, Path out) throws IOException, InterruptedException {
    Path draft = out.resolveSibling(out.getFileName() + ".draft");
    int people = 0;
    int degraded = 0;
    try (BufferedReader in = PlainOrGzip.lines(users);
        Writer writer = writer(draft, String.valueOf(out.getFileName()).endsWith(".gz"));
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Deque<Asked> asked = new ArrayDeque<>();
      for (String line = in.readLine(); line != null || !asked.isEmpty(); ) {
        if (line != null && asked.size() < AT_ONCE) {
          String user = line.strip();
          if (!user.isEmpty()) {
            asked.addLast(new Asked(user, executor.submit(() -> recommend(user))));
          }
          line = in.readLine();
          continue;
        }
        Asked first = asked.removeFirst();
        RecommendResponse reply = reply(first);
        degraded += reply.hasDegraded() ? 1 : 0;
        writer.write(line(first.user(), reply));
        writer.write('\n');
        people++;
        if (people % SAY_EVERY == 0) {
          console.say(String.format(Locale.ROOT, "%,d people", people));
        }
      }
    } catch (IOException | RuntimeException | InterruptedException e) {
      Files.deleteIfExists(draft);
      throw e;
    }
    Files.move(draft, out, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    console.say(String.format(Locale.ROOT, "%,d people, written to %s", people, out));
    return degraded;
  }

  private RecommendResponse recommend(String user) {
    return RecommenderServiceGrpc.newBlockingStub(ranker)
        .recommend(like.toBuilder().setUserId(user).build());
  }

  private static RecommendResponse reply(Asked asked) throws InterruptedException {
    try {
      return asked.reply().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException status) {
        throw new Failure(asked.user() + ": " + status.getStatus().getDescription(), status);
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
