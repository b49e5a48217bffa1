// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.contract;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.UnknownFieldSet;
import dev.proffer.runtime.failure.ProfferException.FieldViolation;
import dev.proffer.runtime.grpc.RequestValidator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiConsumer;

/// Requests that a careless or hostile client could send, made from the descriptors alone: a
/// plausible request of unknown ids, and for each of its fields every extreme that its type allows.
final class HostileMessages {
  private static final int DEPTH_MAX = 4;
  private static final int LIMIT_BYTES = 4 << 20;

  /// One request as bytes, and what is wrong with it.
  record Hostile(String fault, byte[] bytes) {}

  private HostileMessages() {}

  static List<Hostile> forRequest(Descriptor type) {
    List<Hostile> all = new ArrayList<>();
    all.add(new Hostile("empty", new byte[0]));
    DynamicMessage plausible = plausible(type);
    all.add(new Hostile("unknown ids", plausible.toByteArray()));
    all.add(
        new Hostile(
            "no protobuf", "GET / HTTP/1.1".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
    byte[] noise = new byte[2048];
    new Random(7).nextBytes(noise);
    all.add(new Hostile("noise", noise));
    all.add(new Hostile("one byte above the limit", padded(plausible, LIMIT_BYTES + 1)));
    for (FieldDescriptor field : type.getFields()) {
      all.add(
          new Hostile("wrong wire type of " + field.getName(), wrongWireType(plausible, field)));
    }
    mutate(
        plausible,
        "",
        0,
        (fault, message) -> {
          byte[] bytes = message.toByteArray();
          // What is above the limit is one case, tried above; the others are about fields.
          if (bytes.length <= LIMIT_BYTES) {
            all.add(new Hostile(fault, bytes));
          }
        });
    return all;
  }

  /// A request that keeps the rules as far as types and rules can tell, with ids that nothing has.
  static DynamicMessage plausible(Descriptor type) {
    DynamicMessage.Builder builder = fill(type, 0);
    // What a rule over several fields forbids is left out again.
    for (int round = 0; round < 5; round++) {
      List<FieldViolation> violations = RequestValidator.violations(builder.build());
      for (FieldViolation violation : violations) {
        String name = violation.field().replaceAll("[\\[.].*", "");
        FieldDescriptor field = type.findFieldByName(name);
        if (field != null) {
          builder.clearField(field);
        }
      }
      if (violations.isEmpty()) {
        break;
      }
    }
    return builder.build();
  }

  private static DynamicMessage.Builder fill(Descriptor type, int depth) {
    DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      boolean laterAlternative =
          field.getContainingOneof() != null
              && field.getContainingOneof().getFields().getFirst() != field;
      if (laterAlternative || field.isMapField() && depth > 1) {
        continue;
      }
      Object value = plausibleValue(field, depth);
      if (value == null) {
        continue;
      }
      if (field.isRepeated()) {
        builder.addRepeatedField(field, value);
      } else {
        builder.setField(field, value);
      }
    }
    return builder;
  }

  private static Object plausibleValue(FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> 1;
      case LONG -> 1L;
      case FLOAT -> 0.5f;
      case DOUBLE -> 0.5;
      case BOOLEAN -> false;
      case STRING -> plausibleText(field);
      case BYTE_STRING -> ByteString.copyFromUtf8("x");
      case ENUM -> {
        List<EnumValueDescriptor> values = field.getEnumType().getValues();
        yield values.get(Math.min(1, values.size() - 1));
      }
      case MESSAGE -> depth >= DEPTH_MAX ? null : fill(field.getMessageType(), depth + 1).build();
    };
  }

  private static String plausibleText(FieldDescriptor field) {
    return switch (field.getName()) {
      case "currency" -> "GBP";
      case "birthday" -> "01-31";
      case "features" -> "user_activity:*";
      case "attributes" -> "colour=red";
      case "yaml" -> "promotions: []";
      case "time_zone" -> "UTC";
      case "page_token" -> "";
      default -> "nope-1";
    };
  }

