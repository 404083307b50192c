package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// The rules of kinds that say what is allowed and what leads where: disruption budgets, roles,
/// network policies, ingresses, slices, claims.
final class PolicyRules {
  private static final List<String> ACCESS_MODES =
      List.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");
  private static final String PERCENT =
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or"
          + " '93%', regex used for validation is '[0-9]+%')";

  private PolicyRules() {}

  static void whole(String type, JsonNode object, String path, List<Cause> causes) {
    switch (type) {
      case "policy.PodDisruptionBudgetSpec" -> budget(object, path, causes);
      case "rbac.PolicyRule" -> role(object, path, causes);
      case "networking.NetworkPolicySpec" -> policyTypes(object, path, causes);
      case "networking.IngressSpec" -> {
        if (object.path("rules").isEmpty() && !object.path("defaultBackend").isObject())
          causes.add(
              Cause.invalid(
                  path,
                  "[]networking.IngressRule(nil)",
                  "either `defaultBackend` or `rules` must be specified"));
      }
      case "discovery.EndpointSlice" -> addresses(object, causes);
      case "core.PersistentVolumeClaimSpec" -> claim(object, path, causes);
      default -> {}
    }
  }

  private static void budget(JsonNode spec, String path, List<Cause> causes) {
    if (spec.hasNonNull("minAvailable") && spec.hasNonNull("maxUnavailable"))
      causes.add(
          Cause.invalid(
              path,
              "policy.PodDisruptionBudgetSpec{MinAvailable:(*intstr.IntOrString)(0xc000000000),"
                  + " Selector:(*v1.LabelSelector)("
                  + (spec.hasNonNull("selector") ? "0xc000000000" : "nil")
                  + "), MaxUnavailable:(*intstr.IntOrString)(0xc000000000),"
                  + " UnhealthyPodEvictionPolicy:(*policy.UnhealthyPodEvictionPolicyType)(nil)}",
              "minAvailable and maxUnavailable cannot be both set"));
    for (String field : List.of("minAvailable", "maxUnavailable"))
      share(spec.path(field), path + "." + field, causes);
  }

  private static void share(JsonNode value, String path, List<Cause> causes) {
    if (value.isNumber() && value.asLong() < 0)
      causes.add(Cause.invalid(path, value.toString(), "must be greater than or equal to 0"));
    if (!value.isTextual()) return;
    String shown = "intstr.IntOrString{Type:1, IntVal:0, StrVal:" + Shown.value(value) + "}";
    if (!value.textValue().matches("[0-9]+%")) causes.add(Cause.invalid(path, shown, PERCENT));
    else if (value.textValue().length() > 4
        || Integer.parseInt(value.textValue().replace("%", "")) > 100)
      causes.add(Cause.invalid(path, shown, "must not be greater than 100%"));
  }

  private static void role(JsonNode rule, String path, List<Cause> causes) {
    if (rule.path("verbs").isEmpty())
      causes.add(Cause.required(path + ".verbs", "verbs must contain at least one value"));
    if (!rule.path("nonResourceURLs").isEmpty()) return;
    if (rule.path("apiGroups").isEmpty())
      causes.add(
          Cause.required(path + ".apiGroups", "resource rules must supply at least one api group"));
    if (rule.path("resources").isEmpty())
      causes.add(
          Cause.required(path + ".resources", "resource rules must supply at least one resource"));
  }

  private static void policyTypes(JsonNode spec, String path, List<Cause> causes) {
    int i = 0;
    var known = List.of("Ingress", "Egress");
    for (JsonNode type : spec.path("policyTypes")) {
      if (!known.contains(type.asText()))
        causes.add(Cause.unsupported(path + ".policyTypes[" + i + "]", Shown.value(type), known));
      i++;
    }
  }

  private static void addresses(JsonNode slice, List<Cause> causes) {
    if (slice.path("addressType").asText().equals("FQDN")) return;
    int i = 0;
    for (JsonNode endpoint : slice.path("endpoints")) {
      int a = 0;
      for (JsonNode address : endpoint.path("addresses")) {
        String text = address.asText();
        if (!Formats.fits("ipv4", text) && !Formats.fits("ipv6", text))
          causes.add(
              Cause.invalid(
                  "endpoints[" + i + "].addresses[" + a + "]",
                  Shown.quoted(text),
                  "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
        a++;
      }
      i++;
    }
  }

  private static void claim(JsonNode spec, String path, List<Cause> causes) {
    if (spec.path("accessModes").isEmpty())
      causes.add(Cause.required(path + ".accessModes", "at least 1 access mode is required"));
    for (JsonNode mode : spec.path("accessModes"))
      if (!ACCESS_MODES.contains(mode.asText()))
        causes.add(Cause.unsupported(path + ".accessModes", Shown.value(mode), ACCESS_MODES));
    if (spec.at("/resources/requests/storage").isMissingNode())
      causes.add(Cause.required(path + ".resources[storage]", ""));
  }
}
