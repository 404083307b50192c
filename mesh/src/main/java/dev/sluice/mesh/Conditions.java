package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.crds.Canary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Conditions of an application's own rules: who calls it at all, and which of them get the canary.
final class Conditions {
  /// What `spec.analysis.match` has that `spec.service.match` may have, too: both must hold.
  private static final List<String> JOINED = List.of("headers", "queryParams", "sourceLabels");

  private static final Pattern META = Pattern.compile("[\\\\.+*?()|\\[\\]{}^$]");

  private Conditions() {}

  /// Of an A/B test: every one of `spec.analysis.match` under every one of `spec.service.match`.
  static List<JsonNode> ofCanary(Canary app) {
    List<JsonNode> all = new ArrayList<>();
    for (JsonNode given : app.spec().analysis().match()) {
      JsonNode who = withoutSuffixes(given);
      if (app.spec().service().match().isEmpty()) {
        all.add(who);
      }
      for (JsonNode where : app.spec().service().match()) {
        all.add(both(where, who));
      }
    }
    return all;
  }

  /// The conditions of `spec.service.match` and a cookie among those that the caller sent.
  static List<JsonNode> withCookie(Canary app, JsonNode cookie) {
    return app.spec().service().match().isEmpty()
        ? List.of(cookie)
        : app.spec().service().match().stream().map(where -> both(where, cookie)).toList();
  }

  /// No mesh has `suffix`; Istio drops it without a word, and would then take any value.
  private static JsonNode withoutSuffixes(JsonNode match) {
    JsonNode result = match.deepCopy();
    for (JsonNode condition : result.path("headers")) {
      if (condition instanceof ObjectNode object && object.hasNonNull("suffix")) {
        String suffix = object.remove("suffix").asText();
        object.put("regex", ".*" + quoted(suffix));
      }
    }
    return result;
  }

  /// As a part of a regular expression.
  static String quoted(String text) {
    return META.matcher(text).replaceAll("\\\\$0");
  }

  private static JsonNode both(JsonNode where, JsonNode who) {
    ObjectNode result = where.deepCopy();
    for (String part : JOINED) {
      if (!who.path(part).isEmpty()) {
        ObjectNode joined = result.withObjectProperty(part);
        who.get(part).properties().forEach(entry -> joined.set(entry.getKey(), entry.getValue()));
      }
    }
    return result;
  }

  /// What cannot be asked for at once: Envoy tests a header by one condition of a rule.
  static void problems(Canary app, Findings found) {
    List<JsonNode> match = app.spec().analysis().match();
    for (int i = 0; i < match.size(); i++) {
      for (JsonNode where : app.spec().service().match()) {
        for (String part : JOINED) {
          for (Map.Entry<String, JsonNode> entry : match.get(i).path(part).properties()) {
            JsonNode other = where.path(part).path(entry.getKey());
            if (!other.isMissingNode() && !other.equals(entry.getValue())) {
              found.add(
                  "spec.analysis.match[%d].%s.%s".formatted(i, part, entry.getKey()),
                  "spec.service.match asks for another value of it, and a rule can ask only once");
            }
          }
        }
      }
    }
  }
}