  private static void mutate(
      DynamicMessage message, String path, int depth, BiConsumer<String, DynamicMessage> mutant) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      String name = path + field.getName();
      for (Object extreme : extremes(field)) {
        DynamicMessage.Builder changed = message.toBuilder();
        if (field.isRepeated()) {
          changed.clearField(field).addRepeatedField(field, extreme);
        } else {
          changed.setField(field, extreme);
        }
        mutant.accept(name + " = " + describe(extreme), changed.build());
      }
      if (field.isRepeated()) {
        many(message, field)
            .ifPresent(changed -> mutant.accept(name + " has 20,001 entries", changed));
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
          && message.hasField(field)) {
        mutant.accept(name + " is missing", message.toBuilder().clearField(field).build());
      }
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
          && depth < DEPTH_MAX
          && (field.isRepeated()
              ? message.getRepeatedFieldCount(field) > 0
              : message.hasField(field))) {
        DynamicMessage inner =
            (DynamicMessage)
                (field.isRepeated() ? message.getRepeatedField(field, 0) : message.getField(field));
        mutate(
            inner,
            name + ".",
            depth + 1,
            (fault, changed) -> {
              DynamicMessage.Builder outer = message.toBuilder();
              if (field.isRepeated()) {
                outer.setRepeatedField(field, 0, changed);
              } else {
                outer.setField(field, changed);
              }
              mutant.accept(fault, outer.build());
            });
      }
    }
  }

  private static Optional<DynamicMessage> many(DynamicMessage message, FieldDescriptor field) {
    if (message.getRepeatedFieldCount(field) == 0) {
      return Optional.empty();
    }
    DynamicMessage.Builder changed = message.toBuilder();
    Object entry = message.getRepeatedField(field, 0);
    for (int i = 0; i < 20_000; i++) {
      changed.addRepeatedField(field, entry);
    }
    return Optional.of(changed.build());
  }

  private static List<Object> extremes(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case INT -> List.of(-1, 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case LONG -> List.of(-1L, 0L, Long.MIN_VALUE, Long.MAX_VALUE);
      case FLOAT -> List.of(Float.NaN, Float.POSITIVE_INFINITY, -Float.MAX_VALUE);
      case DOUBLE ->
          List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -1.0, 1e308);
      case BOOLEAN -> List.of(true);
      case STRING ->
          List.of(
              "",
              "x".repeat(100_000),
              "\u0000\u0007\u001b[31m",
              "\u202Eevil\u200B\uFEFF",
              "\uD83D\uDE00",
              "'; DROP TABLE item; --",
              "<script>alert(1)</script>",
              "../../../../etc/passwd",
              "{{7*7}} ${jndi:ldap://x} %s%n");
      case BYTE_STRING -> List.of(ByteString.copyFrom(new byte[100_000]));
      case ENUM -> List.of(field.getEnumType().findValueByNumberCreatingIfUnknown(9999));
      case MESSAGE -> List.of();
    };
  }

  private static String describe(Object value) {
    String text =
        String.valueOf(value)
            .codePoints()
            .limit(24)
            .mapToObj(
                c -> Character.isISOControl(c) ? "\\u%04x".formatted(c) : Character.toString(c))
            .reduce("", String::concat);
    return text + (String.valueOf(value).length() > 24 ? "…" : "");
  }

  private static byte[] wrongWireType(DynamicMessage message, FieldDescriptor field) {
    boolean delimited =
        switch (field.getJavaType()) {
          case STRING, BYTE_STRING, MESSAGE -> true;
          case INT, LONG, FLOAT, DOUBLE, BOOLEAN, ENUM -> field.isRepeated();
        };
    UnknownFieldSet.Field wrong =
        delimited
            ? UnknownFieldSet.Field.newBuilder().addFixed64(-1L).build()
            : UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xfe}))
                .build();
    ByteString extra =
        UnknownFieldSet.newBuilder().addField(field.getNumber(), wrong).build().toByteString();
    return message.toBuilder().clearField(field).build().toByteString().concat(extra).toByteArray();
  }

  private static byte[] padded(DynamicMessage message, int size) {
    byte[] bytes = message.toByteArray();
    // An unknown field with a high number pads a message without changing its meaning.
    int overhead = 10;
    ByteString filler = ByteString.copyFrom(new byte[Math.max(0, size - bytes.length - overhead)]);
    ByteString padding =
        UnknownFieldSet.newBuilder()
            .addField(
                100_000, UnknownFieldSet.Field.newBuilder().addLengthDelimited(filler).build())
            .build()
            .toByteString();
    byte[] all = message.toByteString().concat(padding).toByteArray();
    return all.length >= size ? all : java.util.Arrays.copyOf(all, size);
  }
}
