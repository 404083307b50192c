package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.playground.store.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A built-in kind is a row in a file: with the row it is served, listed and shown.
class KindsAreDataTest {

  private static final String CLASSES = "/apis/node.k8s.io/v1/runtimeclasses";
  private final KubernetesApi api =
      new KubernetesApi(
          InstantSource.fixed(Calls.NOW),
          new Random(1),
          Users.EVERYBODY,
          new Storage(1000, 100),
          Pace.AT_ONCE,
          withOneMore());

  private static Kinds withOneMore() {
    var file = Path.of("src/test/resources/dev/sluice/playground/api/more-kinds.yaml");
    try (var in = Files.newInputStream(file)) {
      return Kinds.builtIn().and(in);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Calls.Reply send(String method, String path, String yaml, String accept) {
    var body = yaml.isEmpty() ? "" : Calls.json(yaml);
    var type = method.equals("PATCH") ? "application/merge-patch+json" : "application/json";
    return new Calls.Reply(
        api.handle(Calls.call(method, path, body, Map.of("content-type", type, "accept", accept))));
  }

  private Calls.Reply send(String method, String path, String yaml) {
    return send(method, path, yaml, "application/json");
  }

  @Test
  void aRowIsAllThatANewKindNeeds() {
    assertThat(send("POST", CLASSES, "{metadata: {name: fast}, handler: quick}").status())
        .isEqualTo(201);
    assertThat(send("PATCH", CLASSES + "/fast", "{handler: quicker}").at("/handler").asText())
        .isEqualTo("quicker");
    var table = send("GET", CLASSES, "", "application/json;as=Table;v=v1;g=meta.k8s.io");
    assertThat(table.at("/rows/0/cells").toString()).isEqualTo("[\"fast\",\"quicker\",\"0s\"]");
    assertThat(send("GET", "/apis/node.k8s.io/v1", "").at("/resources/0/kind").asText())
        .isEqualTo("RuntimeClass");
    assertThat(send("DELETE", CLASSES + "/fast", "").at("/status").asText()).isEqualTo("Success");
    assertThat(send("GET", CLASSES + "/fast", "").at("/message").asText())
        .isEqualTo("runtimeclasses.node.k8s.io \"fast\" not found");
  }
}
