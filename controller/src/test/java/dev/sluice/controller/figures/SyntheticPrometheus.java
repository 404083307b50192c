package dev.sluice.controller.figures;

import dev.sluice.analysis.Http;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// Answers every query of an analysis as if all were well, without keeping a single sample.
final class SyntheticPrometheus {
  private SyntheticPrometheus() {}

  static Http.Response answer(Http.Request request, Instant now) {
    return new Http.Response(200, answer(request.body(), now));
  }

  /// @param form as posted to `/api/v1/query`
  static byte[] answer(byte[] form, Instant now) {
    String query =
        URLDecoder.decode(new String(form, StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    String rows;
    if (query.contains("source_workload")) {
      rows = ""; // Nobody can say who called, which accuses nobody.
    } else {
      String value =
          query.contains("* 100") ? "100" : query.contains("histogram_quantile") ? "40" : "120";
      rows = "{\"metric\":{},\"value\":[%d,\"%s\"]}".formatted(now.getEpochSecond(), value);
    }
    return "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[%s]}}"
        .formatted(rows)
        .getBytes(StandardCharsets.UTF_8);
  }
}
