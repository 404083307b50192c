package dev.sluice.controller.target;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.controller.routing.Making;
import dev.sluice.controller.routing.ServicePorts;
import dev.sluice.controller.routing.Services;
import dev.sluice.crds.Canary;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the real Flagger left in a cluster is what our rules would have made: a team that swaps the
/// controller sees no pod restart and no Service change.
class FlaggerObjectsTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final List<String> LABELS = List.of("app", "name", "app.kubernetes.io/name");

  @ParameterizedTest
  @ValueSource(strings = {"myapp", "ab", "bluegreen", "affinity", "scaled"})
  void flaggersPrimaryRunsWhatOurRulesCopy(String name) throws IOException {
    List<ObjectNode> objects = recorded(name);
    ObjectNode target = find(objects, "Deployment", name);
    ObjectNode primary = find(objects, "Deployment", name + "-primary");

    PrimaryCopy copy = copy(target);

    assertThat(copy.matches(template(target), template(primary))).isTrue();
    assertThat(
            copy.create(
                    new Deployments(),
                    target,
                    primary.path("spec").path("replicas").asInt(),
                    List.of())
                .path("spec"))
        .isEqualTo(without(primary, "flagger-id").path("spec"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"myapp", "ab", "bluegreen", "affinity", "scaled"})
  void anotherImageIsAnotherPrimary(String name) throws IOException {
    List<ObjectNode> objects = recorded(name);
    ObjectNode target = find(objects, "Deployment", name);
    ObjectNode primary = find(objects, "Deployment", name + "-primary");
    ((ObjectNode) target.at("/spec/template/spec/containers/0")).put("image", "other:2");

    assertThat(copy(target).matches(template(target), template(primary))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"myapp", "ab", "bluegreen", "affinity", "scaled"})
  void flaggersServicesNeedNoChange(String name) throws IOException {
    List<ObjectNode> objects = recorded(name);
    Canary canary = Canary.read(named(find(objects, "Canary", name)));
    ObjectNode target = find(objects, "Deployment", name);
    Making making =
        new Making(
            copy(target),
            ServicePorts.of(canary.spec().service(), target, MissingNode.getInstance()));

    for (Services.Role role : Services.Role.values()) {
      ObjectNode live = find(objects, "Service", Services.name(canary, role));
      assertThat(Services.satisfied(canary, Services.wanted(canary, role, making), live))
          .as("%s Service", role)
          .isTrue();
    }
  }

  private static PrimaryCopy copy(ObjectNode target) {
    Map.Entry<String, String> label = PrimaryCopy.selectorLabel(target, LABELS).orElseThrow();
    Map<ConfigRefs.Ref, String> configs = new TreeMap<>();
    ConfigRefs.optionalByRef(template(target))
        .keySet()
        .forEach(ref -> configs.put(ref, ref.name() + "-primary"));
    return new PrimaryCopy(
        target.path("metadata").path("name").asText(), label.getKey(), label.getValue(), configs);
  }

  private static JsonNode template(ObjectNode deployment) {
    return deployment.path("spec").path("template");
  }

  private static ObjectNode without(ObjectNode deployment, String annotation) {
    ObjectNode copy = deployment.deepCopy();
    ObjectNode meta = (ObjectNode) copy.at("/spec/template/metadata");
    if (meta.path("annotations") instanceof ObjectNode annotations) {
      annotations.remove(annotation);
      if (annotations.isEmpty()) {
        meta.remove("annotations");
      }
    }
    return copy;
  }

  /// The recordings leave the namespace out.
  private static ObjectNode named(ObjectNode object) {
    ((ObjectNode) object.path("metadata")).put("namespace", "production");
    object.remove("status");
    return object;
  }

  private static ObjectNode find(List<ObjectNode> objects, String kind, String name) {
    return objects.stream()
        .filter(o -> o.path("kind").asText().equals(kind))
        .filter(o -> o.path("metadata").path("name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
  }

  private static List<ObjectNode> recorded(String name) throws IOException {
    List<ObjectNode> objects = new ArrayList<>();
    try (InputStream file =
        Objects.requireNonNull(
            FlaggerObjectsTest.class.getResourceAsStream(
                "/flagger/" + name + "-initialized.yaml"))) {
      YAML.readerFor(ObjectNode.class).<ObjectNode>readValues(file).forEachRemaining(objects::add);
    }
    return objects;
  }
}
