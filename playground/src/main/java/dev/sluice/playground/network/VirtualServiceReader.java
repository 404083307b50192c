package dev.sluice.playground.network;

import static dev.sluice.playground.network.MeshReader.duration;
import static dev.sluice.playground.network.MeshReader.list;
import static dev.sluice.playground.network.MeshReader.texts;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.playground.network.VirtualService.Changes;
import dev.sluice.playground.network.VirtualService.Cors;
import dev.sluice.playground.network.VirtualService.DelegateRef;
import dev.sluice.playground.network.VirtualService.DirectResponse;
import dev.sluice.playground.network.VirtualService.Edits;
import dev.sluice.playground.network.VirtualService.Fault;
import dev.sluice.playground.network.VirtualService.Match;
import dev.sluice.playground.network.VirtualService.Mirror;
import dev.sluice.playground.network.VirtualService.Redirect;
import dev.sluice.playground.network.VirtualService.Retries;
import dev.sluice.playground.network.VirtualService.Rewrite;
import dev.sluice.playground.network.VirtualService.Rule;
import dev.sluice.playground.network.VirtualService.Target;
import dev.sluice.playground.network.VirtualService.TcpMatch;
import dev.sluice.playground.network.VirtualService.TcpRule;
import dev.sluice.playground.network.VirtualService.TextMatch;
import dev.sluice.playground.network.VirtualService.WeightedTarget;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads the JSON of a VirtualService.
final class VirtualServiceReader {
  private VirtualServiceReader() {}

  static VirtualService read(JsonNode object) {
    var spec = object.path("spec");
    var namespace = MeshReader.namespace(object);
    return new VirtualService(
        namespace,
        MeshReader.name(object),
        MeshReader.created(object),
        list(spec.path("hosts"), JsonNode::asText),
        list(spec.path("gateways"), JsonNode::asText),
        list(spec.path("exportTo"), JsonNode::asText),
        list(spec.path("http"), rule -> rule(rule, namespace)),
        list(spec.path("tcp"), rule -> tcpRule(rule, namespace)));
  }

  private static TcpRule tcpRule(JsonNode rule, String namespace) {
    return new TcpRule(
        namespace,
        list(
            rule.path("match"),
            match ->
                new TcpMatch(
                    number(match, "port"),
                    texts(match.path("sourceLabels")),
                    match.path("sourceNamespace").asText(""),
                    list(match.path("gateways"), JsonNode::asText))),
        list(rule.path("route"), VirtualServiceReader::weighted));
  }

  private static Rule rule(JsonNode rule, String namespace) {
    return new Rule(
        namespace,
        rule.path("name").asText(""),
        list(rule.path("match"), VirtualServiceReader::match),
        list(rule.path("route"), VirtualServiceReader::weighted),
        rule.has("redirect") ? redirect(rule.path("redirect")) : null,
        rule.has("directResponse") ? direct(rule.path("directResponse")) : null,
        rule.has("delegate")
            ? new DelegateRef(
                rule.path("delegate").path("name").asText(),
                rule.path("delegate").path("namespace").asText(""))
            : null,
        rule.has("rewrite") ? rewrite(rule.path("rewrite")) : null,
        duration(rule, "timeout"),
        rule.has("retries") ? retries(rule.path("retries")) : null,
        rule.has("fault") ? fault(rule.path("fault")) : null,
        mirrors(rule),
        rule.has("corsPolicy") ? cors(rule.path("corsPolicy")) : null,
        edits(rule));
  }

  private static Match match(JsonNode match) {
    return new Match(
        match.path("name").asText(""),
        text(match, "uri"),
        match.path("ignoreUriCase").asBoolean(),
        text(match, "scheme"),
        text(match, "method"),
        text(match, "authority"),
        matches(match.path("headers"), true),
        matches(match.path("withoutHeaders"), true),
        matches(match.path("queryParams"), false),
        number(match, "port"),
        texts(match.path("sourceLabels")),
        match.path("sourceNamespace").asText(""),
        list(match.path("gateways"), JsonNode::asText));
  }

  private static Map<String, TextMatch> matches(JsonNode map, boolean anyCase) {
    var matches = new TreeMap<String, TextMatch>();
    map.properties()
        .forEach(e ->
            matches.put(anyCase ? Names.lower(e.getKey()) : e.getKey(), textMatch(e.getValue())));
    return Collections.unmodifiableMap(matches);
  }

  private static @Nullable TextMatch text(JsonNode object, String field) {
    return object.path(field).isObject() ? textMatch(object.path(field)) : null;
  }

  private static TextMatch textMatch(JsonNode match) {
    if (match.has("exact")) {
      return new TextMatch.Exact(match.path("exact").asText());
    }
    if (match.has("prefix")) {
      return new TextMatch.Prefix(match.path("prefix").asText());
    }
    return match.has("regex")
        ? new TextMatch.Regex(match.path("regex").asText())
        : new TextMatch.Present();
  }

