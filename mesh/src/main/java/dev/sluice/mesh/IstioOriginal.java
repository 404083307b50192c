package dev.sluice.mesh;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.crds.Canary;
import io.fabric8.istio.api.networking.v1.VirtualService;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What somebody's VirtualService said before it was taken over, kept on the object itself so that
/// it can be given back after any restart, and by Flagger as well.
final class IstioOriginal {
  /// The `spec` as JSON; Flagger's key.
  static final String ANNOTATION = "flagger.kubernetes.io/original-configuration";

  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  /// All annotations of an object together may have 256 KiB. A specification that is longer than
  /// this is not kept; giving back then only leads the rules to the apex.
  static final int LONGEST = 64 * 1024;

  private IstioOriginal() {}

  static void record(VirtualService service, ObjectMapper json) {
    Map<String, String> annotations = annotations(service);
    annotations.remove(ANNOTATION);
    String spec = json.valueToTree(service.getSpec()).toString();
    if (service.getSpec() != null && spec.getBytes(StandardCharsets.UTF_8).length <= LONGEST) {
      annotations.put(ANNOTATION, spec);
    }
    service.getMetadata().setAnnotations(annotations);
  }

  /// Hosts, gateways and rules as they were. What was not driven by the Canary keeps what it says
  /// today.
  static void restore(Canary app, VirtualService service, ObjectMapper json) {
    boolean tcp = IstioTcp.is(app.spec().service());
    String driven = tcp ? "tcp" : "http";
    Map<String, String> annotations = annotations(service);
    Optional<io.fabric8.istio.api.api.networking.v1alpha3.VirtualService> original =
        parse(annotations.get(ANNOTATION), json)
            .or(() -> parse(annotations.get(LAST_APPLIED), json).map(object -> object.path("spec")))
            .filter(spec -> spec.path(driven).isArray() && !namesSides(app, spec))
            .flatMap(spec -> read(spec, json));
    original.ifPresent(spec -> {
      service.getSpec().setHosts(spec.getHosts());
      service.getSpec().setGateways(spec.getGateways());
      if (tcp) {
        service.getSpec().setTcp(spec.getTcp());
      } else {
        service.getSpec().setHttp(spec.getHttp());
      }
    });
    annotations.remove(ANNOTATION);
    service.getMetadata().setAnnotations(annotations);
  }

  private static boolean namesSides(Canary app, JsonNode spec) {
    return Stream.of("http", "tcp")
        .flatMap(rules -> spec.path(rules).findValuesAsText("host").stream())
        .anyMatch(
            host -> host.equals(app.primaryServiceName()) || host.equals(app.canaryServiceName()));
  }

  private static Optional<JsonNode> parse(
      @org.jspecify.annotations.Nullable String text, ObjectMapper json) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(json.readTree(text));
    } catch (JsonProcessingException e) {
      // Anybody may write annotations; what cannot be read was not there.
      return Optional.empty();
    }
  }

  private static Optional<io.fabric8.istio.api.api.networking.v1alpha3.VirtualService> read(
      JsonNode spec, ObjectMapper json) {
    try {
      return Optional.of(
          json.convertValue(
              spec, io.fabric8.istio.api.api.networking.v1alpha3.VirtualService.class));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @SuppressWarnings("ConstantValue") // the client's model has null for an absent map
  private static Map<String, String> annotations(VirtualService service) {
    Map<String, String> annotations = service.getMetadata().getAnnotations();
    return annotations == null ? new TreeMap<>() : new TreeMap<>(annotations);
  }
}
