// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.app.console.Console;
import dev.proffer.app.console.Failure;
import dev.proffer.proto.ranker.v1.RecommendRequest;
import dev.proffer.proto.ranker.v1.RecommendResponse;
import dev.proffer.proto.ranker.v1.RecommendedItem;
import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BatchRecommendationTest {
  private static final int PEOPLE = 200;

  @TempDir private Path folder;

  private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private volatile String lostFor = "";
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    String name = UUID.randomUUID().toString();
    server =
        InProcessServerBuilder.forName(name)
            .addService(
                new RecommenderServiceGrpc.RecommenderServiceImplBase() {
                  @Override
                  public void recommend(
                      RecommendRequest request, StreamObserver<RecommendResponse> out) {
                    if (request.getUserId().equals(lostFor)) {
                      out.onError(Status.UNAVAILABLE.withDescription("gone").asRuntimeException());
                      return;
                    }
                    asked.add(request.getUserId());
                    out.onNext(
                        RecommendResponse.newBuilder()
                            .addItems(
                                RecommendedItem.newBuilder()
                                    .setItemId("for-" + request.getUserId() + "-" + request.getK()))
                            .build());
                    out.onCompleted();
                  }
                })
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  private BatchRecommendation batch(int k) {
    PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
    return new BatchRecommendation(
        new Console(stream, stream, false), channel, RecommendRequest.newBuilder().setK(k).build());
  }

  private Path people() throws Exception {
    return Files.write(
        folder.resolve("people.txt"), IntStream.range(0, PEOPLE).mapToObj(i -> "p" + i).toList());
  }

  @Test
  void aStoppedRunGoesOnAfterTheLastPersonThatWasWritten() throws Exception {
    Path people = people();
    Path out = folder.resolve("out.jsonl");
    lostFor = "p120";
    assertThatThrownBy(() -> batch(3).run(people, out))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("p120")
        .hasMessageContaining("gone");
    assertThat(out).doesNotExist();
    // Killed while it wrote a line.
    Files.writeString(
        folder.resolve("out.jsonl.draft"), "{\"user_id\":\"p12", StandardOpenOption.APPEND);
    asked.clear();
    lostFor = "";

    BatchRecommendation.Done done = batch(3).run(people, out);

    assertThat(done).isEqualTo(new BatchRecommendation.Done(PEOPLE, 0, 0));
    assertThat(asked).hasSize(PEOPLE - 120).contains("p120").doesNotContain("p119");
    List<String> lines = Files.readAllLines(out);
    assertThat(lines).hasSize(PEOPLE);
    for (int i = 0; i < PEOPLE; i++) {
      assertThat(lines.get(i)).contains("\"user_id\":\"p" + i + "\"", "for-p" + i + "-3");
    }
    assertThat(folder.resolve("out.jsonl.draft")).doesNotExist();
    assertThat(said.toString(StandardCharsets.UTF_8)).contains("going on after the first 120");
  }

  @Test
  void aDraftOfOtherPeopleOrOptionsIsNotGoneOnWith() throws Exception {
    Path people = people();
    Path out = folder.resolve("out.jsonl");
    lostFor = "p120";
    assertThatThrownBy(() -> batch(3).run(people, out)).isInstanceOf(Failure.class);
    lostFor = "";
    asked.clear();

    batch(4).run(people, out);

    assertThat(asked).hasSize(PEOPLE);
    assertThat(Files.readAllLines(out)).hasSize(PEOPLE).allMatch(line -> line.contains("-4"));
  }
}
