package dev.sluice.playground.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.playground.network.GrpcAnswers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// One entry of `spec.http`.
final class HttpRuleCheck {
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*");

  private static final Set<String> RETRY_CONDITIONS =
      Set.of(
          "5xx",
          "gateway-error",
          "reset",
          "reset-before-request",
          "connect-failure",
          "retriable-4xx",
          "refused-stream",
          "retriable-status-codes",
          "retriable-headers",
          "envoy-ratelimited",
          "http3-post-connect-failure",
          "cancelled",
          "deadline-exceeded",
          "internal",
          "resource-exhausted",
          "unavailable");

  /// Status codes that have a name.
  private static final Pattern STATUS =
      Pattern.compile(
          "\\+?0*(?:10[0-3]|20[0-8]|226|30[0-578]|304|4(?:0[0-9]|1[0-8]|2[1-689]|31|51)|5(?:0[0-8]|1[01]))");

  private static final int MOST_BODY = 1024 * 1024;
  private static final int LARGE_BODY = 100 * 1024;

  private HttpRuleCheck() {}

  /// @param delegate whether it is a rule of a delegate
  static void check(JsonNode rule, boolean delegate, Findings found) {
    kinds(rule, delegate, found);
    matches(rule.path("match"), found);
    HeaderNames.changes(rule.path("headers"), found);
    cors(rule.path("corsPolicy"), found);
    fault(rule.path("fault"), found);
    mirrors(rule, found);
    redirect(rule.path("redirect"), found);
    direct(rule.path("directResponse"), found);
    retries(rule.path("retries"), found);
    rewrite(rule.path("rewrite"), found);
    authority(rule, found);
    Destinations.weighted(rule.path("route"), true, found);
    Values.duration(rule.path("timeout"), found);
  }

  /// What a rule does must be one thing.
  private static void kinds(JsonNode rule, boolean delegate, Findings found) {
    var route = !rule.path("route").isEmpty();
    var redirect = rule.path("redirect").isObject();
    var direct = rule.path("directResponse").isObject();
    var fault = rule.path("fault").isObject();
    var rewrite = rule.path("rewrite").isObject();
    if (rule.path("delegate").isObject()) {
      if (!delegate) {
        var root = "root HTTP route " + rule.path("name").asText("");
        if (redirect) {
          found.error(root + " must not specify redirect");
        }
        if (route) {
          found.error(root + " must not specify route");
        }
        return;
      }
      found.error("delegate HTTP route cannot contain delegate");
    }
    if (redirect) {
      if (route) {
        found.error("HTTP route cannot contain both route and redirect");
      }
      if (fault) {
        found.error("HTTP route cannot contain both fault and redirect");
      }
      if (rewrite) {
        found.error("HTTP route rule cannot contain both rewrite and redirect");
      }
      if (direct) {
        found.error("HTTP route rule cannot contain both direct_response and redirect");
      }
    } else if (direct) {
      if (route) {
        found.error("HTTP route cannot contain both route and direct_response");
      }
      if (fault) {
        found.error("HTTP route cannot contain both fault and direct_response");
      }
      if (rewrite) {
        found.error("HTTP route rule cannot contain both rewrite and direct_response");
      }
    } else if (!route) {
      found.error("HTTP route, redirect or direct_response is required");
    }
    if (rule.path("mirror").isObject() && !rule.path("mirrors").isEmpty()) {
      found.error("HTTP route cannot contain both mirror and mirrors");
    }
  }

  private static void matches(JsonNode matches, Findings found) {
    for (var match : matches) {
      for (var header : match.path("headers").properties()) {
        if (header.getValue().isNull()) {
          found.error("header match " + header.getKey() + " cannot be null");
        }
        HeaderNames.matched(header.getKey(), found);
        Values.textMatch(header.getValue(), "headers", found);
      }
      for (var header : match.path("withoutHeaders").properties()) {
        HeaderNames.matched(header.getKey(), found);
        // A lone star is presence, not an expression.
        if (!header.getValue().path("regex").asText("").equals("*")) {
          Values.textMatch(header.getValue(), "withoutHeaders", found);
        }
      }
      Values.pathMatch(match.path("uri"), "uri", found);
      for (var part : List.of("scheme", "method", "authority")) {
        Values.textMatch(match.path(part), part, found);
      }
      match
          .path("queryParams")
          .forEach(parameter -> Values.textMatch(parameter, "queryParams", found));
    }
    for (var match : matches) {
      VirtualServiceCheck.where(match, found);
      var namespace = match.path("sourceNamespace").asText("");
      if (!namespace.isEmpty() && !Names.isLabel(namespace)) {
        found.error("sourceNamespace match " + namespace + " is invalid");
      }
    }
  }

