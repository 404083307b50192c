package dev.sluice.analysis.traffic;

import dev.sluice.analysis.Samples.Run;
import java.util.LinkedHashMap;
import java.util.Map;

/// Series as Istio's proxies export them, of a canary `prod/app` and its primary.
final class SeriesOfIstio {
  static final Sides APP =
      new Sides(Workload.parse("prod/app"), Workload.parse("prod/app-primary"), "app");

  private final Map<String, String> labels = new LinkedHashMap<>();

  /// As the caller's own proxy counts.
  static SeriesOfIstio source(String caller, String workload) {
    return of("source", caller, workload).with("instance", caller + ":15020");
  }

  /// As the proxy of a pod counts.
  static SeriesOfIstio destination(String caller, String workload) {
    return of("destination", caller, workload).with("instance", workload + "-0:15020");
  }

  private static SeriesOfIstio of(String reporter, String caller, String workload) {
    var series = new SeriesOfIstio();
    series.with("reporter", reporter);
    series.with("source_workload", caller).with("source_workload_namespace", "prod");
    series.with("destination_workload", workload);
    series.with("destination_workload_namespace", workload.equals("unknown") ? "unknown" : "prod");
    series.with("destination_service_name", workload.equals("app") ? "app-canary" : workload);
    series.with("destination_service_namespace", "prod");
    return series.with("grpc_response_status", "").code("200").with("response_flags", "-");
  }

  SeriesOfIstio with(String label, String value) {
    labels.put(label, value);
    return this;
  }

  SeriesOfIstio code(String code) {
    return with("response_code", code);
  }

  RequestSeries series() {
    return RequestSeries.of(labels);
  }

  /// Scraped at these seconds since 1970.
  ///
  /// @param samples a time, its value, and so on
  Run seen(double... samples) {
    var times = new long[samples.length / 2];
    var values = new double[samples.length / 2];
    for (int i = 0; i < times.length; i++) {
      times[i] = Math.round(samples[2 * i] * 1000);
      values[i] = samples[2 * i + 1];
    }
    return new Run(labels, times, values);
  }
}
