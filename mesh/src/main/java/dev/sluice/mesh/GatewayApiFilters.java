package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.sluice.crds.CanaryService;
import dev.sluice.crds.GoDuration;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.BackendObjectReference;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPCORSFilter;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPHeader;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPHeaderFilter;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPPathModifier;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRequestMirrorFilter;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteFilter;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPURLRewriteFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a rule of an HTTPRoute changes on the way. Kinds of filters that a Canary cannot ask for
/// stay as somebody else put them.
final class GatewayApiFilters {
  static final String REPLACE_PREFIX = "ReplacePrefixMatch";
  private static final String REQUEST_HEADERS = "RequestHeaderModifier";
  private static final String RESPONSE_HEADERS = "ResponseHeaderModifier";
  private static final String REWRITE = "URLRewrite";
  private static final String MIRROR = "RequestMirror";
  private static final String CORS = "CORS";

  /// A redirect would exclude the backends.
  private static final Set<String> OURS =
      Set.of(REQUEST_HEADERS, RESPONSE_HEADERS, REWRITE, MIRROR, CORS, "RequestRedirect");

  /// The API server's own default, in seconds, written out.
  private static final int CORS_AGE = 5;

  private GatewayApiFilters() {}

  /// @param live as they are
  static List<HTTPRouteFilter> of(CanaryService service, List<HTTPRouteFilter> live) {
    List<HTTPRouteFilter> filters = new ArrayList<>();
    JsonNode headers = orMissing(service.headers());
    if (!headers.path("request").isEmpty()) {
      HTTPRouteFilter filter = filter(REQUEST_HEADERS);
      filter.setRequestHeaderModifier(headers(headers.path("request")));
      filters.add(filter);
    }
    if (!headers.path("response").isEmpty()) {
      HTTPRouteFilter filter = filter(RESPONSE_HEADERS);
      filter.setResponseHeaderModifier(headers(headers.path("response")));
      filters.add(filter);
    }
    CanaryService.Rewrite rewrite = service.rewrite();
    if (rewrite != null && (rewrite.uri() != null || rewrite.authority() != null)) {
      HTTPRouteFilter filter = filter(REWRITE);
      filter.setUrlRewrite(rewrite(rewrite));
      filters.add(filter);
    }
    service.mirror().stream()
        .map(CanaryService.Mirror::backendRef)
        .filter(java.util.Objects::nonNull)
        .forEach(backend -> filters.add(mirror(backend)));
    if (service.corsPolicy() != null) {
      HTTPRouteFilter filter = filter(CORS);
      filter.setCors(cors(service.corsPolicy()));
      filters.add(filter);
    }
    live.stream().filter(filter -> !OURS.contains(filter.getType())).forEach(filters::add);
    return filters;
  }

  /// Copies of requests.
  static HTTPRouteFilter mirror(String service, int port, Percent share) {
    HTTPRequestMirrorFilter mirror = new HTTPRequestMirrorFilter();
    BackendObjectReference backend = new BackendObjectReference();
    backend.setGroup("");
    backend.setKind("Service");
    backend.setName(service);
    backend.setPort(port);
    mirror.setBackendRef(backend);
    mirror.setPercent(share.equals(Percent.ALL) ? null : share.value());
    HTTPRouteFilter filter = filter(MIRROR);
    filter.setRequestMirror(mirror);
    return filter;
  }

  private static HTTPRouteFilter mirror(CanaryService.BackendRef asked) {
    BackendObjectReference backend = new BackendObjectReference();
    backend.setGroup(asked.group() == null ? "" : asked.group());
    backend.setKind(asked.kind() == null ? "Service" : asked.kind());
    backend.setNamespace(asked.namespace());
    backend.setName(asked.name());
    backend.setPort(asked.port());
    HTTPRequestMirrorFilter mirror = new HTTPRequestMirrorFilter();
    mirror.setBackendRef(backend);
    HTTPRouteFilter filter = filter(MIRROR);
    filter.setRequestMirror(mirror);
    return filter;
  }

  /// Answers of this backend alone carry another header.
  static void answering(HTTPBackendRef backend, String name, String value) {
    HTTPHeaderFilter headers = new HTTPHeaderFilter();
    headers.setAdd(List.of(header(name, value)));
    HTTPRouteFilter filter = filter(RESPONSE_HEADERS);
    filter.setResponseHeaderModifier(headers);
    List<HTTPRouteFilter> filters = new ArrayList<>(List.of(filter));
    filters.addAll(MeshObjects.list(backend.getFilters()));
    backend.setFilters(filters);
  }

  /// Takes back [#answering].
  static void answerAsBefore(HTTPBackendRef backend) {
    List<HTTPRouteFilter> filters = new ArrayList<>(MeshObjects.list(backend.getFilters()));
    filters.removeIf(filter -> RESPONSE_HEADERS.equals(filter.getType()));
    backend.setFilters(filters);
  }

  private static HTTPRouteFilter filter(String type) {
    HTTPRouteFilter filter = new HTTPRouteFilter();
    filter.setType(type);
    return filter;
  }

  private static HTTPHeaderFilter headers(JsonNode asked) {
    HTTPHeaderFilter headers = new HTTPHeaderFilter();
    headers.setAdd(headerList(asked.path("add")));
    headers.setSet(headerList(asked.path("set")));
    headers.setRemove(texts(asked.path("remove")));
    return headers;
  }

  private static List<HTTPHeader> headerList(JsonNode asked) {
    Map<String, String> sorted = new TreeMap<>();
    asked.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue().asText()));
    return sorted.entrySet().stream()
        .map(entry -> header(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static HTTPHeader header(String name, String value) {
    HTTPHeader header = new HTTPHeader();
    header.setName(name);
    header.setValue(value);
    return header;
  }

  private static HTTPURLRewriteFilter rewrite(CanaryService.Rewrite asked) {
    HTTPURLRewriteFilter rewrite = new HTTPURLRewriteFilter();
    rewrite.setHostname(asked.authority());
    if (asked.uri() != null) {
      HTTPPathModifier path = new HTTPPathModifier();
      if (REPLACE_PREFIX.equals(asked.type())) {
        path.setType(REPLACE_PREFIX);
        path.setReplacePrefixMatch(asked.uri());
      } else {
        path.setType("ReplaceFullPath");
        path.setReplaceFullPath(asked.uri());
      }
      rewrite.setPath(path);
    }
    return rewrite;
  }

  private static HTTPCORSFilter cors(JsonNode asked) {
    HTTPCORSFilter cors = new HTTPCORSFilter();
    List<String> origins = new ArrayList<>(texts(asked.path("allowOrigin")));
    asked.path("allowOrigins").forEach(origin -> origins.add(origin.path("exact").asText()));
    cors.setAllowOrigins(origins);
    cors.setAllowMethods(texts(asked.path("allowMethods")));
    cors.setAllowHeaders(texts(asked.path("allowHeaders")));
    cors.setExposeHeaders(texts(asked.path("exposeHeaders")));
    cors.setAllowCredentials(
        asked.hasNonNull("allowCredentials") ? asked.path("allowCredentials").asBoolean() : null);
    cors.setMaxAge(
        asked.hasNonNull("maxAge")
            ? (int) GoDuration.parse(asked.path("maxAge").asText()).toSeconds()
            : CORS_AGE);
    return cors;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static JsonNode orMissing(@Nullable JsonNode json) {
    return json == null ? MissingNode.getInstance() : json;
  }
}