  private static void cors(JsonNode cors, Findings found) {
    for (var origin : cors.path("allowOrigins")) {
      var text =
          origin.path("exact").asText("")
              + origin.path("prefix").asText("")
              + origin.path("regex").asText("");
      if (text.isEmpty()) {
        found.error("'' is not a valid match type for CORS allow origins");
      } else {
        Values.pathMatch(origin, "corsPolicy.allowOrigins", found);
      }
    }
    for (var method : cors.path("allowMethods")) {
      if (!METHODS.contains(method.asText())) {
        found.error(Names.quoted(method.asText()) + " is not a supported HTTP method");
      }
    }
    cors.path("allowHeaders").forEach(n -> HeaderNames.forBrowsers(n.asText(), found));
    cors.path("exposeHeaders").forEach(n -> HeaderNames.forBrowsers(n.asText(), found));
    Values.duration(cors.path("maxAge"), found);
    if (Values.hasPartsOfSeconds(cors.path("maxAge"))) {
      found.listed("max_age duration is accurate only to seconds precision");
    }
  }

  private static void fault(JsonNode fault, Findings found) {
    if (!fault.isObject()) {
      return;
    }
    var abort = fault.path("abort");
    var delay = fault.path("delay");
    if (!abort.isObject() && !delay.isObject()) {
      found.listed("HTTP fault injection must have an abort and/or a delay");
    }
    Values.share(abort.path("percentage"), found);
    if (abort.hasNonNull("grpcStatus")) {
      var status = abort.path("grpcStatus").asText();
      if (!GrpcAnswers.NAMES.contains(status)) {
        found.error(
            "gRPC status %s is not supported. See https://github.com/grpc/grpc/blob/master/doc/statuscodes.md for a list of supported codes, for example 'NOT_FOUND'"
                .formatted(Names.quoted(status)));
      }
    } else if (abort.hasNonNull("http2Error")) {
      found.error("HTTP/2 abort fault injection not supported yet");
    } else if (abort.hasNonNull("httpStatus")) {
      Values.httpStatus(abort.path("httpStatus").asInt(), found);
    }
    Values.share(delay.path("percentage"), found);
    Values.duration(delay.path("fixedDelay"), found);
    if (delay.hasNonNull("exponentialDelay")) {
      Values.duration(delay.path("exponentialDelay"), found);
      found.listed("exponentialDelay not supported yet");
    }
  }

  private static void mirrors(JsonNode rule, Findings found) {
    if (rule.hasNonNull("mirrorPercent")) {
      var percent = rule.path("mirrorPercent").asLong();
      if (percent > 100) {
        found.error("mirror_percent must have a max value of 100 (it has " + percent + ")");
      }
      found.warning("using deprecated setting \"mirrorPercent\", use \"mirrorPercentage\" instead");
    }
    mirrored(rule.path("mirrorPercentage"), "mirror_percentage", found);
    Destinations.destination(rule.path("mirror"), found);
    for (var mirror : rule.path("mirrors")) {
      if (mirror.isNull()) {
        found.error("mirror cannot be null");
      } else if (!mirror.path("destination").isObject()) {
        found.error("destination is required for mirrors");
      } else {
        Destinations.destination(mirror.path("destination"), found);
        mirrored(mirror.path("percentage"), "mirror percentage", found);
      }
    }
  }

  private static void mirrored(JsonNode percentage, String name, Findings found) {
    var value = percentage.path("value").asDouble(0);
    if (value > 100 || value < 0) {
      found.error(
          String.format(
              Locale.ROOT,
              "%s must have a %s (it has %f)",
              name,
              value < 0 ? "min value of 0" : "max value of 100",
              value));
    }
  }

