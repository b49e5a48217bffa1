// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import build.buf.validate.FieldRules;
import build.buf.validate.Int32Rules;
import build.buf.validate.Int64Rules;
import build.buf.validate.ValidateProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Checks the commonest rules without the general validator: lengths of texts and lists, and ranges
/// of integers. It says that a message is fine, or nothing; what is wrong with a message is said by
/// the general validator.
final class PlainRules {
  private static final Map<Descriptor, Optional<List<Check>>> CHECKS = new ConcurrentHashMap<>();

  private PlainRules() {}

  /// Says of one field whether it is fine for sure.
  private interface Check {
    boolean holds(Message message);
  }

  /// Whether a message keeps all its rules for sure.
  static boolean surelyHold(Message message) {
    Optional<List<Check>> checks =
        CHECKS.computeIfAbsent(message.getDescriptorForType(), PlainRules::checksOf);
    if (checks.isEmpty()) {
      return false;
    }
    for (Check check : checks.get()) {
      if (!check.holds(message)) {
        return false;
      }
    }
    return true;
  }

  /// The checks of a type; none at all when it has a rule of another kind.
  private static Optional<List<Check>> checksOf(Descriptor type) {
    if (type.getOptions().hasExtension(ValidateProto.message)
        || type.getRealOneofs().stream()
            .anyMatch(oneof -> oneof.getOptions().hasExtension(ValidateProto.oneof))) {
      return Optional.empty();
    }
    List<Check> checks = new ArrayList<>();
    for (FieldDescriptor field : type.getFields()) {
      boolean ruled = field.getOptions().hasExtension(ValidateProto.field);
      if (field.getJavaType() == JavaType.MESSAGE) {
        // What lies inside has rules of its own.
        FieldRules rules = field.getOptions().getExtension(ValidateProto.field);
        if (ruled && !(rules.hasMap() && rules.getMap().getMinPairs() == 0)) {
          return Optional.empty();
        }
        checks.add(
            field.isRepeated()
                ? message -> message.getRepeatedFieldCount(field) == 0
                : message -> !message.hasField(field));
      } else if (ruled) {
        Optional<Check> check =
            checkOf(field, field.getOptions().getExtension(ValidateProto.field));
        if (check.isEmpty()) {
          return Optional.empty();
        }
        checks.add(check.get());
      }
    }
    return Optional.of(List.copyOf(checks));
  }

  private static Optional<Check> checkOf(FieldDescriptor field, FieldRules rules) {
    if (field.isRepeated()) {
      return LongLists.ruleOf(field, rules)
          .map(rule ->
              message -> message.getField(field) instanceof List<?> list && rule.holds(list));
    }
    return switch (field.getJavaType()) {
      case STRING -> {
        FieldRules known = LongLists.lengthsOf(rules.getString());
        long min = rules.getString().getMinLen();
        long max = rules.getString().hasMaxLen() ? rules.getString().getMaxLen() : Long.MAX_VALUE;
        yield known.equals(rules)
            ? Optional.of(message ->
                message.getField(field) instanceof String text && LongLists.fits(text, min, max))
            : Optional.empty();
      }
      case LONG -> {
        Int64Rules range = rules.getInt64();
        Int64Rules.Builder same = Int64Rules.newBuilder();
        if (range.hasGte()) {
          same.setGte(range.getGte());
        }
        if (range.hasLte()) {
          same.setLte(range.getLte());
        }
        yield known(field, rules, FieldRules.newBuilder().setInt64(same).build())
            ? Optional.of(message ->
                message.getField(field) instanceof Long number
                    && (!range.hasGte() || number >= range.getGte())
                    && (!range.hasLte() || number <= range.getLte()))
            : Optional.empty();
      }
      case INT -> {
        Int32Rules range = rules.getInt32();
        Int32Rules.Builder same = Int32Rules.newBuilder();
        if (range.hasGte()) {
          same.setGte(range.getGte());
        }
        if (range.hasLte()) {
          same.setLte(range.getLte());
        }
        yield known(field, rules, FieldRules.newBuilder().setInt32(same).build())
            ? Optional.of(message ->
                message.getField(field) instanceof Integer number
                    && (!range.hasGte() || number >= range.getGte())
                    && (!range.hasLte() || number <= range.getLte()))
            : Optional.empty();
      }
      case FLOAT, DOUBLE, BOOLEAN, BYTE_STRING, ENUM, MESSAGE -> Optional.empty();
    };
  }

  /// Whether rules are those that were built again from what is known here, and the field is signed
  /// in the way that they are for; a lower bound above an upper one means something else.
  private static boolean known(FieldDescriptor field, FieldRules rules, FieldRules again) {
    boolean plain =
        field.getType() == FieldDescriptor.Type.INT64
            || field.getType() == FieldDescriptor.Type.INT32;
    boolean ordered =
        !(rules.getInt64().hasGte()
                && rules.getInt64().hasLte()
                && rules.getInt64().getGte() > rules.getInt64().getLte())
            && !(rules.getInt32().hasGte()
                && rules.getInt32().hasLte()
                && rules.getInt32().getGte() > rules.getInt32().getLte());
    return plain && ordered && again.equals(rules);
  }
}
