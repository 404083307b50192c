package dev.sluice.playground.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Objects that are invalid or doubtful are answered as a cluster with Istio answers them: by what
/// the definitions check first, by Istio's webhook for the rest.
class RecordedValidationTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DENIED =
      "admission webhook \"validation.istio.io\" denied the request: configuration is invalid: ";

  record Recording(String name, JsonNode yaml) {
    @Override
    public String toString() {
      return name;
    }

    ObjectNode given() {
      return (ObjectNode) yaml.path("given");
    }
  }

  /// Of the folder that `-Dsluice.conformance.istio=DIR` names, or of the project's own copy. A
  /// folder without validation has nothing to say here.
  static Stream<Recording> recordings() {
    var given = System.getProperty("sluice.conformance.istio", "");
    var own = Path.of("src/test/resources/istio/validation");
    var folder = given.isEmpty() ? own : Path.of(given).resolve("validation");
    try (var files = Files.list(Files.isDirectory(folder) ? folder : own)) {
      return files.sorted().toList().stream()
          .map(f -> {
            try {
              var name = f.getFileName().toString().replace(".yaml", "");
              return new Recording(name, YAML.readTree(f.toFile()));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("recordings")
  void theWebhookSaysWhatIstioSaid(Recording recording) {
    var admission = recording.yaml.path("admission");
    if (admission.has("decode")) {
      // What cannot be decoded never reaches the webhook: the definition refuses it.
      assertThat(recording.yaml.at("/apiServer/outcome").asText()).isEqualTo("refused");
      return;
    }
    var review = new IstioAdmission().review(recording.given());

    assertThat(review.denial().map(d -> d.replace("configuration is invalid: ", "")).orElse(""))
        .isEqualTo(admission.path("error").asText(""));
    assertThat(asOne(review.warnings())).isEqualTo(admission.path("warning").asText(""));
  }

  /// As Istio joins several.
  private static String asOne(List<String> warnings) {
    return warnings.size() < 2
        ? String.join("", warnings)
        : warnings.size()
            + " errors occurred:\n"
            + String.join("", warnings.stream().map(w -> "\t* " + w + "\n").toList())
            + "\n";
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("recordings")
  void theServerAnswersAsAClusterWithIstioDoes(Recording recording) throws IOException {
    var answer = applied(recording.given());
    var status = JSON.readTree(answer.body());
    var byServer = recording.yaml.path("apiServer");
    var byWebhook = recording.yaml.path("admission");

    if (byServer.path("outcome").asText().equals("refused")) {
      assertThat(asKubectlSays(status)).isEqualTo(byServer.path("message").asText());
    } else if (byWebhook.has("error")) {
      assertThat(answer.status()).isEqualTo(400);
      assertThat(status.path("message").asText())
          .isEqualTo(DENIED + byWebhook.path("error").asText());
    } else {
      assertThat(answer.status()).as(() -> status.toString()).isEqualTo(201);
      assertThat(answer.headers().getOrDefault("Warning", "").isEmpty())
          .isEqualTo(!byWebhook.has("warning"));
    }
  }

  private static Answer applied(ObjectNode object) throws IOException {
    var server = new KubernetesApi(() -> Instant.EPOCH, new Random(1), Users.EVERYBODY);
    server.consult(new IstioAdmission());
    for (var definition : Manifests.istio()) {
      Manifests.create(server, definition);
    }
    var namespace = object.at("/metadata/namespace").asText();
    post(
        server,
        "/api/v1/namespaces",
        YAML.readTree(
            "{apiVersion: v1, kind: Namespace, metadata: {name: %s}}".formatted(namespace)));
    var plural = object.path("kind").asText().toLowerCase(Locale.ROOT) + "s";
    return post(
        server,
        "/apis/%s/namespaces/%s/%s"
            .formatted(object.path("apiVersion").asText(), namespace, plural),
        object);
  }

  private static Answer post(ApiServer server, String path, JsonNode body) throws IOException {
    return server.handle(
        new Call(
            "POST",
            path,
            Map.of("fieldValidation", List.of("Strict")),
            Map.of("content-type", "application/json", "accept", "application/json"),
            JSON.writeValueAsBytes(body)));
  }

  /// kubectl builds its sentence from the causes of a refusal.
  private static String asKubectlSays(JsonNode status) {
    var causes = status.at("/details/causes");
    if (!status.path("reason").asText().equals("Invalid")) {
      return status.path("message").asText();
    }
    var lines =
        Stream.iterate(0, i -> i < causes.size(), i -> i + 1)
            .map(causes::path)
            .map(c -> c.path("field").asText() + ": " + c.path("message").asText())
            .toList();
    return "The %s %s is invalid: "
            .formatted(
                status.at("/details/kind").asText(),
                "\"" + status.at("/details/name").asText() + "\"")
        + (lines.size() == 1
            ? lines.getFirst()
            : String.join("", lines.stream().map(l -> "\n* " + l).toList()));
  }
}
