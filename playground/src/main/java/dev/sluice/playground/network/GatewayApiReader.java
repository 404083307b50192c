package dev.sluice.playground.network;

import static dev.sluice.playground.network.MeshReader.list;
import static dev.sluice.playground.network.MeshReader.texts;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import dev.sluice.playground.network.GatewayApi.Backend;
import dev.sluice.playground.network.GatewayApi.BackendRef;
import dev.sluice.playground.network.GatewayApi.Gateway;
import dev.sluice.playground.network.GatewayApi.GatewayClass;
import dev.sluice.playground.network.GatewayApi.Grant;
import dev.sluice.playground.network.GatewayApi.HttpRoute;
import dev.sluice.playground.network.GatewayApi.Listener;
import dev.sluice.playground.network.GatewayApi.MirrorRef;
import dev.sluice.playground.network.GatewayApi.Parent;
import dev.sluice.playground.network.GatewayApi.RouteRule;
import dev.sluice.playground.network.VirtualService.Changes;
import dev.sluice.playground.network.VirtualService.Cors;
import dev.sluice.playground.network.VirtualService.Edits;
import dev.sluice.playground.network.VirtualService.Match;
import dev.sluice.playground.network.VirtualService.Redirect;
import dev.sluice.playground.network.VirtualService.Retries;
import dev.sluice.playground.network.VirtualService.Rewrite;
import dev.sluice.playground.network.VirtualService.Rule;
import dev.sluice.playground.network.VirtualService.TextMatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads the JSON of the Gateway API's objects, defaults included.
final class GatewayApiReader {
  private static final Duration PREFLIGHT_AGE = Duration.ofSeconds(5);
  private static final int FOUND = 302;

  private GatewayApiReader() {}

  static HttpRoute route(JsonNode object) {
    var namespace = MeshReader.namespace(object);
    var name = MeshReader.name(object);
    var spec = object.path("spec");
    var rules = new ArrayList<RouteRule>();
    for (var rule : spec.path("rules")) {
      rules.add(rule(rule, namespace, namespace + "." + name + "." + rules.size()));
    }
    return new HttpRoute(
        namespace,
        name,
        MeshReader.created(object),
        generation(object),
        list(spec.path("parentRefs"), p -> parent(p, namespace)),
        list(spec.path("hostnames"), h -> Names.lower(h.asText())),
        List.copyOf(rules));
  }

  static Parent parent(JsonNode ref, String namespace) {
    return new Parent(
        ref.path("group").asText(GatewayApi.GROUP),
        ref.path("kind").asText("Gateway"),
        ref.path("namespace").asText(namespace),
        ref.path("name").asText(),
        ref.path("sectionName").asText(""),
        ref.hasNonNull("port") ? (Integer) ref.path("port").asInt() : null);
  }

  private static RouteRule rule(JsonNode rule, String namespace, String name) {
    var filters = rule.path("filters");
    var mirrors = new ArrayList<MirrorRef>();
    var unsupported = new ArrayList<String>();
    Redirect redirect = null;
    Rewrite rewrite = null;
    Cors cors = null;
    for (var filter : filters) {
      switch (filter.path("type").asText()) {
        case "RequestRedirect" -> redirect = redirect(filter.path("requestRedirect"));
        case "URLRewrite" -> rewrite = rewrite(filter.path("urlRewrite"));
        case "RequestMirror" -> mirrors.add(mirror(filter.path("requestMirror"), namespace));
        case "CORS" -> cors = cors(filter.path("cors"));
        case "RequestHeaderModifier", "ResponseHeaderModifier" -> {
          // Read together below.
        }
        default -> unsupported.add(filter.path("type").asText());
      }
    }
    for (var backend : rule.path("backendRefs")) {
      for (var filter : backend.path("filters")) {
        if (!filter.path("type").asText().endsWith("HeaderModifier")) {
          unsupported.add(filter.path("type").asText() + " of a backend");
        }
      }
    }
    var timeouts = rule.path("timeouts");
    var request = time(timeouts, "request");
    var perTry = time(timeouts, "backendRequest");
    var does =
        new Rule(
            namespace,
            name,
            List.of(),
            List.of(),
            redirect,
            null,
            null,
            rewrite,
            request == null ? perTry : request,
            request != null && perTry != null ? new Retries(2, perTry, "", null, null) : null,
            null,
            List.of(),
            cors,
            edits(filters));
    var matches = list(rule.path("matches"), GatewayApiReader::match);
    return new RouteRule(
        matches.isEmpty() ? List.of(match(rule.path("matches"))) : matches,
        does,
        list(
            rule.path("backendRefs"),
            b ->
                new Backend(
                    ref(b, namespace), b.path("weight").asInt(1), edits(b.path("filters")))),
        List.copyOf(mirrors),
        List.copyOf(unsupported));
  }

