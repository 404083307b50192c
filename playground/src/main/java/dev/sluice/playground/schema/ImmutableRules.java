package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/// What may not change once it is set, in built-in kinds.
final class ImmutableRules {
  private ImmutableRules() {}

  static List<Cause> check(String type, ObjectNode now, ObjectNode before) {
    var causes = new ArrayList<Cause>();
    switch (type) {
      case "core.Secret", "core.ConfigMap" -> data(type, now, before, causes);
      case "core.Service" -> service(now.path("spec"), before.path("spec"), causes);
      case "apps.Deployment", "apps.ReplicaSet", "apps.DaemonSet", "batch.Job" -> {
        JsonNode selector = now.path("spec").path("selector");
        if (!selector.equals(before.path("spec").path("selector")))
          causes.add(
              Cause.invalid("spec.selector", Selectors.shown(selector), "field is immutable"));
      }
      case "rbac.RoleBinding", "rbac.ClusterRoleBinding" -> {
        JsonNode role = now.path("roleRef");
        if (!role.equals(before.path("roleRef")))
          causes.add(
              Cause.invalid(
                  "roleRef",
                  "rbac.RoleRef{APIGroup:%s, Kind:%s, Name:%s}"
                      .formatted(
                          Shown.quoted(role.path("apiGroup").asText("")),
                          Shown.quoted(role.path("kind").asText("")),
                          Shown.quoted(role.path("name").asText(""))),
                  "cannot change roleRef"));
      }
      case "apps.StatefulSet" -> RunRules.statefulSet(now, before, causes);
      case "discovery.EndpointSlice" -> {
        if (!now.path("addressType").equals(before.path("addressType")))
          causes.add(
              Cause.invalid(
                  "addressType", Shown.value(now.path("addressType")), "field is immutable"));
      }
      case "scheduling.PriorityClass" -> {
        if (!now.path("value").equals(before.path("value")))
          causes.add(Cause.forbidden("value", "may not be changed in an update."));
      }
      default -> {}
    }
    return causes;
  }

  private static void data(String type, ObjectNode now, ObjectNode before, List<Cause> causes) {
    if (type.equals("core.Secret") && !now.path("type").equals(before.path("type")))
      causes.add(Cause.invalid("type", Shown.value(now.path("type")), "field is immutable"));
    if (!before.path("immutable").asBoolean()) return;
    String why = "field is immutable when `immutable` is set";
    if (!now.path("immutable").asBoolean()) causes.add(Cause.forbidden("immutable", why));
    if (!now.path("data").equals(before.path("data"))) causes.add(Cause.forbidden("data", why));
    if (!now.path("binaryData").equals(before.path("binaryData")))
      causes.add(Cause.forbidden("binaryData", why));
  }

  private static void service(JsonNode now, JsonNode before, List<Cause> causes) {
    String address = now.path("clusterIP").asText("");
    String old = before.path("clusterIP").asText("");
    boolean named =
        List.of(now, before).stream()
            .anyMatch(s -> s.path("type").asText("").equals("ExternalName"));
    if (!named && !old.isEmpty() && !address.equals(old))
      causes.add(
          Cause.invalid(
              "spec.clusterIPs[0]",
              "[]string{" + Shown.quoted(address) + "}",
              "may not change once set"));
  }
}
