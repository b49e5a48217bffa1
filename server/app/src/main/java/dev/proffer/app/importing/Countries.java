// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.importing;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// Finds the ISO 3166-1 code of a country by its English name, as written in order files.
final class Countries {
  /// Names that the JDK does not use. "Channel Islands", "European Community" and "Unspecified" are
  /// left out on purpose: no code of ISO 3166-1 means them.
  private static final Map<String, String> OTHER_NAMES =
      Map.ofEntries(
          Map.entry("eire", "IE"),
          Map.entry("usa", "US"),
          Map.entry("rsa", "ZA"),
          Map.entry("uk", "GB"),
          Map.entry("hong kong", "HK"),
          Map.entry("czech republic", "CZ"),
          Map.entry("korea", "KR"),
          Map.entry("west indies", ""),
          Map.entry("turkey", "TR"));

  private final Map<String, String> codes = new HashMap<>();

  Countries() {
    for (String code : Locale.getISOCountries()) {
      codes.put(
          Locale.of("", code).getDisplayCountry(Locale.ENGLISH).toLowerCase(Locale.ROOT), code);
    }
    codes.putAll(OTHER_NAMES);
  }

  /// The code, or an empty text when there is none.
  String code(String name) {
    return codes.getOrDefault(name.strip().toLowerCase(Locale.ROOT), "");
  }
}