  private static Match match(JsonNode match) {
    var path = match.path("path");
    var value = path.path("value").asText("/");
    var uri =
        switch (path.path("type").asText("PathPrefix")) {
          case "Exact" -> new TextMatch.Exact(value);
          case "RegularExpression" -> new TextMatch.Regex(value);
          default ->
              value.equals("/")
                  ? new TextMatch.Prefix("/")
                  : new TextMatch.PathPrefix(
                      value.endsWith("/") ? value.substring(0, value.length() - 1) : value);
        };
    return new Match(
        "",
        uri,
        false,
        null,
        match.hasNonNull("method") ? new TextMatch.Exact(match.path("method").asText()) : null,
        null,
        textMatches(match.path("headers"), true),
        Map.of(),
        textMatches(match.path("queryParams"), false),
        null,
        Map.of(),
        "",
        List.of());
  }

  /// Only the first of equal names counts.
  private static Map<String, TextMatch> textMatches(JsonNode matches, boolean anyCase) {
    var texts = new LinkedHashMap<String, TextMatch>();
    for (var match : matches) {
      var name = match.path("name").asText();
      var value = match.path("value").asText();
      texts.putIfAbsent(
          anyCase ? Names.lower(name) : name,
          match.path("type").asText().equals("RegularExpression")
              ? new TextMatch.Regex(value)
              : new TextMatch.Exact(value));
    }
    return Collections.unmodifiableMap(texts);
  }

  private static Redirect redirect(JsonNode redirect) {
    var path = redirect.path("path");
    return new Redirect(
        text(path, "replaceFullPath"),
        text(redirect, "hostname"),
        text(redirect, "scheme"),
        redirect.hasNonNull("port") ? (Integer) redirect.path("port").asInt() : null,
        false,
        redirect.path("statusCode").asInt(FOUND),
        text(path, "replacePrefixMatch"),
        true);
  }

  private static Rewrite rewrite(JsonNode rewrite) {
    var path = rewrite.path("path");
    var whole = text(path, "replaceFullPath");
    return new Rewrite(
        whole == null ? text(path, "replacePrefixMatch") : whole,
        text(rewrite, "hostname"),
        null,
        null,
        whole != null);
  }

  private static MirrorRef mirror(JsonNode mirror, String namespace) {
    var fraction = mirror.path("fraction");
    var percent =
        fraction.isObject()
            ? 100.0
                * fraction.path("numerator").asInt()
                / Math.max(1, fraction.path("denominator").asInt(100))
            : mirror.path("percent").asDouble(100);
    return new MirrorRef(ref(mirror.path("backendRef"), namespace), percent);
  }

  private static BackendRef ref(JsonNode ref, String namespace) {
    return new BackendRef(
        ref.path("group").asText(""),
        ref.path("kind").asText("Service"),
        ref.path("namespace").asText(namespace),
        ref.path("name").asText(),
        ref.hasNonNull("port") ? (Integer) ref.path("port").asInt() : null);
  }

