// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.training;

import dev.proffer.featurestore.aggregation.AggregateRow;
import dev.proffer.featurestore.aggregation.EventField;
import dev.proffer.featurestore.eventlog.EventLog;
import dev.proffer.featurestore.eventlog.EventLog.Entry;
import dev.proffer.featurestore.registry.FeatureSet;
import dev.proffer.featurestore.registry.FeatureSet.Columns;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.registry.RegistryMessages;
import dev.proffer.featurestore.row.RowHeader;
import dev.proffer.featurestore.serving.LiveRegistry;
import dev.proffer.featurestore.serving.ViewDecoder;
import dev.proffer.featurestore.training.RowHistory.Known;
import dev.proffer.featurestore.training.RowHistory.Moment;
import dev.proffer.proto.common.v1.ErrorReason;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.ExportTrainingRowsRequest;
import dev.proffer.proto.featurestore.v1.ExportTrainingRowsResponse;
import dev.proffer.proto.featurestore.v1.Label;
import dev.proffer.proto.featurestore.v1.TrainingRow;
import dev.proffer.proto.featurestore.v1.Value;
import dev.proffer.runtime.failure.ProfferException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Joins labels to features as they were known just before each label's time.
///
/// Written features come from the history of rows, by an ASOF join. Aggregated features are
/// replayed from the event log by the aggregations that serve online, in one pass over the log.
/// Only what happened before the time of a label counts: the event that the label tells of must not
/// explain itself. Defaults and max ages apply as online.
public final class TrainingExporter {
  private static final int SCAN_MAX = 10_000;
  private static final int EVENTS_MAX = 5_000_000;
  private static final int ROWS_IN_MESSAGE = 500;

  private final LiveRegistry live;
  private final EventLog events;
  private final RowHistory history;

  public TrainingExporter(LiveRegistry live, EventLog events, RowHistory history) {
    this.live = live;
    this.events = events;
    this.history = history;
  }

  /// One view of the feature set, for one side of the labels.
  private static final class Part {
    final FeatureView view;
    final ViewDecoder decoder;
    final int[] columns;
    final List<String> ids = new ArrayList<>();
    final Map<String, List<Entry>> eventsOf = new HashMap<>();
    final @Nullable Value[][] values;
    final @Nullable EventField idField;

    Part(Columns columns, ViewDecoder decoder, List<String> ids) {
      this.view = columns.view();
      this.decoder = decoder;
      this.columns = new int[columns.numeric().length + columns.others().length];
      System.arraycopy(columns.numeric(), 0, this.columns, 0, columns.numeric().length);
      System.arraycopy(
          columns.others(), 0, this.columns, columns.numeric().length, columns.others().length);
      this.ids.addAll(ids);
      this.values = new Value[ids.size()][this.columns.length];
      this.idField = view.isAggregated() ? EventField.of(view.entity().eventField()) : null;
      if (view.isAggregated()) {
        ids.forEach(id -> eventsOf.computeIfAbsent(id, _ -> new ArrayList<>()));
      }
    }
  }

  /// Joins all labels and hands on the rows in runs, in the order of the labels.
  public void export(ExportTrainingRowsRequest request, Consumer<ExportTrainingRowsResponse> next) {
    LiveRegistry.Snapshot snapshot = live.snapshot();
    FeatureSet set = snapshot.registry().sets().get(request.getFeatureSet());
    if (set == null) {
      throw ProfferException.notFound(
          ErrorReason.ERROR_REASON_UNKNOWN_FEATURE_SET, "feature_set", request.getFeatureSet());
    }
    List<Label> labels = request.getLabelsList();
    List<Part> parts = new ArrayList<>();
    for (Columns columns : set.context()) {
      parts.add(
          new Part(
              columns,
              snapshot.decoder(columns.view()),
              labels.stream().map(Label::getContextEntityId).toList()));
    }
    for (Columns columns : set.candidate()) {
      parts.add(
          new Part(
              columns,
              snapshot.decoder(columns.view()),
              labels.stream().map(Label::getCandidateId).toList()));
    }
    collect(parts);
    for (Part part : parts) {
      if (part.view.isAggregated()) {
        replay(part, labels);
      } else {
        join(part, labels);
      }
    }
    send(set, labels, parts, next);
  }

