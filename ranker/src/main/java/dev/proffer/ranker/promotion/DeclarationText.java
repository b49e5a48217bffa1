// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.promotion;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.proffer.proto.promotion.v1.Promotion;
import dev.proffer.proto.promotion.v1.Schedule;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/// Writes promotions as the YAML that [Declaration] reads: names of enum values without their
/// prefix, times of a schedule as dates. Reading what was written gives the same promotions.
public final class DeclarationText {
  private static final Map<String, String> PREFIXES =
      Map.of(
          "type", "PROMOTION_TYPE_",
          "state", "PROMOTION_STATE_",
          "lane", "LANE_",
          "scope", "AMOUNT_SCOPE_");

  private DeclarationText() {}

  public static String of(Collection<Promotion> promotions) {
    List<Object> declared = new ArrayList<>();
    promotions.forEach(promotion -> declared.add(map(promotion)));
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setAllowUnicode(true);
    options.setWidth(120);
    options.setIndent(2);
    return new Yaml(options).dump(Map.of("promotions", declared));
  }

  private static Map<String, Object> map(Message message) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      if (message instanceof Schedule schedule
          && (field.getNumber() == Schedule.START_UNIX_MS_FIELD_NUMBER
              || field.getNumber() == Schedule.END_UNIX_MS_FIELD_NUMBER)) {
        map.put(
            field.getName().substring(0, field.getName().length() - "_unix_ms".length()),
            time((Long) entry.getValue(), schedule.getTimeZone()));
      } else {
        map.put(field.getName(), value(field, entry.getValue()));
      }
    }
    return map;
  }

  private static Object value(FieldDescriptor field, Object value) {
    if (field.isMapField()) {
      Map<String, Object> map = new TreeMap<>();
      for (Object entry : (List<?>) value) {
        Message pair = (Message) entry;
        FieldDescriptor key = pair.getDescriptorForType().findFieldByNumber(1);
        FieldDescriptor of = pair.getDescriptorForType().findFieldByNumber(2);
        map.put(String.valueOf(pair.getField(key)), single(of, pair.getField(of)));
      }
      return map;
    }
    if (field.isRepeated()) {
      List<Object> list = new ArrayList<>();
      ((List<?>) value).forEach(one -> list.add(single(field, one)));
      return list;
    }
    return single(field, value);
  }

  private static Object single(FieldDescriptor field, Object value) {
    if (value instanceof Message message) {
      return map(message);
    }
    if (value instanceof EnumValueDescriptor constant) {
      String prefix = PREFIXES.getOrDefault(field.getName(), "");
      return constant.getName().startsWith(prefix)
          ? constant.getName().substring(prefix.length())
          : constant.getName();
    }
    return value;
  }

  private static String time(long unixMs, String zone) {
    ZoneId shown;
    try {
      shown = zone.isEmpty() ? ZoneOffset.UTC : ZoneId.of(zone);
    } catch (DateTimeException e) {
      shown = ZoneOffset.UTC;
    }
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
        Instant.ofEpochMilli(unixMs).atZone(shown).toOffsetDateTime());
  }
}