  private static Cors cors(JsonNode cors) {
    var credentials = cors.path("allowCredentials").asBoolean();
    return new Cors(
        list(cors.path("allowOrigins"), o -> origin(o.asText())),
        list(cors.path("allowMethods"), JsonNode::asText),
        list(cors.path("allowHeaders"), JsonNode::asText),
        list(cors.path("exposeHeaders"), JsonNode::asText),
        cors.hasNonNull("maxAge")
            ? Duration.ofSeconds(cors.path("maxAge").asLong())
            : PREFLIGHT_AGE,
        credentials ? Boolean.TRUE : null,
        true);
  }

  /// `*`, or an origin whose host may begin with `*.`.
  private static TextMatch origin(String origin) {
    return origin.contains("*") && !origin.equals("*")
        ? new TextMatch.Regex(
            Arrays.stream(origin.split("\\*", -1))
                .map(Pattern::quote)
                .collect(Collectors.joining(".*")))
        : new TextMatch.Exact(origin);
  }

  private static @Nullable Edits edits(JsonNode filters) {
    var request = Changes.NONE;
    var response = Changes.NONE;
    for (var filter : filters) {
      switch (filter.path("type").asText()) {
        case "RequestHeaderModifier" -> request = changes(filter.path("requestHeaderModifier"));
        case "ResponseHeaderModifier" -> response = changes(filter.path("responseHeaderModifier"));
        default -> {
          // Not about headers.
        }
      }
    }
    return request.equals(Changes.NONE) && response.equals(Changes.NONE)
        ? null
        : new Edits(request, response);
  }

  private static Changes changes(JsonNode modifier) {
    return new Changes(
        pairs(modifier.path("set")),
        pairs(modifier.path("add")),
        list(modifier.path("remove"), n -> Names.lower(n.asText())));
  }

  /// A per cent sign means itself here.
  private static Map<String, String> pairs(JsonNode headers) {
    var pairs = new LinkedHashMap<String, String>();
    headers.forEach(h ->
        pairs.putIfAbsent(
            Names.lower(h.path("name").asText()), h.path("value").asText().replace("%", "%%")));
    return Collections.unmodifiableMap(pairs);
  }

  /// Zero switches a timeout off.
  private static @Nullable Duration time(JsonNode timeouts, String field) {
    var time = MeshReader.duration(timeouts, field);
    return time == null || time.isZero() ? null : time;
  }

  private static @Nullable String text(JsonNode object, String field) {
    return object.hasNonNull(field) ? object.path(field).asText() : null;
  }

  static Gateway gateway(JsonNode object) {
    var spec = object.path("spec");
    return new Gateway(
        MeshReader.namespace(object),
        MeshReader.name(object),
        MeshReader.created(object),
        generation(object),
        spec.path("gatewayClassName").asText(),
        list(spec.path("listeners"), GatewayApiReader::listener));
  }

  private static Listener listener(JsonNode listener) {
    var namespaces = listener.path("allowedRoutes").path("namespaces");
    return new Listener(
        listener.path("name").asText(),
        Names.lower(listener.path("hostname").asText("")),
        listener.path("port").asInt(),
        listener.path("protocol").asText(),
        namespaces.path("from").asText("Same"),
        texts(namespaces.path("selector").path("matchLabels")),
        list(
            listener.path("allowedRoutes").path("kinds"),
            k -> k.path("group").asText(GatewayApi.GROUP) + "/" + k.path("kind").asText()));
  }

  static GatewayClass gatewayClass(JsonNode object) {
    return new GatewayClass(
        MeshReader.name(object),
        generation(object),
        object.path("spec").path("controllerName").asText());
  }

  static Grant grant(JsonNode object) {
    var spec = object.path("spec");
    return new Grant(
        MeshReader.namespace(object),
        list(
            spec.path("from"),
            f ->
                new Grant.From(
                    f.path("group").asText(),
                    f.path("kind").asText(),
                    f.path("namespace").asText())),
        list(
            spec.path("to"),
            t ->
                new Grant.To(
                    t.path("group").asText(""),
                    t.path("kind").asText(),
                    t.path("name").asText(""))));
  }

  private static long generation(JsonNode object) {
    return object.path("metadata").path("generation").asLong(0);
  }
}
