// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.ranker.index.Hits;
import dev.proffer.runtime.degraded.Degradation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks all candidate sources at once and takes what is there when the time is up.
public final class Retrieval {
  private static final Logger log = LoggerFactory.getLogger(Retrieval.class);

  // A source that hangs keeps its threads. Beyond so many, it is skipped until some come back.
  private static final int RUNNING_MAX = 64;

  private final Executor executor;
  private final ConcurrentHashMap<String, Semaphore> running = new ConcurrentHashMap<>();

  /// What one source proposed.
  public record Proposal(CandidateSource source, Hits hits) {}

  private record Asked(CandidateSource source, CompletableFuture<Hits> hits) {}

  public Retrieval(Executor executor) {
    this.executor = executor;
  }

  /// The proposals of all sources that answered in time, in the order of the sources. The others
  /// are named as `source:<name>`.
  public List<Proposal> ask(
      List<CandidateSource> sources,
      Query query,
      int max,
      long timeoutNanos,
      Degradation degradation) {
    long deadline = System.nanoTime() + timeoutNanos;
    double share = 0.6 / Math.max(1, sources.size());
    List<Asked> asked = new ArrayList<>(sources.size());
    for (CandidateSource source : sources) {
      Semaphore permits = running.computeIfAbsent(source.name(), _ -> new Semaphore(RUNNING_MAX));
      if (!permits.tryAcquire()) {
        degradation.missing(
            part(source),
            DegradedCause.DEGRADED_CAUSE_OVERLOAD,
            "",
            "too many requests wait for this source",
            share);
        continue;
      }
      try {
        CompletableFuture<Hits> hits = new CompletableFuture<>();
        executor.execute(() -> {
          try {
            hits.complete(source.propose(query, max));
          } catch (RuntimeException | Error e) {
            hits.completeExceptionally(e);
          } finally {
            permits.release();
          }
        });
        asked.add(new Asked(source, hits));
      } catch (RejectedExecutionException e) {
        permits.release();
        degradation.missing(part(source), e, "", share);
      }
    }
    List<Proposal> proposals = new ArrayList<>(asked.size());
    for (Asked one : asked) {
      try {
        long left = Math.max(0, deadline - System.nanoTime());
        proposals.add(new Proposal(one.source(), one.hits().get(left, TimeUnit.NANOSECONDS)));
      } catch (TimeoutException e) {
        degradation.missing(
            part(one.source()),
            DegradedCause.DEGRADED_CAUSE_DEADLINE,
            "",
            "the source did not answer in time",
            share);
      } catch (ExecutionException e) {
        log.warn("candidate source {} failed", one.source().name(), e.getCause());
        degradation.missing(
            part(one.source()),
            DegradedCause.DEGRADED_CAUSE_FAILED,
            "",
            "the source failed; the log has the error",
            share);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        degradation.missing(part(one.source()), e, "", share);
      }
    }
    return proposals;
  }

  private static String part(CandidateSource source) {
    return "source:" + source.name();
  }
}
