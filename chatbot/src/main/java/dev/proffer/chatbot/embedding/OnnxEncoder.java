// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.embedding;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.proffer.chatbot.language.Language;
import dev.proffer.runtime.text.WordPieces;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// A BERT-like encoder by ONNX Runtime on the class path: the vector of the first token, as the bge
/// models define it, beside the mean of all tokens, which tells near intents apart a little better;
/// both of the same length and together of length one.
public final class OnnxEncoder implements SentenceEncoder, AutoCloseable {
  private static final int MAX_PIECES = 128;

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final WordPieces pieces;
  private final Set<String> words;

  private OnnxEncoder(
      OrtEnvironment environment, OrtSession session, Map<String, Integer> vocabulary) {
    this.environment = environment;
    this.session = session;
    this.pieces = WordPieces.of(vocabulary);
    this.words = Set.copyOf(vocabulary.keySet());
  }

  /// The English encoder bge-small-en-v1.5, quantised to eight bits, 768 dimensions.
  public static OnnxEncoder english() throws IOException {
    return load("/bge-small-en-v1.5-q.onnx", "/bge-small-en-v1.5-q-tokenizer.json");
  }

  /// The Chinese encoder bge-small-zh-v1.5, quantised to eight bits, 1,024 dimensions.
  public static OnnxEncoder chinese() throws IOException {
    return load("/bge-small-zh-v1.5-q.onnx", "/bge-small-zh-v1.5-q-tokenizer.json");
  }

  /// Whether the encoder of a language is on the class path.
  static boolean isThere(Language language) {
    return OnnxEncoder.class.getResource(
            language == Language.ENGLISH
                ? "/bge-small-en-v1.5-q.onnx"
                : "/bge-small-zh-v1.5-q.onnx")
        != null;
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

  private static OnnxEncoder load(String model, String tokenizer) throws IOException {
    try (InputStream network = OnnxEncoder.class.getResourceAsStream(model);
        InputStream vocabulary = OnnxEncoder.class.getResourceAsStream(tokenizer)) {
      if (network == null || vocabulary == null) {
        throw new IOException(model + " is not on the class path");
      }
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      OrtSession.SessionOptions options = new OrtSession.SessionOptions();
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      return new OnnxEncoder(
          environment,
          environment.createSession(network.readAllBytes(), options),
          vocabulary(vocabulary));
    } catch (OrtException e) {
      throw new IOException(e);
    }
  }

  @Override
  public float[] encode(String text) {
    long[] ids = pieces.ids(text, MAX_PIECES);
    long[] ones = new long[ids.length];
    Arrays.fill(ones, 1);
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try {
      inputs.put("input_ids", OnnxTensor.createTensor(environment, new long[][] {ids}));
      inputs.put("attention_mask", OnnxTensor.createTensor(environment, new long[][] {ones}));
      inputs.put(
          "token_type_ids",
          OnnxTensor.createTensor(environment, new long[][] {new long[ids.length]}));
      inputs.keySet().retainAll(session.getInputNames());
      try (OrtSession.Result result = session.run(inputs)) {
        float[][][] states = (float[][][]) result.get(0).getValue();
        return firstAndMean(states[0]);
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  @Override
  public boolean knows(String word) {
    return words.contains(word);
  }

  private static float[] firstAndMean(float[][] tokens) {
    int size = tokens[0].length;
    float[] mean = new float[size];
    for (float[] token : tokens) {
      for (int i = 0; i < size; i++) {
        mean[i] += token[i];
      }
    }
    float[] first = unit(tokens[0]);
    float[] all = unit(mean);
    float[] vector = new float[2 * size];
    float half = (float) Math.sqrt(0.5);
    for (int i = 0; i < size; i++) {
      vector[i] = half * first[i];
      vector[size + i] = half * all[i];
    }
    return vector;
  }

  private static float[] unit(float[] vector) {
    double sum = 0;
    for (float x : vector) {
      sum += (double) x * x;
    }
    float scale = sum == 0 ? 0 : (float) (1 / Math.sqrt(sum));
    float[] unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = vector[i] * scale;
    }
    return unit;
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
