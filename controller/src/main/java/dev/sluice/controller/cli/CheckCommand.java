package dev.sluice.controller.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.UserError;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Glance;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.object.Reach;
import dev.sluice.controller.oncall.OpenCluster;
import dev.sluice.controller.preflight.Manifests;
import dev.sluice.controller.preflight.Preflight;
import dev.sluice.controller.preflight.Verdict;
import dev.sluice.controller.preflight.Verdict.Grade;
import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Meshes;
import dev.sluice.mesh.UnknownMesh;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "check",
    description = {
      "Says what Sluice would make of Canaries: ok, warnings, or refused. Writes nothing.",
      "Reads the Canaries of files and folders, or of the cluster when none is named. What the"
          + " metrics of files refer to is looked up in the files, and in the cluster too where"
          + " --kubeconfig or --context names one. Exit code 1 when a Canary is refused, 2 for bad"
          + " input, 3 when the cluster does not answer."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    versionProvider = Version.class)
final class CheckCommand implements Callable<Integer> {
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final int NOBODY_ANSWERED = 3;

  /// As [GetCommand.Format], of which a report has but one.
  enum Format {
    JSON
  }

  @Parameters(
      paramLabel = "FILE",
      arity = "0..*",
      description = "YAML or JSON files, folders of them, or - for standard input.")
  List<Path> files = List.of();

  @Mixin ClusterOptions where;

  @Option(
      names = {"-A", "--all-namespaces"},
      description = "The Canaries of all namespaces of the cluster.")
  boolean everywhere;

  @Option(
      names = "--mesh-provider",
      paramLabel = "NAME",
      defaultValue = "istio",
      description = "As the controller's: the provider of Canaries that name none.")
  String meshProvider;

  @Option(
      names = "--metrics-server",
      paramLabel = "URL",
      defaultValue = "http://prometheus:9090",
      description = "As the controller's. It is not asked.")
  URI metricsServer;

  @Option(
      names = "--interval-floor",
      paramLabel = "DURATION",
      defaultValue = "10s",
      converter = DurationConverter.class,
      description = "As the controller's.")
  Duration intervalFloor;

