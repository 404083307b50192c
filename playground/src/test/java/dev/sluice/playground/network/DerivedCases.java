package dev.sluice.playground.network;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Cases of our own in the form of the recordings, with what most of them share left out.
final class DerivedCases {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private static final String SHARED =
      """
      given:
        services:
        - {name: app, namespace: prod, ports: [{name: http, port: 80}], selector: {app: app-primary}}
        - {name: app-primary, namespace: prod, ports: [{name: http, port: 80}], selector: {app: app-primary}}
        - {name: app-canary, namespace: prod, ports: [{name: http, port: 80}], selector: {app: app}}
        workloads:
        - {name: app-primary, namespace: prod, labels: {app: app-primary}}
        - {name: app, namespace: prod, labels: {app: app}}
        istio: []
      where: {proxy: sidecar, namespace: prod, labels: {app: client}, port: 80}
      """;

  private DerivedCases() {}

  static Stream<IstioCase> all() {
    try (var documents =
        YAML.readerFor(ObjectNode.class)
            .<ObjectNode>readValues(Path.of("src/test/resources/istio/derived.yaml").toFile())) {
      return documents.readAll().stream().map(DerivedCases::whole);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static IstioCase whole(ObjectNode shortened) {
    try {
      var whole = (ObjectNode) YAML.readTree(SHARED);
      var given = (ObjectNode) whole.path("given");
      var istio = given.withArray("istio");
      if (shortened.has("http")) {
        var object = object("VirtualService", "app");
        object.withObject("spec").putArray("hosts").add("app");
        object.withObject("spec").set("http", shortened.path("http"));
        istio.add(object);
      }
      var number = 0;
      for (var rule : shortened.path("rules")) {
        istio.add(object("DestinationRule", "rule-" + ++number).set("spec", rule));
      }
      shortened.path("istio").forEach(istio::add);
      if (shortened.has("answers")) {
        ((ObjectNode) given.at("/workloads/1")).set("answers", shortened.path("answers"));
      }
      for (var part : new String[] {"services", "workloads"}) {
        if (shortened.has(part)) {
          given.set(part, shortened.path(part));
        }
      }
      for (var part :
          new String[] {"where", "exchanges", "translated", "admission", "skipAdmission"}) {
        if (shortened.has(part)) {
          whole.set(part, shortened.path(part));
        }
      }
      return new IstioCase(shortened.path("name").asText(), whole);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode object(String kind, String name) {
    var object = YAML.createObjectNode();
    object.put("apiVersion", "networking.istio.io/v1").put("kind", kind);
    object.withObject("metadata").put("name", name).put("namespace", "prod");
    return object;
  }
}
