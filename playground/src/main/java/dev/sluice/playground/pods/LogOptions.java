package dev.sluice.playground.pods;

import dev.sluice.playground.api.Call;
import dev.sluice.playground.sample.AppLog;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/// What somebody wants to see of a log. Pure.
///
/// @param container empty when none is named
/// @param previous of the container's life before the present one
/// @param since empty for everything
/// @param tail at most so many of the last lines
/// @param most bytes that are sent
record LogOptions(
    String container,
    boolean follow,
    boolean previous,
    boolean timestamps,
    Optional<Instant> since,
    long tail,
    long most) {

  /// @throws Refused as the API server refuses them
  static LogOptions read(Call call, String pod, Instant now) throws Refused {
    var tail = number(call, "tailLines");
    var bytes = number(call, "limitBytes");
    var seconds = number(call, "sinceSeconds");
    var since = time(call);
    if (tail.filter(n -> n < 0).isPresent()) {
      throw invalid(
          pod, "tailLines: Invalid value: %d: must be greater than or equal to 0", tail.get());
    }
    if (bytes.filter(n -> n < 1).isPresent()) {
      throw invalid(pod, "limitBytes: Invalid value: %d: must be greater than 0", bytes.get());
    }
    if (seconds.isPresent() && since.isPresent()) {
      throw Refused.invalid(
          "PodLogOptions \"%s\" is invalid: sinceSeconds: Forbidden: at most one of `sinceTime` or"
                  .formatted(pod)
              + " `sinceSeconds` may be specified");
    }
    if (seconds.filter(n -> n < 1).isPresent()) {
      throw invalid(pod, "sinceSeconds: Invalid value: %d: must be greater than 0", seconds.get());
    }
    return new LogOptions(
        call.parameter("container").orElse(""),
        flag(call, "follow"),
        flag(call, "previous"),
        flag(call, "timestamps"),
        seconds.map(n -> now.minusSeconds(Math.min(n, Integer.MAX_VALUE))).or(() -> since),
        tail.orElse(Long.MAX_VALUE),
        bytes.orElse(Long.MAX_VALUE));
  }

  /// The lines to begin with.
  List<AppLog.Line> select(List<AppLog.Line> all) {
    var wanted =
        all.stream().filter(line -> since.isEmpty() || !line.at().isBefore(since.get())).toList();
    return wanted.subList((int) Math.max(0, wanted.size() - tail), wanted.size());
  }

  String shown(AppLog.Line line) {
    return (timestamps ? "%s %s%n" : "%2$s%n").formatted(line.at(), line.text());
  }

  private static Refused invalid(String pod, String why, long value) {
    return Refused.invalid(
        "PodLogOptions \"%s\" is invalid: %s".formatted(pod, why.formatted(value)));
  }

  private static boolean flag(Call call, String name) {
    return call.query().containsKey(name)
        && !List.of("false", "0").contains(call.parameter(name).orElse(""));
  }

  private static Optional<Long> number(Call call, String name) throws Refused {
    var text = call.parameter(name).orElse("");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw Refused.badRequest(
          "strconv.ParseInt: parsing \"%s\": invalid syntax".formatted(Refused.shortened(text)));
    }
  }

  private static Optional<Instant> time(Call call) throws Refused {
    var text = call.parameter("sinceTime").orElse("");
    try {
      return text.isEmpty()
          ? Optional.empty()
          : Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeParseException e) {
      throw Refused.badRequest(
          "sinceTime: \"%s\" is no time such as 2026-01-31T10:00:00Z"
              .formatted(Refused.shortened(text)));
    }
  }
}
