package dev.sluice.mesh;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.crds.Canary;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteSpec;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What somebody's HTTPRoute said before it was taken over, kept on the object itself so that it
/// can be given back after any restart.
final class GatewayApiOriginal {
  private GatewayApiOriginal() {}

  static void record(HTTPRoute route) {
    Map<String, String> annotations = MeshObjects.sorted(route.getMetadata().getAnnotations());
    annotations.remove(IstioOriginal.ANNOTATION);
    if (route.getSpec() != null) {
      String spec = MeshObjects.JSON.valueToTree(route.getSpec()).toString();
      if (spec.getBytes(StandardCharsets.UTF_8).length <= IstioOriginal.LONGEST) {
        annotations.put(IstioOriginal.ANNOTATION, spec);
      }
    }
    route.getMetadata().setAnnotations(annotations);
  }

  /// Parents, hosts and rules as they were. What was not driven by the Canary keeps what it says
  /// today.
  static void restore(Canary app, HTTPRoute route) {
    Map<String, String> annotations = MeshObjects.sorted(route.getMetadata().getAnnotations());
    read(annotations.remove(IstioOriginal.ANNOTATION))
        .filter(spec ->
            MeshObjects.list(spec.getRules()).stream()
                .noneMatch(rule -> GatewayApiReading.names(app, rule)))
        .ifPresent(spec -> {
          route.getSpec().setParentRefs(spec.getParentRefs());
          route.getSpec().setHostnames(spec.getHostnames());
          route.getSpec().setRules(spec.getRules());
        });
    route.getMetadata().setAnnotations(annotations);
  }

  private static Optional<HTTPRouteSpec> read(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(MeshObjects.JSON.readValue(text, HTTPRouteSpec.class));
    } catch (JsonProcessingException e) {
      // Anybody may write annotations; what cannot be read was not there.
      return Optional.empty();
    }
  }
}
