package dev.sluice.controller.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.PolicyReader;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.crds.AlertProvider;
import dev.sluice.crds.Canary;
import dev.sluice.crds.GitSync;
import dev.sluice.crds.MetricTemplate;
import dev.sluice.mesh.Meshes;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import dev.sluice.playground.scenario.BadScenario;
import dev.sluice.playground.scenario.ScenarioReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What readers copy from the pages works: every YAML block is taken by the API server, every field
/// known, and every Canary in it can be run. A block without a kind is a piece of a Canary; one of
/// another file begins with that file's name in a comment, as in `# values.yaml`.
class DocumentedYamlTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Pattern BLOCK =
      Pattern.compile("(?m)^```ya?ml *\n(.*?)^``` *$", Pattern.DOTALL);
  private static final Pattern OF_ANOTHER_FILE = Pattern.compile("# \\S+\\.ya?ml\\b");
  private static final KubernetesApi API =
      new KubernetesApi(() -> Instant.EPOCH, new Random(1), Users.EVERYBODY);
  private static final Map<String, String> OURS =
      Map.of(
          "Canary", "canaries",
          "MetricTemplate", "metrictemplates",
          "AlertProvider", "alertproviders",
          "GitSync", "gitsyncs");

  private static final String WHOLE =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: myapp, namespace: default}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
        service: {port: 80}
        analysis: {interval: 1m, threshold: 5, maxWeight: 50, stepWeight: 10}
      """;

  /// @param page and the number of the block in it
  record Block(String page, String yaml) {
    @Override
    public String toString() {
      return page;
    }
  }

  @BeforeAll
  static void install() throws IOException {
    for (Path file : files(ROOT.resolve("deploy/crds"), ".yaml")) {
      JsonNode definition = YAML.readTree(Files.readString(file));
      Answer answer =
          post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition, Map.of());
      assertThat(answer.status()).isEqualTo(201);
    }
  }

  static List<Block> blocks() throws IOException {
    List<Block> blocks = new ArrayList<>();
    List<Path> pages = new ArrayList<>(files(ROOT.resolve("docs"), ".md"));
    pages.add(ROOT.resolve("README.md"));
    for (Path page : pages) {
      List<String> found =
          BLOCK.matcher(Files.readString(page)).results().map(r -> r.group(1)).toList();
      for (int i = 0; i < found.size(); i++) {
        blocks.add(new Block(ROOT.relativize(page) + " block " + (i + 1), found.get(i)));
      }
    }
    for (Path example : files(ROOT.resolve("docs/examples"), ".yaml")) {
      blocks.add(new Block(ROOT.relativize(example).toString(), Files.readString(example)));
    }
    return blocks;
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void everyBlockWorks(Block block, @TempDir Path folder) throws IOException, BadScenario {
    try (MappingIterator<JsonNode> documents =
        YAML.readerFor(JsonNode.class).readValues(block.yaml())) {
      while (documents.hasNext()) {
        JsonNode document = documents.next();
        if (document.has("steps")) {
          Path file = Files.writeString(folder.resolve("scenario.yaml"), block.yaml());
          assertThat(ScenarioReader.read(file)).isNotNull();
        } else if (!OF_ANOTHER_FILE.matcher(block.yaml()).lookingAt()) {
          check(document.has("kind") ? document : canaryWith(document));
        }
      }
    }
  }

  private static void check(JsonNode object) throws IOException {
    String kind = object.path("kind").asText();
    assertThat(object.path("apiVersion").asText()).isNotEmpty();
    assertThat(object.at("/metadata/name").asText()).isNotEmpty();
    if (!OURS.containsKey(kind)) {
      return;
    }
    ObjectNode there = object.deepCopy();
    ((ObjectNode) there.path("metadata")).put("namespace", "default");
    Answer answer =
        post(
            "/apis/%s/namespaces/default/%s"
                .formatted(object.path("apiVersion").asText(), OURS.get(kind)),
            there,
            Map.of("fieldValidation", List.of("Strict"), "dryRun", List.of("All")));
    assertThat(answer.status())
        .as(new String(answer.body(), StandardCharsets.UTF_8))
        .isEqualTo(201);
    switch (kind) {
      case "Canary" ->
          assertThat(
                  PolicyReader.read(
                      Canary.read(there).spec(), Settings.DEFAULT, Meshes.named("istio")))
              .isInstanceOf(Plan.Valid.class);
      case "MetricTemplate" ->
          assertThat(MetricTemplate.read(there).spec())
              .matches(spec -> spec.query() != null || spec.comparison() != null);
      case "AlertProvider" -> assertThat(AlertProvider.read(there).spec().type()).isNotBlank();
      case "GitSync" -> assertThat(GitSync.read(there).spec().url()).isNotBlank();
      default -> throw new IllegalStateException(kind);
    }
  }

  /// A key is looked for from the outside in; what the schema does not know is refused later. A
  /// piece that says how users meet the revision says it alone.
  private static final List<String> STRATEGIES =
      List.of("stepWeight", "stepWeights", "steps", "maxWeight", "iterations");

  private static JsonNode canaryWith(JsonNode piece) throws IOException {
    ObjectNode canary = (ObjectNode) YAML.readTree(WHOLE);
    ObjectNode spec = (ObjectNode) canary.path("spec");
    if (STRATEGIES.stream().anyMatch(piece.path("analysis")::has)) {
      ((ObjectNode) spec.path("analysis")).remove(STRATEGIES);
    }
    piece
        .properties()
        .forEach(entry -> {
          String key = entry.getKey();
          ObjectNode around =
              canary.has(key) ? canary : spec.has(key) ? spec : (ObjectNode) spec.path("analysis");
          Pieces.merge(around, YAML.createObjectNode().set(key, entry.getValue()));
        });
    return canary;
  }

  private static Answer post(String path, JsonNode body, Map<String, List<String>> query) {
    return API.handle(
        new Call(
            "POST",
            path,
            query,
            Map.of("accept", "application/json", "content-type", "application/json"),
            body.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private static List<Path> files(Path folder, String ending) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
