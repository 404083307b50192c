package dev.sluice.playground.network;

import dev.sluice.playground.network.RouteDecision.Local;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/// How proxies say no to callers who speak gRPC: with status 200, and the reason in headers.
public final class GrpcAnswers {
  /// The statuses of gRPC in the order of their numbers, from 0.
  public static final List<String> NAMES =
      List.of(
          "OK",
          "CANCELLED",
          "UNKNOWN",
          "INVALID_ARGUMENT",
          "DEADLINE_EXCEEDED",
          "NOT_FOUND",
          "ALREADY_EXISTS",
          "PERMISSION_DENIED",
          "RESOURCE_EXHAUSTED",
          "FAILED_PRECONDITION",
          "ABORTED",
          "OUT_OF_RANGE",
          "UNIMPLEMENTED",
          "INTERNAL",
          "UNAVAILABLE",
          "DATA_LOSS",
          "UNAUTHENTICATED");

  /// The HTTP status of each, for callers who do not speak gRPC.
  private static final int[] HTTP = {
    200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401
  };

  private static final Map<Integer, Integer> OF_HTTP =
      Map.of(400, 13, 401, 16, 403, 7, 404, 12, 429, 14, 502, 14, 503, 14, 504, 14);
  private static final int UNKNOWN = 2;

  private GrpcAnswers() {}

  /// The number of a status, written as its name or as the number.
  ///
  /// @throws IllegalArgumentException for no status of gRPC
  static int number(String status) {
    var name = status.toUpperCase(Locale.ROOT);
    var number =
        name.matches("[0-9]{1,2}")
            ? Integer.parseInt(name)
            : NAMES.indexOf(name.equals("CANCELED") ? "CANCELLED" : name);
    if (number < 0 || number >= NAMES.size()) {
      throw new IllegalArgumentException("'" + status + "' is no status of gRPC");
    }
    return number;
  }

  static int httpStatus(int number) {
    return HTTP[number];
  }

  static boolean isGrpc(Headers request) {
    var type = request.first("content-type").orElse("");
    return type.equals("application/grpc") || type.startsWith("application/grpc+");
  }

  /// What the caller is told: the answer itself, or its gRPC form for one who speaks gRPC.
  ///
  /// @param number of the status; empty where it follows from the HTTP status
  static Local inWordsOf(RequestHead request, Local answer, OptionalInt number) {
    if (!isGrpc(request.headers()) || answer.headers().first("grpc-status").isPresent()) {
      return answer;
    }
    var status = number.orElseGet(() -> OF_HTTP.getOrDefault(answer.status(), UNKNOWN));
    var headers =
        answer
            .headers()
            .set("content-type", "application/grpc")
            .set("grpc-status", String.valueOf(status));
    return new Local(
        answer.rule(),
        answer.delay(),
        200,
        answer.body().isEmpty() ? headers : headers.set("grpc-message", escaped(answer.body())),
        "",
        answer.flags(),
        answer.details(),
        answer.destination());
  }

  /// Spaces and letters stay, what a header cannot hold does not.
  private static String escaped(String message) {
    var text = new StringBuilder();
    for (var b : message.getBytes(StandardCharsets.UTF_8)) {
      if (b >= ' ' && b <= '~' && b != '%') {
        text.append((char) b);
      } else {
        text.append('%').append(String.format("%02X", b & 0xff));
      }
    }
    return text.toString();
  }
}
