// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proffer.featurestore.aggregation.Aggregation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What declarations of aggregations may say, and what is answered to those that may not.
class AggregateDeclarationTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "int64 | {function: distinct, of: item_id, events: [click]} | distinct item_id (click)",
        "string_list | {function: top_k, of: item_id, k: 3, events: [click], window: 7d}"
            + " | top 3 by count(click) over 7d by item_id",
        "double_map | {function: mean, of: rating, events: [review], by: attributes.category,"
            + " window: 1m, edge_points: 4} | mean of rating (review) over 1m, edge points 4 by"
            + " attributes.category",
        "float_vector | {function: count, events: [click], by: channel, keys: [app, web]}"
            + " | count(click) by channel [app, web]",
      })
  void goodOnesAreDescribedSoThatTheSameWordsMeanTheSameValues(
      String type, String aggregate, String description) {
    Aggregation aggregation =
        RegistryBuilder.first(RegistryYaml.read(yaml(type, aggregate)))
            .allViews()
            .iterator()
            .next()
            .features()
            .getFirst()
            .aggregation();

    assertThat(aggregation).isNotNull();
    assertThat(aggregation.describe()).isEqualTo(description);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "int64 | {function: median, events: [click]} | function 'median' is not known",
        "string | {function: distinct, of: item_id, events: [click]} | string cannot hold",
        "int64 | {function: distinct, of: nothing, events: [click]} | 'nothing' is not a field",
        "int64 | {function: distinct, events: [click]} | of: must name a field of an event",
        "int64 | {function: distinct, of: item_id, events: [click], precision: 20} | precision",
        "double_map | {function: top_k, of: item_id, k: 3, events: [click]} | cannot hold",
        "string_list | {function: top_k, of: item_id, k: 9, keys_max: 4, events: [click]} | k: must be at most keys_max",
        "string_list | {function: top_k, of: item_id, k: 2, weight: user_id, events: [click]} | weight: user_id is not a number",
        "int64 | {function: count, events: [click], by: channel} | int64 cannot hold",
        "double_map | {function: last, k: 2, of: item_id, events: [click], by: channel} | by: goes with functions that give one number",
        "int64 | {function: count, events: [click], keys: [a]} | keys: go with by",
        "float_vector | {function: count, events: [click], by: channel, keys: [a, a]} | keys: must be different",
        "int64 | {function: count, events: [click], edge_points: 4} | edge_points: go with a window",
        "int64 | {function: count, events: [click], window: 30s} | a window must be from 1m to 400d",
        "int64 | {function: count, events: [clicks]} | 'clicks' is not a type of event",
        "string_list | {function: first, k: 33, of: item_id, events: [click], window: 1d} | k must be at most 32",
      })
  void badOnesAreRefusedWithTheReason(String type, String aggregate, String reason) {
    assertThatThrownBy(() -> RegistryYaml.read(yaml(type, aggregate)))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(reason)
        .hasMessageContaining("views[0].features[0]");
  }

  @Test
  void aVectorOfKeysHasAsManyElementsAsKeys() {
    assertThatThrownBy(() ->
            RegistryYaml.read(
                yaml(
                    "float_vector, length: 3",
                    "{function: count, events: [click], by: channel, keys: [app, web]}")))
        .hasMessageContaining("length: must be the number of keys, 2");
  }

  private static String yaml(String type, String aggregate) {
    return """
    entities:
      user: {event_field: user_id}
    views:
      - name: v
        entity: user
        features:
          - {name: f, type: TYPE, aggregate: AGGREGATE}
    """
        .replace("TYPE", type)
        .replace("AGGREGATE", aggregate);
  }
}
