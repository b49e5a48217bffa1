// SPDX-License-Identifier: Apache-2.0
package dev.proffer.app.load;

import dev.proffer.app.console.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/// Where a server spends its time, by the flight recorder of the JVM.
public final class Profile {
  private static final String NAME = "load";

  private Profile() {}

  /// A method of Proffer that was running or had called what was running.
  ///
  /// @param share of the samples
  public record Cost(String method, double share) {}

  static void start(long pid) throws IOException, InterruptedException {
    jcmd(pid, "JFR.start", "name=" + NAME, "settings=profile");
  }

  /// The methods that the process was in most since the start, the most first.
  static List<Cost> stop(long pid, Path file) throws IOException, InterruptedException {
    jcmd(pid, "JFR.dump", "name=" + NAME, "filename=" + file.toAbsolutePath());
    jcmd(pid, "JFR.stop", "name=" + NAME);
    return read(file);
  }

  private static void jcmd(long pid, String... order) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add(Long.toString(pid));
    command.addAll(List.of(order));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor() != 0) {
      throw new Failure("the flight recorder of process " + pid + " did not obey: " + order[0]);
    }
  }

  private static List<Cost> read(Path file) throws IOException {
    Map<String, Integer> ours = new HashMap<>();
    int samples = 0;
    try (RecordingFile recording = new RecordingFile(file)) {
      while (recording.hasMoreEvents()) {
        RecordedEvent event = recording.readEvent();
        String type = event.getEventType().getName();
        RecordedStackTrace stack = event.getStackTrace();
        if (!type.equals("jdk.ExecutionSample") || stack == null) {
          continue;
        }
        samples++;
        Set<String> met = new HashSet<>();
        for (RecordedFrame frame : stack.getFrames()) {
          String name = name(frame);
          if (name.startsWith("dev.proffer.") && met.add(name)) {
            ours.merge(name, 1, Integer::sum);
          }
        }
      }
    }
    return top(ours, samples);
  }

  private static String name(RecordedFrame frame) {
    String type = frame.getMethod().getType().getName();
    return type.replaceAll("\\$\\$Lambda.*", "") + "." + frame.getMethod().getName();
  }

  private static List<Cost> top(Map<String, Integer> counts, int samples) {
    return counts.entrySet().stream()
        .sorted(
            Comparator.comparingInt((Map.Entry<String, Integer> entry) -> -entry.getValue())
                .thenComparing(Map.Entry::getKey))
        .limit(25)
        .map(entry -> new Cost(entry.getKey(), (double) entry.getValue() / Math.max(1, samples)))
        .toList();
  }
}
