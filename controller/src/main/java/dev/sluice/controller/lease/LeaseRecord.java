package dev.sluice.controller.lease;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/// What the spec of a Lease says.
///
/// @param holder empty when nobody holds it
/// @param duration zero when the Lease does not say
/// @param acquired empty when the Lease does not say; only for people to read
/// @param renewed by the holder's clock, which may be wrong: only ever compared with itself
/// @param transitions how often the holder changed
record LeaseRecord(
    String holder, Duration duration, String acquired, String renewed, int transitions) {
  static final LeaseRecord NONE = new LeaseRecord("", Duration.ZERO, "", "", 0);

  private static final ObjectMapper JSON = new ObjectMapper();

  /// The API server takes times of a Lease with exactly six digits of a second.
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  static LeaseRecord read(GenericKubernetesResource lease) {
    JsonNode spec = JSON.valueToTree(lease.getAdditionalProperties().get("spec"));
    return new LeaseRecord(
        spec.path("holderIdentity").asText(""),
        Duration.ofSeconds(Math.max(0, spec.path("leaseDurationSeconds").asInt())),
        spec.path("acquireTime").asText(""),
        spec.path("renewTime").asText(""),
        spec.path("leaseTransitions").asInt());
  }

  /// The next record of a new holder.
  LeaseRecord takenBy(String me, Duration lasting, Instant wall) {
    return new LeaseRecord(
        me, lasting, micros(wall), micros(wall), equals(NONE) ? 0 : transitions + 1);
  }

  LeaseRecord renewed(Duration lasting, Instant wall) {
    return new LeaseRecord(holder, lasting, acquired, micros(wall), transitions);
  }

  /// Nobody's, for the next one to take at once.
  LeaseRecord released(Instant wall) {
    return new LeaseRecord("", Duration.ofSeconds(1), acquired, micros(wall), transitions);
  }

  static String micros(Instant time) {
    return MICROS.format(time.truncatedTo(ChronoUnit.MICROS));
  }

  Map<String, Object> spec() {
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("holderIdentity", holder);
    spec.put("leaseDurationSeconds", Math.toIntExact(duration.toSeconds()));
    spec.put("acquireTime", acquired);
    spec.put("renewTime", renewed);
    spec.put("leaseTransitions", transitions);
    return spec;
  }

  /// A new Lease that says this.
  GenericKubernetesResource lease(ObjectRef ref) {
    GenericKubernetesResource lease = new GenericKubernetesResource();
    lease.setApiVersion(Kind.LEASE.apiVersion());
    lease.setKind(Kind.LEASE.kind());
    lease.setMetadata(
        new ObjectMetaBuilder().withName(ref.name()).withNamespace(ref.namespace()).build());
    lease.setAdditionalProperty("spec", spec());
    return lease;
  }

  /// The live Lease, changed to say this and nothing else.
  GenericKubernetesResource into(GenericKubernetesResource live) {
    GenericKubernetesResource lease = JSON.convertValue(live, GenericKubernetesResource.class);
    Map<String, Object> spec = new LinkedHashMap<>();
    if (live.getAdditionalProperties().get("spec") instanceof Map<?, ?> foreign) {
      foreign.forEach((key, value) -> spec.put(String.valueOf(key), value));
    }
    spec.putAll(spec());
    lease.setAdditionalProperty("spec", spec);
    return lease;
  }
}
