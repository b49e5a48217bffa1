// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.erasure;

import dev.proffer.featurestore.aggregation.Aggregator;
import dev.proffer.featurestore.aggregation.Aggregator.EntityRow;
import dev.proffer.featurestore.aggregation.EventField;
import dev.proffer.featurestore.eventlog.EventLog;
import dev.proffer.featurestore.eventlog.EventLog.Entry;
import dev.proffer.featurestore.registry.Entity;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.registry.Registry;
import dev.proffer.featurestore.served.ServedLog;
import dev.proffer.featurestore.training.RowHistory;
import dev.proffer.featurestore.writing.Quarantine;
import dev.proffer.featurestore.writing.RowRestorer;
import dev.proffer.proto.featurestore.v1.EraseEntityRequest;
import dev.proffer.proto.featurestore.v1.EraseEntityResponse;
import dev.proffer.runtime.failure.ProfferException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/// Erases everything about one entity: its rows in every view and in the history of rows, its
/// quarantined rows, its served rows, and the events that name it, which are overwritten on disk.
///
/// Keys are derived from the registry, so nothing is scanned in Redis. The log comes first: once
/// the events are gone, no replay can bring a row back, and an erasure that fails half-way is
/// finished by asking again. Erasing a person also erases the rows of the visits that the events
/// name. What the events added to the counts of others, such as the popularity of an item, names
/// nobody and stays until those are computed again.
public final class EntityEraser {
  private static final int SCAN_MAX = 10_000;

  private final Supplier<Registry> registry;
  private final EventLog events;
  private final Aggregator aggregator;
  private final Quarantine quarantine;
  private final RowHistory history;
  private final ServedLog served;
  private final RowRestorer restorer;
  private final Path auditFile;
  private final Clock clock;

  public EntityEraser(
      Supplier<Registry> registry,
      EventLog events,
      Aggregator aggregator,
      Quarantine quarantine,
      RowHistory history,
      ServedLog served,
      RowRestorer restorer,
      Path auditFile,
      Clock clock) {
    this.registry = registry;
    this.events = events;
    this.aggregator = aggregator;
    this.quarantine = quarantine;
    this.history = history;
    this.served = served;
    this.restorer = restorer;
    this.auditFile = auditFile;
    this.clock = clock;
  }

  public synchronized EraseEntityResponse erase(EraseEntityRequest request) {
    Registry now = registry.get();
    Entity entity = now.entities().get(request.getEntity());
    if (entity == null) {
      throw ProfferException.invalidField(
          "entity",
          "must be one of "
              + String.join(", ", now.entities().keySet().stream().sorted().toList()));
    }
    List<Long> offsets = new ArrayList<>();
    Set<String> visits = new HashSet<>();
    boolean person = entity.eventField().equals("user_id");
    if (!entity.eventField().isEmpty()) {
      EventField field = EventField.of(entity.eventField());
      long end = events.endOffset();
      for (long next = 0; next < end; ) {
        EventLog.Run run = events.read(next, SCAN_MAX);
        for (Entry entry : run.entries()) {
          if (field.text(entry.event()).equals(request.getEntityId())) {
            offsets.add(entry.offset());
            if (person && !entry.event().getSessionId().isEmpty()) {
              visits.add(entry.event().getSessionId());
            }
          }
        }
        if (run.nextOffset() == next) {
          break;
        }
        next = run.nextOffset();
      }
    }
    if (!offsets.isEmpty()) {
      events.erase(offsets);
    }
    served.erase(request.getEntityId());
    List<EntityRow> rows = new ArrayList<>();
    for (FeatureView view : now.allViews()) {
      if (view.entity().name().equals(entity.name())) {
        rows.add(new EntityRow(view, request.getEntityId()));
      } else if (view.entity().eventField().equals("session_id")) {
        visits.forEach(visit -> rows.add(new EntityRow(view, visit)));
      }
    }
    int erasedRows =
        restorer.whileWriting(() -> {
          history.erase(now.viewsOf(entity.name()), request.getEntityId());
          return forget(rows);
        });
    erasedRows += quarantine.erase(now.viewsOf(entity.name()), request.getEntityId());
    EraseEntityResponse receipt =
        EraseEntityResponse.newBuilder()
            .setReceiptId(UUID.randomUUID().toString())
            .setErasedRows(erasedRows)
            .setErasedEvents(offsets.size())
            .setErasedAtUnixMs(clock.millis())
            .build();
    record(entity, receipt);
    return receipt;
  }

  /// The audit log says that something was erased and how much, but not whose.
  private void record(Entity entity, EraseEntityResponse receipt) {
    String line =
        receipt.getReceiptId()
            + "\t"
            + receipt.getErasedAtUnixMs()
            + "\t"
            + entity.name()
            + "\t"
            + receipt.getErasedRows()
            + "\t"
            + receipt.getErasedEvents()
            + "\n";
    try (FileChannel channel =
        FileChannel.open(auditFile, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(line);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int forget(List<EntityRow> rows) {
    try {
      return aggregator.forget(rows);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProfferException.unavailable("redis", e);
    } catch (IllegalStateException e) {
      throw ProfferException.unavailable("redis", e);
    }
  }
}
