// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.knowledge;

import dev.proffer.chatbot.embedding.SentenceEncoder;
import dev.proffer.chatbot.language.Language;
import dev.proffer.chatbot.language.LanguageDetector;
import dev.proffer.chatbot.language.NormalText;
import dev.proffer.proto.chatbot.v1.EntryFlag;
import dev.proffer.proto.chatbot.v1.KnowledgeEntry;
import dev.proffer.proto.chatbot.v1.ListedEntry;
import dev.proffer.runtime.failure.ProfferException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// The shop's own questions and answers, ready to be asked. What other servers write is seen within
/// some seconds.
public final class Knowledge {
  private static final long LOOK_MILLIS = 5_000;
  private static final int JUDGED_MIN = 3;

  private final KnowledgeStore store;
  private final Supplier<Optional<SentenceEncoder>> encoder;
  private final Clock clock;
  private final double threshold;
  private final Duration staleAfter;
  private final ReentrantLock building = new ReentrantLock();

  private record Built(
      long version,
      boolean encoded,
      KnowledgeIndex index,
      Map<String, KnowledgeStore.Judgement> judgements) {}

  private volatile Built built =
      new Built(-1, false, new KnowledgeIndex(List.of(), Optional.empty()), Map.of());
  private volatile long lookedAtMillis;

  /// @param threshold the probability from which an entry is quoted
  /// @param staleAfter how long a review is good for
  public Knowledge(
      KnowledgeStore store,
      Supplier<Optional<SentenceEncoder>> encoder,
      Clock clock,
      double threshold,
      Duration staleAfter) {
    this.store = store;
    this.encoder = encoder;
    this.clock = clock;
    this.threshold = threshold;
    this.staleAfter = staleAfter;
  }

  /// An entry, with whether the bot would answer with it.
  public record Hit(KnowledgeEntry entry, double confidence, boolean quoted) {}

  /// The entries that fit best, best first.
  public List<Hit> search(String text, int limit) {
    Built now = current();
    List<Hit> hits = new ArrayList<>();
    for (KnowledgeIndex.Found found : now.index.search(text, limit)) {
      hits.add(
          new Hit(
              found.entry(),
              found.confidence(),
              found.confidence() >= threshold
                  && !isExpired(found.entry())
                  && !isUnhelpful(now, found.entry())));
    }
    return hits;
  }

  /// The entry that answers a question in a language, if one does surely enough.
  public Optional<Hit> answer(String text, Language language) {
    if (current().index.entries().isEmpty()) {
      return Optional.empty();
    }
    return search(text, 3).stream()
        .filter(hit -> hit.quoted && hit.entry.getLanguage().equals(language.code()))
        .findFirst();
  }

  /// Writes entries, completed, and returns how many were new or changed.
  public int write(List<KnowledgeEntry> entries) {
    List<KnowledgeEntry> complete = entries.stream().map(this::completed).toList();
    int written = store.write(complete);
    lookedAtMillis = 0;
    return written;
  }

  public int delete(List<String> ids) {
    int deleted = store.delete(ids);
    lookedAtMillis = 0;
    return deleted;
  }

  public void judge(KnowledgeStore.Feedback feedback) {
    store.judge(feedback);
    lookedAtMillis = 0;
  }

  public void erase(String userId) {
    store.erase(userId);
  }

  /// All entries with what is wrong with them.
  public List<ListedEntry> listed() {
    Built now = current();
    List<ListedEntry> listed = new ArrayList<>();
    for (int i = 0; i < now.index.entries().size(); i++) {
      KnowledgeEntry entry = now.index.entries().get(i);
      ListedEntry.Builder row = ListedEntry.newBuilder().setEntry(entry);
      boolean contradicts = false;
      for (KnowledgeEntry near : now.index.near(i)) {
        if (near.getLanguage().equals(entry.getLanguage())) {
          row.addSimilarEntryIds(near.getEntryId());
          contradicts |= !KnowledgeIndex.sameAnswer(near, entry);
        }
      }
      if (row.getSimilarEntryIdsCount() > 0) {
        row.addFlags(
            contradicts ? EntryFlag.ENTRY_FLAG_CONTRADICTION : EntryFlag.ENTRY_FLAG_NEAR_DUPLICATE);
      }
      if (clock.millis() - entry.getReviewedAtUnixMs() > staleAfter.toMillis()) {
        row.addFlags(EntryFlag.ENTRY_FLAG_STALE);
      }
      if (isExpired(entry)) {
        row.addFlags(EntryFlag.ENTRY_FLAG_EXPIRED);
      }
      if (isUnhelpful(now, entry)) {
        row.addFlags(EntryFlag.ENTRY_FLAG_UNHELPFUL);
      }
      KnowledgeStore.Judgement judgement = now.judgements.get(entry.getEntryId());
      if (judgement != null) {
        row.setHelpful(judgement.helpful()).setUnhelpful(judgement.unhelpful());
      }
      listed.add(row.build());
    }
    return listed;
  }

  private KnowledgeEntry completed(KnowledgeEntry entry) {
    KnowledgeEntry.Builder complete = entry.toBuilder();
    NormalText question = NormalText.of(entry.getQuestion());
    String language =
        entry.getLanguage().isEmpty()
            ? LanguageDetector.detect(question).language().orElse(Language.ENGLISH).code()
            : Language.of(entry.getLanguage())
                .orElseThrow(() -> ProfferException.invalidField("language", "must be en or zh"))
                .code();
    complete.setLanguage(language);
    if (entry.getEntryId().isEmpty()) {
      complete.setEntryId(
          "k-"
              + UUID.nameUUIDFromBytes(
                  (language + "\n" + question.lower()).getBytes(StandardCharsets.UTF_8)));
    }
    if (entry.getReviewedAtUnixMs() == 0) {
      complete.setReviewedAtUnixMs(clock.millis());
    }
    return complete.build();
  }

  private boolean isExpired(KnowledgeEntry entry) {
    return entry.getExpiresAtUnixMs() > 0 && entry.getExpiresAtUnixMs() <= clock.millis();
  }

  private static boolean isUnhelpful(Built now, KnowledgeEntry entry) {
    KnowledgeStore.Judgement judgement = now.judgements.get(entry.getEntryId());
    return judgement != null
        && judgement.helpful() + judgement.unhelpful() >= JUDGED_MIN
        && judgement.unhelpful() > judgement.helpful();
  }

  /// Looks for changes at most each few seconds. One thread builds; the others go on with what is
  /// there, but a writer sees what it wrote.
  private Built current() {
    long now = System.nanoTime() / 1_000_000;
    boolean must = lookedAtMillis == 0;
    if (!must && now - lookedAtMillis < LOOK_MILLIS) {
      return built;
    }
    if (must) {
      building.lock();
    } else if (!building.tryLock()) {
      return built;
    }
    try {
      long version = store.version();
      Optional<SentenceEncoder> vectors = encoder.get();
      KnowledgeIndex index =
          version == built.version && vectors.isPresent() == built.encoded
              ? built.index
              : new KnowledgeIndex(store.all(), vectors);
      built = new Built(version, vectors.isPresent(), index, store.judgements());
      lookedAtMillis = now;
      return built;
    } finally {
      building.unlock();
    }
  }
}
