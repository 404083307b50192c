package dev.sluice.playground.metrics;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/// A Prometheus that collects the playground's metrics: the real one where it is installed, else
/// the embedded one. Both answer at the same kind of address.
public sealed interface PrometheusServer extends AutoCloseable
    permits EmbeddedPrometheus, RealPrometheus {

  /// Such as `http://127.0.0.1:9090`.
  String url();

  /// Which one it is, and why, such as `prometheus 2.42.0 (/usr/bin/prometheus)`.
  String description();

  /// Ends it and everything it started.
  @Override
  void close();

  /// @param folder for configuration, data and log; made when missing
  /// @param port on 127.0.0.1; 0 takes a free one
  /// @param scrapeInterval whole milliseconds, at least 100
  /// @param path the folders to look for `prometheus` in, as in the variable PATH; empty text for
  ///   the embedded one
  /// @param patience how long the real one may take until it is ready
  record Settings(Path folder, int port, Duration scrapeInterval, String path, Duration patience) {

    public Settings {
      if (scrapeInterval.toMillis() < 100) {
        throw new IllegalArgumentException("a scrape interval is at least 100ms");
      }
    }

    /// Collects every second and takes whatever `prometheus` the environment has.
    public static Settings in(Path folder, int port) {
      var path = System.getenv().getOrDefault("PATH", "");
      return new Settings(folder, port, Duration.ofSeconds(1), path, Duration.ofSeconds(20));
    }

    /// The same without looking for a real one.
    public Settings embedded() {
      return new Settings(folder, port, scrapeInterval, "", patience);
    }
  }

  /// Starts the real one if there is one, else, or if that does not get ready, the embedded one.
  /// Blocks until it answers.
  ///
  /// @param clock says when the embedded one scrapes
  /// @throws IOException when neither can listen on the port; the message says so
  /// @throws InterruptedException when the caller gives up; nothing is left running
  static PrometheusServer start(
      Vertx vertx, Registry registry, InstantSource clock, Settings settings)
      throws IOException, InterruptedException {
    var binary = RealPrometheus.find(settings.path());
    if (binary.isEmpty()) {
      return EmbeddedPrometheus.start(
          vertx, registry, clock, settings, "no prometheus on the PATH");
    }
    try {
      return RealPrometheus.start(vertx, registry, binary.get(), settings);
    } catch (IOException e) {
      return EmbeddedPrometheus.start(
          vertx, registry, clock, settings, String.valueOf(e.getMessage()));
    }
  }
}