  @Option(names = "--no-cross-namespace-refs", description = "As the controller's.")
  boolean noCrossNamespaceRefs;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "For scripts.")
  @Nullable Format format;

  @Spec CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets what is left out here
  CheckCommand() {}

  private record Outcome(List<Verdict> verdicts, List<String> unread) {}

  @Override
  public Integer call() throws IOException {
    try {
      Outcome outcome = files.isEmpty() ? ofCluster() : ofFiles();
      print(outcome);
      return outcome.verdicts().stream().anyMatch(v -> v.grade() == Grade.REFUSED) ? 1 : 0;
    } catch (UserError | UnknownMesh e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    } catch (ClusterFailure e) {
      spec.commandLine().getErr().println("sluice: " + Failures.oneLine(e));
      return NOBODY_ANSWERED;
    }
  }

  private Outcome ofCluster() {
    Mesh mesh = Meshes.named(meshProvider);
    try (OpenCluster open = where.open()) {
      Cluster cluster = Glance.at(open.client(), TIMEOUT_MILLIS, Map.of());
      List<Manifests.Found> canaries =
          cluster.list(Kind.CANARY, everywhere ? "" : open.namespace(), Map.of()).stream()
              .map(object -> new Manifests.Found(Json.tree(object), ""))
              .toList();
      return new Outcome(judged(canaries, cluster, mesh), List.of());
    }
  }

  private Outcome ofFiles() throws IOException {
    if (everywhere) {
      throw new UserError("-A is for the Canaries of the cluster; leave it out, or the files");
    }
    Mesh mesh = Meshes.named(meshProvider);
    ManifestFiles read = ManifestFiles.read(files);
    String namespace = where.namespace == null ? "default" : where.namespace;
    Manifests manifests = Manifests.read(read.files(), namespace);
    List<String> unread =
        Stream.concat(read.unread().stream(), manifests.unread().stream()).toList();
    if (manifests.canaries().isEmpty()) {
      complain(unread);
      throw new UserError(
          "there is no Canary (flagger.app) in %s"
              .formatted(files.stream().map(Path::toString).collect(Collectors.joining(", "))));
    }
    if (where.kubeconfig == null && where.context == null) {
      Cluster nowhere = Glance.nowhere(manifests.given());
      return new Outcome(judged(manifests.canaries(), nowhere, mesh), unread);
    }
    try (OpenCluster open = where.open()) {
      Cluster cluster = Glance.at(open.client(), TIMEOUT_MILLIS, manifests.given());
      return new Outcome(judged(manifests.canaries(), cluster, mesh), unread);
    }
  }

  private List<Verdict> judged(List<Manifests.Found> canaries, Cluster cluster, Mesh mesh) {
    Settings usual = Settings.DEFAULT;
    var preflight =
        new Preflight(
            cluster,
            new Settings(
                usual.settle(),
                usual.quiet(),
                intervalFloor,
                usual.seesAllRoutes(),
                usual.scrape()),
            mesh,
            metricsServer.toString(),
            new Reach("", !noCrossNamespaceRefs),
            InstantSource.system());
    return canaries.stream()
        .map(preflight::of)
        .sorted(Comparator.comparing(Verdict::canary).thenComparing(Verdict::at))
        .toList();
  }

  private void print(Outcome outcome) throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    if (format == Format.JSON) {
      out.println(
          new ObjectMapper()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .writeValueAsString(json(outcome)));
    } else {
      lines(outcome.verdicts()).forEach(line -> out.println(printable(line)));
    }
    out.flush();
    complain(outcome.unread());
  }

  private void complain(List<String> unread) {
    PrintWriter err = spec.commandLine().getErr();
    unread.forEach(why -> err.println("sluice: not read: " + printable(why)));
    err.flush();
  }

  private static List<String> lines(List<Verdict> verdicts) {
    var lines = new ArrayList<String>();
    for (Verdict verdict : verdicts) {
      String at = verdict.at().isEmpty() ? "" : " (%s)".formatted(verdict.at());
      lines.add("%s%s: %s".formatted(verdict.canary(), at, verdict.grade().words()));
      verdict.refused().forEach(problem -> lines.add("  refused  " + problem));
      verdict.warnings().forEach(problem -> lines.add("  warning  " + problem));
    }
    lines.add(
        "%d %s: %s"
            .formatted(
                verdicts.size(),
                verdicts.size() == 1 ? "Canary" : "Canaries",
                Stream.of(Grade.values())
                    .map(grade -> count(verdicts, grade) + " " + grade.words())
                    .collect(Collectors.joining(", "))));
    return lines;
  }

  private static ObjectNode json(Outcome outcome) {
    ObjectNode root = Json.MAPPER.createObjectNode();
    ArrayNode canaries = root.putArray("canaries");
    for (Verdict verdict : outcome.verdicts()) {
      ObjectNode canary = canaries.addObject();
      canary.put("canary", verdict.canary());
      if (!verdict.at().isEmpty()) {
        canary.put("at", verdict.at());
      }
      canary.put("verdict", verdict.grade().name().toLowerCase(Locale.ROOT));
      problems(canary.putArray("refused"), verdict.refused());
      problems(canary.putArray("warnings"), verdict.warnings());
    }
    outcome.unread().forEach(root.putArray("notRead")::add);
    for (Grade grade : Grade.values()) {
      root.put(grade.name().toLowerCase(Locale.ROOT), count(outcome.verdicts(), grade));
    }
    return root;
  }

  private static void problems(ArrayNode array, List<Problem> problems) {
    problems.forEach(p -> array.addObject().put("field", p.field()).put("why", p.why()));
  }

  private static long count(List<Verdict> verdicts, Grade grade) {
    return verdicts.stream().filter(verdict -> verdict.grade() == grade).count();
  }

  /// What stands in a file must not steer a terminal.
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ");
  }
}