  /// Gathers the events of the entities that labels name, as far as their views take them.
  private void collect(List<Part> parts) {
    List<Part> aggregated = parts.stream().filter(part -> part.idField != null).toList();
    if (aggregated.isEmpty()) {
      return;
    }
    long watermark = 0;
    int collected = 0;
    long end = events.endOffset();
    for (long at = 0; at < end; ) {
      EventLog.Run run = events.read(at, SCAN_MAX);
      if (run.nextOffset() == at) {
        return;
      }
      for (Entry entry : run.entries()) {
        Event event = entry.event();
        for (Part part : aggregated) {
          long lateness = part.view.declaration().latenessMillis();
          if (lateness > 0 && event.getEventTimeUnixMs() < watermark - lateness) {
            continue;
          }
          List<Entry> of =
              part.idField == null ? null : part.eventsOf.get(part.idField.text(event));
          if (of != null && AggregateRow.reads(part.view, event.getType())) {
            of.add(entry);
            if (++collected > EVENTS_MAX) {
              throw ProfferException.exhausted(
                  ErrorReason.ERROR_REASON_OVERLOADED,
                  "labels: the entities have more than "
                      + EVENTS_MAX
                      + " events; ask for fewer labels at a time",
                  Map.of(),
                  null);
            }
          }
        }
        watermark = Math.max(watermark, event.getEventTimeUnixMs());
      }
      at = run.nextOffset();
    }
  }

  /// Walks through the events of each entity in order of time and stops at each label.
  private static void replay(Part part, List<Label> labels) {
    Map<String, List<Integer>> labelsOf = new HashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      labelsOf.computeIfAbsent(part.ids.get(i), _ -> new ArrayList<>()).add(i);
    }
    labelsOf.forEach((id, positions) -> {
      positions.sort(Comparator.comparingLong(i -> labels.get(i).getEventTimeUnixMs()));
      List<Entry> entries = new ArrayList<>(part.eventsOf.getOrDefault(id, List.of()));
      // The sort is stable: of events at the same time, the earlier in the log stays earlier.
      entries.sort(Comparator.comparingLong(entry -> entry.event().getEventTimeUnixMs()));
      AggregateRow row = new AggregateRow(part.view);
      int applied = 0;
      for (int position : positions) {
        long time = labels.get(position).getEventTimeUnixMs();
        while (applied < entries.size()
            && entries.get(applied).event().getEventTimeUnixMs() < time) {
          row.apply(applied, entries.get(applied).event());
          applied++;
        }
        boolean known = applied > 0 && isYoung(part.view, row.eventTimeUnixMillis(), time);
        for (int i = 0; i < part.columns.length; i++) {
          part.values[position][i] =
              known
                  ? row.valueAt(part.columns[i], time)
                  : part.view.features().get(part.columns[i]).defaultValue();
        }
      }
    });
  }

  private void join(Part part, List<Label> labels) {
    List<Moment> moments = new ArrayList<>(labels.size());
    for (int i = 0; i < labels.size(); i++) {
      moments.add(new Moment(part.ids.get(i), labels.get(i).getEventTimeUnixMs()));
    }
    List<Known> known = history.before(part.view.name(), moments);
    for (int position = 0; position < labels.size(); position++) {
      byte[] row = known.get(position).row();
      long time = labels.get(position).getEventTimeUnixMs();
      boolean present =
          row != null
              && part.decoder.accepts(row)
              && isYoung(part.view, RowHeader.eventTimeUnixMillis(row), time);
      for (int i = 0; i < part.columns.length; i++) {
        part.values[position][i] =
            present && row != null
                ? part.decoder.value(row, time, part.columns[i])
                : part.view.features().get(part.columns[i]).defaultValue();
      }
    }
  }

  private static boolean isYoung(FeatureView view, long eventTime, long time) {
    long maxAge = view.declaration().maxAgeMillis();
    return maxAge == 0 || time - eventTime <= maxAge;
  }

  private static void send(
      FeatureSet set,
      List<Label> labels,
      List<Part> parts,
      Consumer<ExportTrainingRowsResponse> next) {
    List<String> names = new ArrayList<>(RegistryMessages.namesOf(set.context()));
    names.addAll(RegistryMessages.namesOf(set.candidate()));
    for (int from = 0; from < labels.size(); from += ROWS_IN_MESSAGE) {
      ExportTrainingRowsResponse.Builder message =
          ExportTrainingRowsResponse.newBuilder()
              .setFeatureSetHash(set.hash())
              .addAllFeatures(names);
      for (int i = from; i < Math.min(labels.size(), from + ROWS_IN_MESSAGE); i++) {
        TrainingRow.Builder row = TrainingRow.newBuilder().setLabel(labels.get(i));
        for (Part part : parts) {
          for (Value value : part.values[i]) {
            row.addValues(value == null ? Value.getDefaultInstance() : value);
          }
        }
        message.addRows(row);
      }
      next.accept(message.build());
    }
  }
}
