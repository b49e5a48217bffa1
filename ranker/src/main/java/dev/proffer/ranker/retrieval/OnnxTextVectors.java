// SPDX-License-Identifier: Apache-2.0
package dev.proffer.ranker.retrieval;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.proffer.ranker.index.Vectors;
import dev.proffer.runtime.text.WordPieces;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Vectors of texts by a BERT-like encoder in ONNX Runtime: the state of the first piece, scaled to
/// length 1. Model and vocabulary come from a jar on the class path. Some milliseconds a text.
public final class OnnxTextVectors implements TextVectors, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OnnxTextVectors.class);
  private static final int PIECES_MAX = 64;

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final WordPieces pieces;
  private final int dimension;

  private OnnxTextVectors(OrtSession session, OrtEnvironment environment, WordPieces pieces) {
    this.session = session;
    this.environment = environment;
    this.pieces = pieces;
    this.dimension = encoded("x").length;
  }

  /// The English encoder bge-small-en-v1.5, in eight bits; 384 numbers.
  ///
  /// @throws IOException when the model is not on the class path or does not load
  public static OnnxTextVectors english() throws IOException {
    return load("/bge-small-en-v1.5-q.onnx", "/bge-small-en-v1.5-q-tokenizer.json");
  }

  /// The Chinese encoder bge-small-zh-v1.5, in eight bits.
  ///
  /// @throws IOException when the model is not on the class path or does not load
  public static OnnxTextVectors chinese() throws IOException {
    return load("/bge-small-zh-v1.5-q.onnx", "/bge-small-zh-v1.5-q-tokenizer.json");
  }

  /// Loads an encoder.
  @FunctionalInterface
  public interface Loader {
    TextVectors load() throws IOException;
  }

  /// An encoder, or none with a warning in the log when it does not load: items are then compared
  /// by their words alone.
  public static TextVectors orNone(Loader loader) {
    try {
      return loader.load();
    } catch (IOException | LinkageError e) {
      log.warn("titles are compared by their words alone: {}", e.toString());
      return TextVectors.none();
    }
  }

  /// The vocabulary of a `tokenizer.json`.
  private static Map<String, Integer> vocabulary(InputStream json) throws IOException {
    Map<String, Integer> ids = new HashMap<>();
    new ObjectMapper()
        .readTree(json)
        .path("model")
        .path("vocab")
        .properties()
        .forEach(piece -> ids.put(piece.getKey(), piece.getValue().asInt()));
    return ids;
  }

  private static OnnxTextVectors load(String model, String vocabulary) throws IOException {
    try (InputStream network = OnnxTextVectors.class.getResourceAsStream(model);
        InputStream words = OnnxTextVectors.class.getResourceAsStream(vocabulary)) {
      if (network == null || words == null) {
        throw new IOException(model + ": is not on the class path");
      }
      WordPieces pieces = WordPieces.of(vocabulary(words));
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        return new OnnxTextVectors(
            environment.createSession(network.readAllBytes(), options), environment, pieces);
      }
    } catch (OrtException e) {
      throw new IOException(model + ": " + e.getMessage(), e);
    }
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public float[] of(String text) {
    return encoded(text);
  }

  private float[] encoded(String text) {
    long[] ids = pieces.ids(text, PIECES_MAX);
    long[] ones = new long[ids.length];
    Arrays.fill(ones, 1);
    Map<String, long[]> given =
        Map.of("input_ids", ids, "attention_mask", ones, "token_type_ids", new long[ids.length]);
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try {
      for (String name : session.getInputNames()) {
        long[] values = given.get(name);
        if (values != null) {
          inputs.put(name, OnnxTensor.createTensor(environment, new long[][] {values}));
        }
      }
      try (OrtSession.Result result = session.run(inputs)) {
        float[] vector = ((float[][][]) result.get(0).getValue())[0][0];
        Vectors.normalize(vector, 0, vector.length);
        return vector;
      }
    } catch (OrtException e) {
      throw new IllegalStateException("a text could not be encoded", e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
