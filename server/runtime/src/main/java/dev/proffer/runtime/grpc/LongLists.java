// SPDX-License-Identifier: Apache-2.0
package dev.proffer.runtime.grpc;

import build.buf.validate.FieldRules;
import build.buf.validate.RepeatedRules;
import build.buf.validate.StringRules;
import build.buf.validate.ValidateProto;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Checks long lists of short texts, such as the ids of candidates, without the general validator,
/// which runs an interpreted program for each of their elements and takes longer for 500 ids than
/// reading all their features.
///
/// It only ever says that a list is fine. Everything else, and every message about what is wrong,
/// is left to the general validator.
final class LongLists {
  private static final int SHORT = 16;
  private static final Map<Descriptor, List<Rule>> RULES = new ConcurrentHashMap<>();

  private LongLists() {}

  /// A list of texts whose only rules are its size and the lengths of its elements.
  record Rule(FieldDescriptor field, long itemsMin, long itemsMax, long lengthMin, long lengthMax) {
    boolean holds(List<?> list) {
      if (list.size() < itemsMin || list.size() > itemsMax) {
        return false;
      }
      for (int i = 0; i < list.size(); i++) {
        if (!(list.get(i) instanceof String text) || !fits(text, lengthMin, lengthMax)) {
          return false;
        }
      }
      return true;
    }
  }

  /// Lengths are in code points, of which a text has at most its length and at least half of it.
  static boolean fits(String text, long min, long max) {
    int length = text.length();
    if (length <= max && length >= 2 * min) {
      return true;
    }
    int points = text.codePointCount(0, length);
    return points >= min && points <= max;
  }

  /// The message with every long list that is known to be fine cut short, for the general validator
  /// to check the rest; the message itself where there is none.
  static Message shortened(Message message) {
    Message.Builder builder = null;
    for (Rule rule : RULES.computeIfAbsent(message.getDescriptorForType(), LongLists::rulesOf)) {
      if (message.getRepeatedFieldCount(rule.field) > SHORT
          && message.getField(rule.field) instanceof List<?> list
          && rule.holds(list)) {
        builder = builder == null ? message.toBuilder() : builder;
        builder.setField(rule.field, list.subList(0, (int) Math.max(1, rule.itemsMin)));
      }
    }
    return builder == null ? message : builder.buildPartial();
  }

  private static List<Rule> rulesOf(Descriptor type) {
    List<Rule> rules = new ArrayList<>();
    if (type.getOptions().hasExtension(ValidateProto.message)) {
      return rules; // Rules over several fields may look at the whole list.
    }
    for (FieldDescriptor field : type.getFields()) {
      FieldOptions options = field.getOptions();
      if (options.hasExtension(ValidateProto.field)) {
        ruleOf(field, options.getExtension(ValidateProto.field)).ifPresent(rules::add);
      }
    }
    return rules;
  }

  /// The rule of a list of texts; empty when it has another rule as well.
  static Optional<Rule> ruleOf(FieldDescriptor field, FieldRules all) {
    if (!field.isRepeated() || field.getJavaType() != FieldDescriptor.JavaType.STRING) {
      return Optional.empty();
    }
    RepeatedRules list = all.getRepeated();
    StringRules text = list.getItems().getString();
    // Built again from what is known here, rules must be the same: nothing else may be asked.
    FieldRules known =
        FieldRules.newBuilder().setRepeated(sizesOf(list).setItems(lengthsOf(text))).build();
    return known.equals(all)
        ? Optional.of(
            new Rule(
                field,
                list.getMinItems(),
                list.hasMaxItems() ? list.getMaxItems() : Integer.MAX_VALUE,
                text.getMinLen(),
                text.hasMaxLen() ? text.getMaxLen() : Integer.MAX_VALUE))
        : Optional.empty();
  }

  private static RepeatedRules.Builder sizesOf(RepeatedRules list) {
    RepeatedRules.Builder sizes = RepeatedRules.newBuilder();
    if (list.hasMinItems()) {
      sizes.setMinItems(list.getMinItems());
    }
    if (list.hasMaxItems()) {
      sizes.setMaxItems(list.getMaxItems());
    }
    return sizes;
  }

  static FieldRules lengthsOf(StringRules text) {
    StringRules.Builder lengths = StringRules.newBuilder();
    if (text.hasMinLen()) {
      lengths.setMinLen(text.getMinLen());
    }
    if (text.hasMaxLen()) {
      lengths.setMaxLen(text.getMaxLen());
    }
    return FieldRules.newBuilder().setString(lengths).build();
  }
}
