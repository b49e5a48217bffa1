// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.training;

import com.google.common.collect.Iterables;
import dev.proffer.featurestore.aggregation.AggregateRow;
import dev.proffer.featurestore.aggregation.EventField;
import dev.proffer.featurestore.eventlog.EventLog;
import dev.proffer.featurestore.eventlog.EventLog.Entry;
import dev.proffer.featurestore.ondemand.Input;
import dev.proffer.featurestore.ondemand.Inputs;
import dev.proffer.featurestore.ondemand.OnDemandView.Computed;
import dev.proffer.featurestore.ondemand.Slices;
import dev.proffer.featurestore.registry.FeatureSet;
import dev.proffer.featurestore.registry.FeatureSet.Columns;
import dev.proffer.featurestore.registry.FeatureSet.ComputedColumns;
import dev.proffer.featurestore.registry.FeatureView;
import dev.proffer.featurestore.registry.RegistryBuilder;
import dev.proffer.featurestore.registry.RegistryMessages;
import dev.proffer.featurestore.row.RowHeader;
import dev.proffer.featurestore.row.RowLayout;
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
import java.util.stream.IntStream;
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

    /// The place of a feature among the values of a row, or -1.
    int placeOf(String feature) {
      for (int i = 0; i < columns.length; i++) {
        if (view.features().get(columns[i]).name().equals(feature)) {
          return i;
        }
      }
      return -1;
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
    int shown = parts.size();
    for (FeatureView view : set.onDemand().contextViews()) {
      parts.add(
          new Part(
              allOf(view),
              snapshot.decoder(view),
              labels.stream().map(Label::getContextEntityId).toList()));
    }
    int contextParts = parts.size();
    for (FeatureView view : set.onDemand().candidateViews()) {
      parts.add(
          new Part(
              allOf(view),
              snapshot.decoder(view),
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
    send(
        set,
        labels,
        parts,
        compute(
            set,
            labels,
            parts.subList(shown, contextParts),
            parts.subList(contextParts, parts.size())),
        next);
  }

  private static Columns allOf(FeatureView view) {
    return RegistryBuilder.columns(
        view, IntStream.range(0, view.features().size()).boxed().toList());
  }

  /// On-demand features at the time of each label, by the expressions that serve online.
  private static List<Value[]> compute(
      FeatureSet set, List<Label> labels, List<Part> context, List<Part> candidate) {
    List<Value[]> columns = new ArrayList<>();
    long[] times = labels.stream().mapToLong(Label::getEventTimeUnixMs).toArray();
    for (boolean ofCandidates : new boolean[] {false, true}) {
      Inputs inputs = new Inputs(times);
      for (ComputedColumns computed :
          ofCandidates ? set.onDemand().candidate() : set.onDemand().context()) {
        for (int column : computed.columns()) {
          Computed feature = computed.view().features().get(column);
          for (Input input : feature.expression().inputs()) {
            put(input, inputs, labels, ofCandidates ? candidate : List.of(), context);
          }
          double[] numbers = new double[labels.size()];
          feature.expression().evaluate(inputs, numbers);
          Value[] values = new Value[numbers.length];
          for (int i = 0; i < values.length; i++) {
            values[i] = feature.value(numbers[i]);
          }
          columns.add(values);
        }
      }
    }
    return columns;
  }

  /// A value that the request had at the time of a label; null when it had none of this type.
  private static @Nullable Value sentWith(Label label, Input.Sent sent) {
    Value value = label.getRequestFeaturesMap().get(sent.name());
    return value == null || value.getKindCase() != sent.type().kind() ? null : value;
  }

  /// Gives an input its column.
  private static void put(
      Input input, Inputs inputs, List<Label> labels, List<Part> own, List<Part> context) {
    if (inputs.has(input)) {
      return;
    }
    int rows = inputs.rows();
    Part part = null;
    int column = -1;
    if (input instanceof Input.Stored stored) {
      for (Part candidate : Iterables.concat(context, own)) {
        part = candidate.view.name().equals(stored.view()) ? candidate : part;
      }
      column = part == null ? -1 : part.placeOf(stored.feature());
    }
    double[] numbers = new double[rows];
    Slices slices = new Slices(rows);
    for (int row = 0; row < rows; row++) {
      Value value =
          input instanceof Input.Sent sent
              ? sentWith(labels.get(row), sent)
              : part == null || column < 0 ? null : part.values[row][column];
      if (input.type().isNumeric()) {
        numbers[row] = ViewDecoder.exactOf(value);
      } else if (value != null && value.getKindCase() != Value.KindCase.KIND_NOT_SET) {
        slices.set(row, RowLayout.payload(input.type(), value));
      }
    }
    if (input.type().isNumeric()) {
      inputs.put(input, numbers);
    } else {
      inputs.put(input, slices);
    }
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
      List<Value[]> computed,
      Consumer<ExportTrainingRowsResponse> next) {
    List<String> names = new ArrayList<>(RegistryMessages.contextNamesOf(set));
    names.addAll(RegistryMessages.candidateNamesOf(set));
    int contextComputed =
        set.onDemand().context().stream().mapToInt(columns -> columns.columns().length).sum();
    List<Part> context = parts.subList(0, set.context().size());
    List<Part> candidate =
        parts.subList(set.context().size(), set.context().size() + set.candidate().size());
    for (int from = 0; from < labels.size(); from += ROWS_IN_MESSAGE) {
      ExportTrainingRowsResponse.Builder message =
          ExportTrainingRowsResponse.newBuilder()
              .setFeatureSetHash(set.hash())
              .addAllFeatures(names);
      for (int i = from; i < Math.min(labels.size(), from + ROWS_IN_MESSAGE); i++) {
        TrainingRow.Builder row = TrainingRow.newBuilder().setLabel(labels.get(i));
        add(row, context, computed.subList(0, contextComputed), i);
        add(row, candidate, computed.subList(contextComputed, computed.size()), i);
        message.addRows(row);
      }
      next.accept(message.build());
    }
  }

  private static void add(
      TrainingRow.Builder row, List<Part> stored, List<Value[]> computed, int label) {
    for (Part part : stored) {
      for (Value value : part.values[label]) {
        row.addValues(value == null ? Value.getDefaultInstance() : value);
      }
    }
    computed.forEach(column -> row.addValues(column[label]));
  }
}
