// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proffer.proto.ranker.v1.RecommenderServiceGrpc;
import dev.proffer.proto.ranker.v1.SearchItemsRequest;
import dev.proffer.proto.ranker.v1.SearchItemsResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
  private static final Scenario SEARCH = Scenario.named("search");

  @Test
  void requestsAreSentWhileTheServerStallsAndTheirWaitingCounts() throws Exception {
    CountDownLatch arrived = new CountDownLatch(20);
    AtomicInteger asked = new AtomicInteger();
    Server server =
        serve((_, observer) -> {
          arrived.countDown();
          // The first answer comes when all others have arrived: a loop that waits for answers
          // would wait forever.
          if (asked.getAndIncrement() == 0) {
            try {
              assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          observer.onNext(SearchItemsResponse.getDefaultInstance());
          observer.onCompleted();
        });
    try {
      Schedule schedule = new Schedule.Constant(100, 0.2);
      LoadResult result = run(server, schedule);

      assertThat(result.codes()).containsExactly(Map.entry("OK", 20));
      assertThat(result.offered()).isEqualTo(20);
      // It waited at least until the last of the others was due.
      assertThat(result.latency().max()).isGreaterThan(190 - 1);
      assertThat(result.seconds()).hasSize(1);
      assertThat(result.quantiles()).isNotEmpty();
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void whatIsRejectedIsCountedApartFromWhatIsGood() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Server server =
        serve((_, observer) -> {
          if (asked.getAndIncrement() % 2 == 0) {
            observer.onError(Status.RESOURCE_EXHAUSTED.asRuntimeException());
          } else {
            observer.onNext(SearchItemsResponse.getDefaultInstance());
            observer.onCompleted();
          }
        });
    try {
      LoadResult result = run(server, new Schedule.Constant(200, 0.2));

      assertThat(result.codes()).containsEntry("OK", 20).containsEntry("RESOURCE_EXHAUSTED", 20);
      assertThat(result.okShare()).isEqualTo(0.5);
      assertThat(result.rejected().max()).isPositive();
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void aRunWithoutTheOfferedRequestsIsNotValid() {
    Schedule schedule = new Schedule.Constant(100, 10);
    Samples few = new Samples(900);
    for (int i = 0; i < 900; i++) {
      few.sent(i, schedule.dueNanos(i), schedule.dueNanos(i));
      few.answered(i, 1_000_000, Status.Code.OK);
    }
    Samples late = new Samples(1000);
    for (int i = 0; i < 1000; i++) {
      late.sent(i, schedule.dueNanos(i), schedule.dueNanos(i) + 40_000_000);
      late.answered(i, 41_000_000, Status.Code.OK);
    }
    LoadResult.Cpu cpu = new LoadResult.Cpu(1, 1);

    assertThat(LoadResult.of(SEARCH, "ghz", schedule, few, cpu).invalid())
        .contains("of 100.0 requests a second");
    assertThat(LoadResult.of(SEARCH, "own", schedule, late, cpu).invalid()).contains("late");
    assertThat(LoadPage.of(List.of(LoadResult.of(SEARCH, "own", schedule, late, cpu))))
        .contains("Not valid.")
        .contains("<polyline")
        .doesNotContain("NaN");
  }

  @Test
  void theKneeIsTheLastRateThatKeepsThePromise() throws Exception {
    KneeFinder finder = new KneeFinder(rate -> took(rate <= 530 ? 20 : 90), 50);

    KneeFinder.Knee knee = finder.find(100);

    assertThat(knee.rate()).isBetween(500.0, 530.0);
    assertThat(new KneeFinder(_ -> took(90), 50).find(100).rate()).isZero();
  }

  private static LoadResult took(int millis) {
    Schedule schedule = new Schedule.Constant(100, 1);
    Samples samples = new Samples(100);
    for (int i = 0; i < 100; i++) {
      samples.sent(i, schedule.dueNanos(i), schedule.dueNanos(i));
      samples.answered(i, millis * 1_000_000L, Status.Code.OK);
    }
    return LoadResult.of(SEARCH, "own", schedule, samples, new LoadResult.Cpu(1, 1));
  }

  private static LoadResult run(Server server, Schedule schedule) throws Exception {
    try (OpenLoop loop = new OpenLoop("127.0.0.1", server.getPort(), SEARCH.method(), 2)) {
      Samples samples =
          loop.run(schedule, _ -> SearchItemsRequest.getDefaultInstance().toByteArray());
      return LoadResult.of(SEARCH, "own", schedule, samples, new LoadResult.Cpu(1, 1));
    }
  }

  private interface Answer {
    void to(SearchItemsRequest request, StreamObserver<SearchItemsResponse> observer);
  }

  private static Server serve(Answer answer) throws Exception {
    return NettyServerBuilder.forPort(0)
        .executor(Executors.newVirtualThreadPerTaskExecutor())
        .addService(
            new RecommenderServiceGrpc.RecommenderServiceImplBase() {
              @Override
              public void searchItems(
                  SearchItemsRequest request, StreamObserver<SearchItemsResponse> observer) {
                answer.to(request, observer);
              }
            })
        .build()
        .start();
  }
}
