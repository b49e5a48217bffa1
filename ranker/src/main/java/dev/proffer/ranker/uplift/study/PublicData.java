// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.uplift.study;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.proffer.runtime.file.PlainOrGzip;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Reads the tables of a data set: `NAME.csv` or `NAME.csv.gz` in its folder, with a header.
final class PublicData {
  private PublicData() {}

  static void read(Path folder, String name, Consumer<NamedCsvRecord> each) throws IOException {
    Path packed = folder.resolve(name + ".csv.gz");
    Path plain = folder.resolve(name + ".csv");
    Path file = Files.exists(packed) ? packed : plain;
    if (!Files.exists(file)) {
      throw new IOException(folder + ": holds neither " + name + ".csv nor " + name + ".csv.gz");
    }
    try (BufferedReader lines = PlainOrGzip.lines(file);
        CsvReader<NamedCsvRecord> records = CsvReader.builder().ofNamedCsvRecord(lines)) {
      for (NamedCsvRecord one : records) {
        each.accept(one);
      }
    } catch (RuntimeException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /// A number, or not a number where the cell is empty.
  static double number(String cell) {
    return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
  }
}
