package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPHeaderMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPPathMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPQueryParamMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Conditions of a Canary in the words of the Gateway API. Defaults are written out, or the API
/// server would add them and the route never look settled.
final class GatewayApiMatches {
  static final String EXACT = "Exact";
  static final String REGEX = "RegularExpression";
  static final String PREFIX = "PathPrefix";

  private GatewayApiMatches() {}

  /// Every request where there are no conditions.
  static List<HTTPRouteMatch> of(List<JsonNode> conditions) {
    if (conditions.isEmpty()) {
      HTTPRouteMatch all = new HTTPRouteMatch();
      all.setPath(path("", PREFIX, "/"));
      return List.of(all);
    }
    return conditions.stream().map(GatewayApiMatches::match).toList();
  }

  private static HTTPRouteMatch match(JsonNode condition) {
    HTTPRouteMatch match = new HTTPRouteMatch();
    JsonNode uri = condition.path("uri");
    match.setPath(
        uri.hasNonNull("regex")
            ? path(uri.path("regex").asText(), REGEX, "/.*")
            : uri.hasNonNull("exact")
                ? path(uri.path("exact").asText(), EXACT, "/")
                : path(uri.path("prefix").asText(), PREFIX, "/"));
    if (condition.path("method").hasNonNull("exact")) {
      match.setMethod(condition.path("method").path("exact").asText());
    }
    List<HTTPHeaderMatch> headers = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : condition.path("headers").properties()) {
      HTTPHeaderMatch header = new HTTPHeaderMatch();
      header.setName(entry.getKey());
      header.setType(type(entry.getValue()));
      header.setValue(value(entry.getValue()));
      headers.add(header);
    }
    match.setHeaders(headers);
    List<HTTPQueryParamMatch> parameters = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : condition.path("queryParams").properties()) {
      HTTPQueryParamMatch parameter = new HTTPQueryParamMatch();
      parameter.setName(entry.getKey());
      parameter.setType(type(entry.getValue()));
      parameter.setValue(value(entry.getValue()));
      parameters.add(parameter);
    }
    match.setQueryParams(parameters);
    return match;
  }

  private static HTTPPathMatch path(String value, String type, String all) {
    HTTPPathMatch path = new HTTPPathMatch();
    path.setType(type);
    path.setValue(value.isEmpty() ? all : value);
    return path;
  }

  private static String type(JsonNode asked) {
    return asked.hasNonNull("exact") ? EXACT : REGEX;
  }

  /// The Gateway API knows equality and regular expressions; a prefix, and that there is a value at
  /// all, can be said by these.
  private static String value(JsonNode asked) {
    if (asked.hasNonNull("exact")) {
      return asked.path("exact").asText();
    }
    if (asked.hasNonNull("prefix")) {
      return Conditions.quoted(asked.path("prefix").asText()) + ".*";
    }
    return asked.hasNonNull("regex") ? asked.path("regex").asText() : ".*";
  }
}
