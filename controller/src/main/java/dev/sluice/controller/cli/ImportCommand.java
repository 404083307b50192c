package dev.sluice.controller.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.UserError;
import dev.sluice.controller.importing.ArgoRollouts;
import dev.sluice.controller.importing.Imported;
import dev.sluice.controller.importing.Yaml;
import dev.sluice.gitops.SourceFailure;
import dev.sluice.gitops.fetch.SourceFile;
import dev.sluice.gitops.render.Manifest;
import dev.sluice.gitops.render.Renderer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "import",
    description = {
      "Turns manifests of Argo Rollouts into a Deployment, a Canary and MetricTemplates.",
      "Reads Rollouts, AnalysisTemplates and ClusterAnalysisTemplates, and the Services,"
          + " VirtualServices, HTTPRoutes and autoscalers that belong to them, prints YAML, and says"
          + " on standard error, line by line, what could not be carried over. Asks no cluster."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    versionProvider = Version.class)
final class ImportCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "YAML files; - for standard input.")
  List<Path> files = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Writes a file for each object into this folder, which may be new.")
  @Nullable Path folder;

  @Spec CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Imported imported = imported();
    PrintWriter err = spec.commandLine().getErr();
    Path target = folder;
    if (target == null) {
      PrintWriter out = spec.commandLine().getOut();
      String between = "";
      for (ObjectNode object : imported.objects()) {
        out.print(between + Yaml.print(object));
        between = "---\n";
      }
      out.flush();
    } else {
      write(target, imported.objects());
    }
    imported.notes().forEach(note -> err.println("sluice: " + note));
    err.flush();
    return 0;
  }

  private Imported imported() throws IOException {
    List<SourceFile> sources = new ArrayList<>();
    for (Path file : files) {
      sources.add(new SourceFile(file.toString(), text(file)));
    }
    try {
      List<ObjectNode> manifests = new ArrayList<>();
      for (Manifest manifest : Renderer.render(sources)) {
        manifests.add(JSON.valueToTree(manifest.content()));
      }
      return ArgoRollouts.translate(manifests);
    } catch (SourceFailure e) {
      throw wrong(e.why());
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private String text(Path file) throws IOException {
    try {
      return ManifestFiles.text(file);
    } catch (UserError e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  /// Names come from [Renderer], which lets pass those only that Kubernetes allows.
  private void write(Path target, List<ObjectNode> objects) {
    Map<Path, String> contents = new LinkedHashMap<>();
    for (ObjectNode object : objects) {
      String kind = object.path("kind").asText().toLowerCase(Locale.ROOT);
      Path file = target.resolve(kind + "-" + object.at("/metadata/name").asText() + ".yaml");
      contents.merge(file, Yaml.print(object), (one, other) -> one + "---\n" + other);
    }
    for (Path file : contents.keySet()) {
      if (Files.exists(file)) {
        throw wrong(file + " is there already; nothing was written");
      }
    }
    try {
      Files.createDirectories(target);
      for (Map.Entry<Path, String> file : contents.entrySet()) {
        Files.writeString(file.getKey(), file.getValue(), StandardOpenOption.CREATE_NEW);
      }
    } catch (IOException e) {
      // What it says is often the path and nothing else.
      throw new UserError(
          "cannot write to %s; give a folder that can be written with -o".formatted(target));
    }
  }

  private ParameterException wrong(String why) {
    return new ParameterException(spec.commandLine(), why);
  }
}