  private static WeightedTarget weighted(JsonNode entry) {
    return new WeightedTarget(
        target(entry.path("destination")), entry.path("weight").asInt(0), edits(entry));
  }

  private static Target target(JsonNode destination) {
    return new Target(
        destination.path("host").asText(),
        number(destination.path("port"), "number"),
        destination.path("subset").asText(""));
  }

  private static Redirect redirect(JsonNode redirect) {
    return new Redirect(
        string(redirect, "uri"),
        string(redirect, "authority"),
        string(redirect, "scheme"),
        number(redirect, "port"),
        redirect.path("derivePort").asText().equals("FROM_REQUEST_PORT"),
        redirect.path("redirectCode").asInt(301),
        null,
        false);
  }

  private static DirectResponse direct(JsonNode direct) {
    var body = direct.path("body");
    var bytes = string(body, "bytes");
    return new DirectResponse(
        direct.path("status").asInt(),
        bytes == null
            ? string(body, "string")
            : new String(Base64.getDecoder().decode(bytes), StandardCharsets.UTF_8));
  }

  private static Rewrite rewrite(JsonNode rewrite) {
    var regex = rewrite.path("uriRegexRewrite");
    return new Rewrite(
        string(rewrite, "uri"),
        string(rewrite, "authority"),
        string(regex, "match"),
        string(regex, "rewrite"),
        false);
  }

  private static Retries retries(JsonNode retries) {
    return new Retries(
        retries.path("attempts").asInt(0),
        duration(retries, "perTryTimeout"),
        retries.path("retryOn").asText(""),
        duration(retries, "backoff"),
        flag(retries, "retryIgnorePreviousHosts"));
  }

  /// Without a percentage a fault hits nothing.
  private static Fault fault(JsonNode fault) {
    var delay = fault.path("delay");
    var abort = fault.path("abort");
    return new Fault(
        duration(delay, "fixedDelay"),
        delay.path("percentage").path("value").asDouble(delay.path("percent").asDouble(0)),
        number(abort, "httpStatus"),
        abort.hasNonNull("grpcStatus")
            ? (Integer) GrpcAnswers.number(abort.path("grpcStatus").asText())
            : null,
        abort.path("percentage").path("value").asDouble(0));
  }

  private static List<Mirror> mirrors(JsonNode rule) {
    var mirrors = new ArrayList<Mirror>();
    if (rule.path("mirror").isObject()) {
      var percent =
          rule.has("mirrorPercentage")
              ? rule.path("mirrorPercentage").path("value").asDouble(0)
              : rule.path("mirrorPercent").asDouble(100);
      mirrors.add(new Mirror(target(rule.path("mirror")), percent));
    }
    for (var mirror : rule.path("mirrors")) {
      mirrors.add(
          new Mirror(
              target(mirror.path("destination")),
              mirror.has("percentage")
                  ? mirror.path("percentage").path("value").asDouble(0)
                  : 100));
    }
    return List.copyOf(mirrors);
  }

  private static Cors cors(JsonNode cors) {
    var origins = new ArrayList<TextMatch>();
    cors.path("allowOrigin").forEach(o -> origins.add(new TextMatch.Exact(o.asText())));
    cors.path("allowOrigins").forEach(o -> origins.add(textMatch(o)));
    return new Cors(
        List.copyOf(origins),
        list(cors.path("allowMethods"), JsonNode::asText),
        list(cors.path("allowHeaders"), JsonNode::asText),
        list(cors.path("exposeHeaders"), JsonNode::asText),
        duration(cors, "maxAge"),
        flag(cors, "allowCredentials"),
        !cors.path("unmatchedPreflights").asText().equals("IGNORE"));
  }

  private static @Nullable Edits edits(JsonNode holder) {
    var headers = holder.path("headers");
    return headers.isObject()
        ? new Edits(changes(headers.path("request")), changes(headers.path("response")))
        : null;
  }

  private static Changes changes(JsonNode changes) {
    return new Changes(
        lowerKeys(changes.path("set")),
        lowerKeys(changes.path("add")),
        list(changes.path("remove"), n -> Names.lower(n.asText())));
  }

  private static Map<String, String> lowerKeys(JsonNode map) {
    var lower = new LinkedHashMap<String, String>();
    map.properties().forEach(e -> lower.put(Names.lower(e.getKey()), e.getValue().asText()));
    return Collections.unmodifiableMap(lower);
  }

  private static @Nullable String string(JsonNode object, String field) {
    return object.hasNonNull(field) ? object.path(field).asText() : null;
  }

  private static @Nullable Boolean flag(JsonNode object, String field) {
    return object.hasNonNull(field) ? (Boolean) object.path(field).asBoolean() : null;
  }

  private static @Nullable Integer number(JsonNode object, String field) {
    return object.hasNonNull(field) ? (Integer) object.path(field).asInt() : null;
  }
}
