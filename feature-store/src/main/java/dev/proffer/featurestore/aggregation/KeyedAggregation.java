// SPDX-License-Identifier: Apache-2.0
package dev.proffer.featurestore.aggregation;

import dev.proffer.featurestore.row.ByteReader;
import dev.proffer.featurestore.row.ByteWriter;
import dev.proffer.featurestore.row.FeatureType;
import dev.proffer.proto.featurestore.v1.DoubleMap;
import dev.proffer.proto.featurestore.v1.Event;
import dev.proffer.proto.featurestore.v1.EventType;
import dev.proffer.proto.featurestore.v1.FloatVector;
import dev.proffer.proto.featurestore.v1.StringList;
import dev.proffer.proto.featurestore.v1.Value;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An aggregation for each key that events carry (see [KeyedState]), in one of three shapes: a map
/// of all keys, a vector of declared keys, or the keys with the largest values.
public abstract class KeyedAggregation implements Aggregation {
  public static final int KEYS = 64;
  public static final int KEYS_MAX = 1024;

  private final Aggregation values;
  private final EventField by;
  private final int keysMax;

  KeyedAggregation(Aggregation values, EventField by, int keysMax) {
    if (!values.gives(FeatureType.DOUBLE)) {
      throw new IllegalArgumentException("by: goes with functions that give one number");
    }
    if (keysMax < 1 || keysMax > KEYS_MAX) {
      throw new IllegalArgumentException("keys_max: must be from 1 to " + KEYS_MAX);
    }
    this.values = values;
    this.by = by;
    this.keysMax = keysMax;
  }

  abstract Value valueAt(KeyedState state, long unixMillis);

  final EventField by() {
    return by;
  }

  final Aggregation values() {
    return values;
  }

  final String describeKeys() {
    return " by " + by + (keysMax == KEYS ? "" : ", keys " + keysMax);
  }

  @Override
  public final boolean reads(EventType type) {
    return values.reads(type);
  }

  @Override
  public final State empty() {
    return new Shaped(new KeyedState(values, by, keysMax));
  }

  @Override
  public final State read(ByteReader in) {
    return new Shaped(KeyedState.read(values, by, keysMax, in));
  }

  private final class Shaped implements State {
    private final KeyedState keyed;

    Shaped(KeyedState keyed) {
      this.keyed = keyed;
    }

    @Override
    public void add(Event event) {
      keyed.add(event);
    }

    @Override
    public void write(ByteWriter out) {
      keyed.write(out);
    }

    @Override
    public double numberAt(long unixMillis) {
      return Double.NaN;
    }

    @Override
    public @Nullable Value valueAt(long unixMillis, FeatureType type) {
      return KeyedAggregation.this.valueAt(keyed, unixMillis);
    }
  }

  /// Keys with larger values first; of equal values the key that comes first in the alphabet.
  private static List<Map.Entry<String, Double>> largest(Map<String, Double> numbers, int most) {
    Comparator<Map.Entry<String, Double>> byValue =
        Comparator.comparingDouble(entry -> -entry.getValue());
    return numbers.entrySet().stream()
        .sorted(byValue.thenComparing(Map.Entry.comparingByKey()))
        .limit(most)
        .toList();
  }

  /// All keys with their values, in the order of keys. Of more than a map may have, those with the
  /// largest values.
  public static final class OfAll extends KeyedAggregation {

    public OfAll(Aggregation values, EventField by, int keysMax) {
      super(values, by, keysMax);
    }

    @Override
    public boolean gives(FeatureType type) {
      return type == FeatureType.DOUBLE_MAP;
    }

    @Override
    Value valueAt(KeyedState state, long unixMillis) {
      Map<String, Double> numbers = state.numbersAt(unixMillis);
      DoubleMap.Builder map = DoubleMap.newBuilder();
      if (numbers.size() > FeatureType.LIST_MAX) {
        largest(numbers, FeatureType.LIST_MAX).stream()
            .sorted(Map.Entry.comparingByKey())
            .forEach(entry -> map.addKeys(entry.getKey()).addValues(entry.getValue()));
      } else {
        numbers.forEach((key, number) -> map.addKeys(key).addValues(number));
      }
      return Value.newBuilder().setDoubleMap(map).build();
    }

    @Override
    public String describe() {
      return values().describe() + describeKeys();
    }
  }

  /// The values of declared keys, as a vector in the order of the declaration; NaN for a mean or
  /// the like of no events, 0 for a count or sum of none.
  public static final class OfDeclared extends KeyedAggregation {
    private final List<String> keys;
    private final double none;

    public OfDeclared(Aggregation values, EventField by, List<String> keys) {
      // Undeclared keys are never looked at; the bound is there for the declared ones.
      super(values, by.within(Set.copyOf(keys)), Math.max(1, keys.size()));
      this.keys = List.copyOf(keys);
      this.none = values.empty().numberAt(0);
    }

    /// How many elements the vector has.
    public int length() {
      return keys.size();
    }

    @Override
    public boolean gives(FeatureType type) {
      return type == FeatureType.FLOAT_VECTOR;
    }

    @Override
    Value valueAt(KeyedState state, long unixMillis) {
      FloatVector.Builder vector = FloatVector.newBuilder();
      for (String key : keys) {
        double number = state.numberAt(key, unixMillis);
        vector.addValues((float) (Double.isNaN(number) ? none : number));
      }
      return Value.newBuilder().setFloatVector(vector).build();
    }

    @Override
    public String describe() {
      return values().describe() + " by " + by() + " " + keys;
    }
  }

  /// The keys with the largest values.
  public static final class Top extends KeyedAggregation {
    private final int k;

    public Top(Aggregation values, EventField of, int k, int keysMax) {
      super(values, of, keysMax);
      if (k < 1 || k > FeatureType.LIST_MAX) {
        throw new IllegalArgumentException("k must be from 1 to " + FeatureType.LIST_MAX);
      }
      if (k > keysMax) {
        throw new IllegalArgumentException("k: must be at most keys_max, " + keysMax);
      }
      this.k = k;
    }

    @Override
    public boolean gives(FeatureType type) {
      return type == FeatureType.STRING_LIST;
    }

    @Override
    Value valueAt(KeyedState state, long unixMillis) {
      StringList.Builder list = StringList.newBuilder();
      largest(state.numbersAt(unixMillis), k).forEach(entry -> list.addValues(entry.getKey()));
      return Value.newBuilder().setStringList(list).build();
    }

    @Override
    public String describe() {
      return "top " + k + " by " + values().describe() + describeKeys();
    }
  }
}
