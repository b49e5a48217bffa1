// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.training;

import dev.proffer.ranker.retrieval.SelfAttention.Shape;
import dev.proffer.ranker.training.SelfAttentionTrainer.Checkpoint;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/// Where learning of a sequence model stands, in a file, so that a run that was stopped goes on
/// there. The file appears whole; one that is about something else, or damaged, does not count.
final class CheckpointFile {
  private final Path file;
  private final String about;
  private final Shape shape;

  /// @param about data, shape and options, in one line of at most 65,535 bytes
  CheckpointFile(Path file, String about, Shape shape) {
    this.file = file;
    this.about = about;
    this.shape = shape;
  }

  void write(Checkpoint checkpoint) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".draft");
    CheckedOutputStream sum =
        new CheckedOutputStream(
            new BufferedOutputStream(Files.newOutputStream(draft), 1 << 16), new CRC32());
    try (DataOutputStream out = new DataOutputStream(sum)) {
      out.writeUTF(about);
      out.writeInt(checkpoint.epochs());
      out.writeLong(checkpoint.updates());
      for (Map<String, float[]> part : parts(checkpoint)) {
        for (String name : shape.lengths().keySet()) {
          for (float value : part.getOrDefault(name, new float[0])) {
            out.writeFloat(value);
          }
        }
      }
      out.writeLong(sum.getChecksum().getValue());
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Iterable<Map<String, float[]>> parts(Checkpoint checkpoint) {
    return java.util.List.of(checkpoint.tensors(), checkpoint.means(), checkpoint.variances());
  }

  /// What was written; null when there is nothing to go on from.
  @Nullable Checkpoint read() {
    CheckedInputStream sum;
    try {
      sum =
          new CheckedInputStream(
              new BufferedInputStream(Files.newInputStream(file), 1 << 16), new CRC32());
    } catch (IOException e) {
      return null;
    }
    try (DataInputStream in = new DataInputStream(sum)) {
      if (!in.readUTF().equals(about)) {
        return null;
      }
      int epochs = in.readInt();
      long updates = in.readLong();
      Map<String, float[]> tensors = tensors(in);
      Map<String, float[]> means = tensors(in);
      Map<String, float[]> variances = tensors(in);
      long expected = sum.getChecksum().getValue();
      return in.readLong() == expected
          ? new Checkpoint(epochs, updates, tensors, means, variances)
          : null;
    } catch (IOException e) {
      return null;
    }
  }

  private Map<String, float[]> tensors(DataInputStream in) throws IOException {
    Map<String, float[]> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Integer> tensor : shape.lengths().entrySet()) {
      float[] values = new float[tensor.getValue()];
      for (int i = 0; i < values.length; i++) {
        values[i] = in.readFloat();
      }
      tensors.put(tensor.getKey(), values);
    }
    return tensors;
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }
}
