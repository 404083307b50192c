package dev.sluice.controller.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.Manifests;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What a program of the user's machine makes of the files in `deploy/`.
///
/// @param text on its output
/// @param complaints on its error stream
record Rendered(boolean succeeded, String text, String complaints) {
  static final Path ROOT =
      Path.of(System.getProperty("sluice.root", "..")).toAbsolutePath().normalize();

  /// Whether a program is on the PATH.
  static boolean has(String program) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .anyMatch(dir -> Files.isExecutable(Path.of(dir, program)));
  }

  static Rendered by(Path scratch, List<String> command) throws IOException, InterruptedException {
    Path out = scratch.resolve("out");
    Path err = scratch.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .directory(ROOT.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("no end within a minute: " + command);
    }
    boolean succeeded = process.exitValue() == 0;
    return new Rendered(succeeded, Files.readString(out), Files.readString(err));
  }

  static Rendered chart(Path scratch, String... values) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("helm", "template", "sluice", "deploy/chart/sluice"));
    command.addAll(List.of("--namespace", "sluice-system", "--kube-version", "1.33.0"));
    for (String value : values) {
      command.addAll(List.of("--set", value));
    }
    return by(scratch, command);
  }

  static Rendered kustomization(Path scratch, String folder)
      throws IOException, InterruptedException {
    return by(scratch, List.of("kubectl", "kustomize", folder));
  }

  String said() {
    return complaints + text;
  }

  List<ObjectNode> objects() {
    try {
      return succeeded ? Manifests.read(text) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> kinds() {
    return objects().stream().map(object -> object.path("kind").asText()).sorted().toList();
  }

  /// The only object of its kind.
  ObjectNode the(String kind) {
    List<ObjectNode> all =
        objects().stream().filter(object -> object.path("kind").asText().equals(kind)).toList();
    if (all.size() != 1) {
      throw new AssertionError(all.size() + " of kind " + kind + "; " + kinds() + "\n" + said());
    }
    return all.getFirst();
  }

  JsonNode pod() {
    return the("Deployment").at("/spec/template");
  }

  JsonNode container() {
    return pod().at("/spec/containers/0");
  }

  List<String> args() {
    List<String> args = new ArrayList<>();
    container().path("args").forEach(arg -> args.add(arg.asText()));
    return args;
  }
}
