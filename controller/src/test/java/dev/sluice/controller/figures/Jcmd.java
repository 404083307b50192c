package dev.sluice.controller.figures;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Asks a JVM about itself.
final class Jcmd {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total +\\d+ +(\\d+)$");

  private Jcmd() {}

  /// Bytes of live objects in its heap, after a full collection.
  static long liveHeap(long pid) throws IOException, InterruptedException {
    // Weak references and buffers of connections that ended go with the second one.
    histogram(pid);
    return histogram(pid);
  }

  private static long histogram(long pid) throws IOException, InterruptedException {
    Matcher total = TOTAL.matcher(run(pid, "GC.class_histogram"));
    if (!total.find()) {
      throw new IOException("jcmd answered no histogram");
    }
    return Long.parseLong(total.group(1));
  }

  static String run(long pid, String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add(Long.toString(pid));
    command.addAll(List.of(words));
    Process jcmd = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (jcmd.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + text.strip());
    }
    return text;
  }
}
