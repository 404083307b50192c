package dev.sluice.playground.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// The files that the demo commits: one app in three releases, of which the last is bad.
final class Releases {
  static final String NAMESPACE = "production";
  static final String APP = "myapp";
  static final String HOST = "myapp.example.com";
  static final String FIRST = "1.0.0";
  static final String GOOD = "1.1.0";
  static final String BAD = "1.2.0";

  private static final String DEPLOYMENT = NAMESPACE + "/deployment.yaml";

  private Releases() {}

  /// Everything, with the first release.
  static Map<String, String> first() throws IOException {
    var files = new LinkedHashMap<String, String>();
    files.put("README.md", resource("readme.txt"));
    files.put(DEPLOYMENT, resource("deployment.yaml"));
    files.put(NAMESPACE + "/canary.yaml", resource("canary.yaml"));
    files.put(NAMESPACE + "/gateway.yaml", resource("gateway.yaml"));
    return files;
  }

  static Map<String, String> good() throws IOException {
    return Map.of(DEPLOYMENT, resource("deployment.yaml").replace(FIRST, GOOD));
  }

  /// A third of the requests fail.
  static Map<String, String> bad() throws IOException {
    var annotation = "playground.sluice.dev/ready-after: 1s";
    return Map.of(
        DEPLOYMENT,
        resource("deployment.yaml")
            .replace(FIRST, BAD)
            .replace(
                annotation, annotation + "\n        playground.sluice.dev/error-rate: \"0.3\""));
  }

  private static String resource(String name) throws IOException {
    try (var in = Releases.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("the jar lacks " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
