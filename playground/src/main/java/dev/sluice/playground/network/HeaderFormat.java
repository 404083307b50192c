package dev.sluice.playground.network;

import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Values of headers as Envoy fills them in: `%REQ(:PATH)%`, `%REQ(x-user?x-device):8%`,
/// `%RESPONSE_CODE%`, `%PROTOCOL%`, `%%`.
final class HeaderFormat {
  private static final Pattern VARIABLE =
      Pattern.compile("%%|%([A-Z0-9_]+)(?:\\(([^)]*)\\))?(?::([0-9]{1,4}))?%");

  /// What Envoy knows besides, and nobody can know here; such a value is a dash.
  private static final Set<String> KNOWN =
      Set.of(
          "BYTES_RECEIVED",
          "BYTES_SENT",
          "CONNECTION_ID",
          "CONNECTION_TERMINATION_DETAILS",
          "DOWNSTREAM_DIRECT_REMOTE_ADDRESS",
          "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT",
          "DOWNSTREAM_LOCAL_ADDRESS",
          "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT",
          "DOWNSTREAM_LOCAL_PORT",
          "DOWNSTREAM_LOCAL_SUBJECT",
          "DOWNSTREAM_LOCAL_URI_SAN",
          "DOWNSTREAM_PEER_CERT",
          "DOWNSTREAM_PEER_SUBJECT",
          "DOWNSTREAM_PEER_URI_SAN",
          "DOWNSTREAM_REMOTE_ADDRESS",
          "DOWNSTREAM_REMOTE_PORT",
          "DOWNSTREAM_TLS_CIPHER",
          "DOWNSTREAM_TLS_VERSION",
          "DURATION",
          "DYNAMIC_METADATA",
          "ENVIRONMENT",
          "FILTER_STATE",
          "HOSTNAME",
          "PER_REQUEST_STATE",
          "REQUESTED_SERVER_NAME",
          "REQUEST_DURATION",
          "RESPONSE_CODE_DETAILS",
          "RESPONSE_DURATION",
          "RESPONSE_FLAGS",
          "ROUTE_NAME",
          "START_TIME",
          "STREAM_ID",
          "TRACE_ID",
          "TRAILER",
          "UPSTREAM_CLUSTER",
          "UPSTREAM_HOST",
          "UPSTREAM_LOCAL_ADDRESS",
          "UPSTREAM_METADATA",
          "UPSTREAM_REMOTE_ADDRESS",
          "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
          "UPSTREAM_REMOTE_PORT",
          "UPSTREAM_REQUEST_ATTEMPT_COUNT",
          "VIRTUAL_CLUSTER_NAME");

  private static final String NOTHING = "-";

  private HeaderFormat() {}

  /// What a value may speak of.
  ///
  /// @param answer null on the way to the pod
  record Facts(RequestHead request, @Nullable Headers answer, int status) {
    static Facts of(RequestHead request) {
      return new Facts(request, null, 0);
    }
  }

  /// The first variable that Envoy does not know, as written.
  static Optional<String> unknown(String value) {
    var rest = VARIABLE.matcher(value).replaceAll("");
    if (rest.indexOf('%') >= 0) {
      return Optional.of(value);
    }
    return VARIABLE
        .matcher(value)
        .results()
        .filter(v -> v.group(1) != null && !isKnown(v.group(1)))
        .map(MatchResult::group)
        .findFirst();
  }

  private static boolean isKnown(String name) {
    return switch (name) {
      case "REQ",
          "RESP",
          "PROTOCOL",
          "RESPONSE_CODE",
          "PATH",
          "QUERY_PARAM",
          "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" ->
          true;
      default -> KNOWN.contains(name);
    };
  }

  static String filled(String value, Facts facts) {
    if (value.indexOf('%') < 0) {
      return value;
    }
    var found = VARIABLE.matcher(value);
    var result = new StringBuilder();
    var end = 0;
    while (found.find()) {
      result.append(value, end, found.start());
      end = found.end();
      result.append(found.group(1) == null ? "%" : cut(value(found, facts), found.group(3)));
    }
    return result.append(value.substring(end)).toString();
  }

  private static String cut(String value, @Nullable String length) {
    return length == null ? value : value.substring(0, Math.min(value.length(), toInt(length)));
  }

  private static int toInt(String digits) {
    return Integer.parseInt(digits);
  }

  private static String value(MatchResult variable, Facts facts) {
    var argument = variable.group(2) == null ? "" : variable.group(2);
    return switch (variable.group(1)) {
      case "PROTOCOL" -> "HTTP/1.1";
      case "REQ" -> either(argument, facts.request);
      case "RESP" ->
          facts.answer == null ? NOTHING : facts.answer.first(argument.strip()).orElse(NOTHING);
      case "RESPONSE_CODE" -> facts.answer == null ? NOTHING : String.valueOf(facts.status);
      case "PATH" -> facts.request.path();
      case "QUERY_PARAM" -> Condition.parameter(facts.request, argument).orElse(NOTHING);
      case "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" -> "127.0.0.1";
      default -> NOTHING;
    };
  }

  /// `NAME` or `NAME?OTHER`.
  private static String either(String names, RequestHead request) {
    for (var name : names.split("\\?", 2)) {
      var values = request.values(Names.lower(name));
      if (!values.isEmpty()) {
        return values.getFirst();
      }
    }
    return NOTHING;
  }
}
