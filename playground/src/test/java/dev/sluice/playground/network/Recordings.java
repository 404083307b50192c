package dev.sluice.playground.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Where the recordings of Istio lie, and which of them the playground's network cannot express.
/// `-Dsluice.conformance.istio=DIR` runs others of the same form: a folder with `cases` and
/// `validation` in it, or one that holds the files themselves.
final class Recordings {
  private static final String GIVEN = "sluice.conformance.istio";

  /// By properties of a case, never by its name. The reference page lists each reason.
  private static final Map<String, Predicate<IstioCase>> BEYOND =
      Map.of(
          "objects of other kinds: Sidecar, ServiceEntry, EnvoyFilter and their like",
          recording -> recording.has(object -> !isRoute(object)),
          "tls routes, and servers of a Gateway that are not plain HTTP",
          recording -> recording.has(Recordings::isEncrypted),
          "two proxies in a row, and proxies that are neither a sidecar nor a gateway",
          recording -> !List.of("sidecar", "gateway").contains(recording.proxy()),
          "settings of the mesh or the control plane other than those above",
          recording -> !recording.unknownSettings().isEmpty());

  private Recordings() {}

  static Stream<Path> files(String part) {
    var folder = folder(part);
    try (var files = Files.list(folder)) {
      var all = files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
      if (all.isEmpty()) {
        throw new IllegalStateException("no recordings in " + folder.toAbsolutePath());
      }
      return all.stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path folder(String part) {
    var given = System.getProperty(GIVEN, "");
    var whole = given.isEmpty() ? Path.of("src/test/resources/istio") : Path.of(given);
    // Maven runs tests in the module's folder, people start it one above.
    var found =
        whole.isAbsolute() || Files.isDirectory(whole) ? whole : Path.of("..").resolve(whole);
    return Files.isDirectory(found.resolve(part)) ? found.resolve(part) : found;
  }

  /// Why a case cannot be expressed; empty when it can.
  static Optional<String> beyond(IstioCase recording) {
    return BEYOND.entrySet().stream()
        .filter(e -> e.getValue().test(recording))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  static Stream<String> reasons() {
    return BEYOND.keySet().stream();
  }

  private static boolean isRoute(JsonNode object) {
    return object.path("apiVersion").asText().startsWith("networking.istio.io/")
        && List.of("VirtualService", "DestinationRule", "Gateway")
            .contains(object.path("kind").asText());
  }

  private static boolean isEncrypted(JsonNode object) {
    var spec = object.path("spec");
    var servers = MeshReader.list(spec.path("servers"), s -> s.at("/port/protocol").asText());
    return !spec.path("tls").isEmpty()
        || servers.stream()
            .anyMatch(p -> !List.of("HTTP", "HTTP2", "GRPC", "GRPC-WEB").contains(p));
  }
}