  /// Only the first problem is told.
  private static void redirect(JsonNode redirect, Findings found) {
    if (!redirect.isObject()) {
      return;
    }
    var scheme = redirect.path("scheme").asText("");
    var code = redirect.path("redirectCode").asLong(0);
    var port = redirect.path("port").asLong(0);
    if (redirect.path("uri").asText("").isEmpty()
        && redirect.path("authority").asText("").isEmpty()
        && scheme.isEmpty()
        && !redirect.hasNonNull("port")
        && !redirect.hasNonNull("derivePort")) {
      found.error("redirect must specify URI, authority, scheme, or port");
    } else if (code != 0 && (code < 300 || code > 399)) {
      found.error(code + " is not a valid redirect code, must be 3xx");
    } else if (!Set.of("", "http", "https").contains(scheme)) {
      found.error("invalid redirect scheme, must be \"http\" or \"https\"");
    } else if (port > 0) {
      Values.port(port, found);
    }
  }

  private static void direct(JsonNode direct, Findings found) {
    if (!direct.isObject()) {
      return;
    }
    var size = size(direct.path("body"));
    if (size > MOST_BODY) {
      found.error(
          "large direct_responses may impact control plane performance, must be less than 1MB");
    } else if (size > LARGE_BODY) {
      found.warning("large direct_responses may impact control plane performance");
    }
    Values.httpStatus(direct.path("status").asInt(0), found);
  }

  private static int size(JsonNode body) {
    if (body.hasNonNull("bytes")) {
      try {
        return Base64.getDecoder().decode(body.path("bytes").asText()).length;
      } catch (IllegalArgumentException e) {
        // The definition's business.
        return 0;
      }
    }
    return body.path("string").asText("").getBytes(StandardCharsets.UTF_8).length;
  }

  private static void retries(JsonNode retries, Findings found) {
    if (!retries.isObject()) {
      return;
    }
    var attempts = retries.path("attempts").asLong(0);
    var retryOn = retries.path("retryOn").asText("");
    if (attempts < 0) {
      found.listed("attempts cannot be negative");
    } else if (attempts == 0
        && (retries.hasNonNull("perTryTimeout")
            || !retryOn.isEmpty()
            || retries.hasNonNull("retryRemoteLocalities"))) {
      found.error("http retry policy configured when attempts are set to 0 (disabled)");
    }
    Values.duration(retries.path("perTryTimeout"), found);
    if (!retryOn.isEmpty()) {
      for (var condition : retryOn.split(",", -1)) {
        if (!RETRY_CONDITIONS.contains(condition) && !STATUS.matcher(condition).matches()) {
          found.error(Names.quoted(condition) + " is not a valid retryOn policy");
        }
      }
    }
    Values.duration(retries.path("backoff"), found);
  }

  /// Only the first problem is told.
  private static void rewrite(JsonNode rewrite, Findings found) {
    if (!rewrite.isObject()) {
      return;
    }
    var uri = rewrite.path("uri").asText("");
    var regex = rewrite.path("uriRegexRewrite");
    if (!uri.isEmpty() && regex.isObject()) {
      found.error("rewrite may only contain one of URI or UriRegexRewrite");
    } else if (uri.isEmpty()
        && !regex.isObject()
        && rewrite.path("authority").asText("").isEmpty()) {
      found.error(
          "rewrite must specify at least one of URI, UriRegexRewrite, or authority. Only one of URI or UriRegexRewrite may be specified");
    } else if (regex.isObject()) {
      var inside = new Findings();
      if (regex.path("match").asText("").isEmpty() || regex.path("rewrite").asText("").isEmpty()) {
        inside.error("UriRegexRewrite requires both Rewrite and Match fields to be specified");
      } else {
        Values.regex(regex.path("match").asText(), "HTTPRewrite.UriRegexRewrite.Match", inside);
      }
      found.error(inside.failure().map(why -> "UriRegexRewrite has errors\n" + why));
    }
  }

  private static void authority(JsonNode rule, Findings found) {
    var current = rule.path("rewrite").path("authority").asText("");
    var request = rule.path("headers").path("request");
    for (var part : List.of("set", "add")) {
      for (var header : request.path(part).properties()) {
        if (!HeaderNames.isAuthority(header.getKey())) {
          continue;
        }
        var wanted = header.getValue().asText();
        if (!current.isEmpty()) {
          found.error(
              "authority header cannot be set multiple times: have %s, attempting to set %s"
                  .formatted(Names.quoted(current), Names.quoted(wanted)));
          return;
        }
        current = wanted;
      }
    }
  }
}
