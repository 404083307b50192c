package dev.sluice.playground.network;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How long a request may take.
final class Timeouts {
  private static final Pattern GRPC = Pattern.compile("([0-9]{1,8})([HMSmun])");

  private Timeouts() {}

  /// A caller who speaks gRPC may ask for less than the route allows.
  ///
  /// @param ofRoute null for no limit
  static @Nullable Duration of(@Nullable Duration ofRoute, RequestHead request) {
    if (!GrpcAnswers.isGrpc(request.headers())) {
      return ofRoute;
    }
    var wanted = request.headers().first("grpc-timeout").flatMap(Timeouts::grpc);
    return wanted.isPresent() && (ofRoute == null || wanted.get().compareTo(ofRoute) < 0)
        ? wanted.get()
        : ofRoute;
  }

  private static Optional<Duration> grpc(String text) {
    var parts = GRPC.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    var amount = Long.parseLong(parts.group(1));
    return Optional.of(
        switch (parts.group(2)) {
          case "H" -> Duration.ofHours(amount);
          case "M" -> Duration.ofMinutes(amount);
          case "S" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMillis(amount);
          case "u" -> Duration.ofNanos(amount * 1000);
          default -> Duration.ofNanos(amount);
        });
  }
}
