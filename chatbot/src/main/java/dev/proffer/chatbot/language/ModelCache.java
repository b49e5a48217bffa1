// SPDX-License-Identifier: GPL-3.0-or-later
package dev.proffer.chatbot.language;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The local folder that holds the unpacked CoreNLP models, one folder for each language.
///
/// It is filled by `chatbot/models/pom.xml`, never by a running server.
public final class ModelCache {
  private static final String MODELS = "edu/stanford/nlp/models/";
  private static final List<String> ENGLISH =
      List.of(
          "pos-tagger/english-left3words-distsim.tagger",
          "sutime/defs.sutime.txt",
          "sutime/english.sutime.txt");
  private static final List<String> CHINESE =
      List.of(
          "segmenter/chinese/pku.gz",
          "segmenter/chinese/dict-chris6.ser.gz",
          "pos-tagger/chinese-distsim.tagger");

  private final Path folder;

  public ModelCache(Path folder) {
    this.folder = folder;
  }

  /// Reads the setting, in which a leading `~` is the home folder.
  public static ModelCache at(String setting) {
    return new ModelCache(
        setting.startsWith("~/")
            ? Path.of(System.getProperty("user.home")).resolve(setting.substring(2))
            : Path.of(setting));
  }

  /// A model file of a language.
  Path file(Language language, String name) {
    return folder.resolve(language.code()).resolve(MODELS + name);
  }

  /// Why the models of a language cannot be used and what to do; empty when all are there.
  public String missing(Language language) {
    Path home = folder.resolve(language.code());
    String remedy = "run ./proffer models " + language.code();
    if (!Files.isRegularFile(home.resolve("complete.properties"))) {
      return "the models are not in " + home + "; " + remedy;
    }
    for (String name : language == Language.ENGLISH ? ENGLISH : CHINESE) {
      Path file = file(language, name);
      try {
        if (!Files.isRegularFile(file) || Files.size(file) == 0) {
          return "the model " + file + " is missing; remove " + home + " and " + remedy;
        }
      } catch (IOException e) {
        return "the model " + file + " cannot be read: " + e.getMessage();
      }
    }
    return "";
  }
}
