// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import dev.proffer.proto.common.v1.DegradedCause;
import dev.proffer.ranker.index.Hits;
import dev.proffer.runtime.degraded.Degradation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
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

  /// What one source may take of a request.
  ///
  /// @param candidates items at most
  /// @param timeoutNanos how long it may take; the time of all is never exceeded
  public record Budget(int candidates, long timeoutNanos) {
    public Budget {
      if (candidates < 0 || timeoutNanos < 0) {
        throw new IllegalArgumentException(
            "budget: " + candidates + " candidates, " + timeoutNanos + " ns (expected: 0 or more)");
      }
    }
  }

  private record Asked(
      CandidateSource source, CompletableFuture<Hits> hits, long deadline, int candidates) {}

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
    return ask(sources, query, _ -> new Budget(max, timeoutNanos), timeoutNanos, degradation);
  }

  /// The same, with a quota of candidates and a time of its own for each source. A source with a
  /// quota of 0 is not asked; what one proposes beyond its quota is cut.
  public List<Proposal> ask(
      List<CandidateSource> sources,
      Query query,
      Function<CandidateSource, Budget> budgets,
      long timeoutNanos,
      Degradation degradation) {
    long start = System.nanoTime();
    double share = 0.6 / Math.max(1, sources.size());
    List<Asked> asked = new ArrayList<>(sources.size());
    for (CandidateSource source : sources) {
      Budget budget = budgets.apply(source);
      int max = budget.candidates();
      if (max == 0) {
        continue;
      }
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
        long deadline = start + Math.min(timeoutNanos, budget.timeoutNanos());
        asked.add(new Asked(source, hits, deadline, max));
      } catch (RejectedExecutionException e) {
        permits.release();
        degradation.missing(part(source), e, "", share);
      }
    }
    List<Proposal> proposals = new ArrayList<>(asked.size());
    for (Asked one : asked) {
      try {
        long left = Math.max(0, one.deadline() - System.nanoTime());
        Hits hits = one.hits().get(left, TimeUnit.NANOSECONDS);
        proposals.add(new Proposal(one.source(), cut(hits, one.candidates())));
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

  private static Hits cut(Hits hits, int max) {
    return hits.size() <= max
        ? hits
        : new Hits(Arrays.copyOf(hits.items(), max), Arrays.copyOf(hits.scores(), max));
  }

  private static String part(CandidateSource source) {
    return "source:" + source.name();
  }
}
